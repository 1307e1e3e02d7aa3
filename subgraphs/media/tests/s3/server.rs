//! An S3-compatible server within the test process, whose requests a test can watch, spoil and hold back.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::host::SingleDomain;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

pub(crate) const BUCKET: &str = "lyceum-files";
pub(crate) const KEY_ID: &str = "AKIALYCEUMTEST";
pub(crate) const SECRET: &str = "a secret that no log may show";

/// A running server. It ends when it is dropped, and all its connections with it.
pub(crate) struct S3Server {
    pub(crate) address: SocketAddr,
    folder: TempDir,
    watched: Arc<Mutex<Watched>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Watched {
    requests: Vec<String>,
    spoilt: Vec<Spoilt>,
}

/// What becomes of some requests.
struct Spoilt {
    method: Method,
    /// Part of the path and query.
    part: &'static str,
    times: usize,
    fate: Fate,
}

#[derive(Clone, Copy)]
pub(crate) enum Fate {
    /// They are answered so.
    Answer(StatusCode, &'static str),
    /// They are never answered.
    Silence,
    /// They are carried out, and answered so nevertheless.
    CarryOutAndAnswer(StatusCode),
}

impl S3Server {
    /// A server with one empty bucket, in the path of addresses.
    pub(crate) async fn start() -> Self {
        Self::start_as(None).await
    }

    /// A server that has its buckets before this host name.
    pub(crate) async fn start_before(domain: &str) -> Self {
        Self::start_as(Some(domain)).await
    }

    async fn start_as(domain: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        if let Some(domain) = domain {
            builder.set_host(SingleDomain::new(&format!("{domain}:{}", address.port())).unwrap());
        }
        let watched = Arc::new(Mutex::new(Watched::default()));
        let task = tokio::spawn(serve(listener, builder.build(), Arc::clone(&watched)));
        Self { address, folder, watched, task }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bucket, as the options of media name it.
    pub(crate) fn options(&self) -> Value {
        json!({
            "endpoint": self.endpoint(),
            "bucket": BUCKET,
            "credentials": { "AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET },
        })
    }

    /// Where an object of the bucket lies; files of the server itself begin with a dot.
    pub(crate) fn objects(&self) -> Vec<String> {
        let bucket = self.folder.path().join(BUCKET);
        let mut found = Vec::new();
        let mut folders = vec![bucket.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&bucket).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found.sort();
        found
    }

    /// How many parts of objects that are not whole the server keeps.
    pub(crate) fn parts_left(&self) -> usize {
        let names = std::fs::read_dir(self.folder.path()).unwrap();
        names.filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().contains(".part-")).count()
    }

    /// Changes the bytes of an object behind everyone's back.
    pub(crate) fn overwrite(&self, key: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(BUCKET).join(key), bytes).unwrap();
    }

    /// All requests so far: method, path and query.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).requests.clone()
    }

    /// Spoils the next requests of this kind.
    pub(crate) fn spoil(&self, method: Method, part: &'static str, times: usize, fate: Fate) {
        let spoilt = Spoilt { method, part, times, fate };
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).spoilt.push(spoilt);
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watched {
    fn fate(&mut self, request: &Request<Incoming>) -> Option<Fate> {
        let target = request.uri().path_and_query().unwrap().as_str();
        self.requests.push(format!("{} {target}", request.method()));
        let fits = |one: &&mut Spoilt| one.times > 0 && one.method == *request.method() && target.contains(one.part);
        let spoilt = self.spoilt.iter_mut().find(fits)?;
        spoilt.times -= 1;
        Some(spoilt.fate)
    }
}

async fn serve(listener: TcpListener, service: S3Service, watched: Arc<Mutex<Watched>>) {
    // They end with this task.
    let mut connections = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        let (service, watched) = (service.clone(), Arc::clone(&watched));
        connections.spawn(async move {
            let answer = hyper::service::service_fn(move |request: Request<Incoming>| {
                let fate = watched.lock().unwrap_or_else(PoisonError::into_inner).fate(&request);
                answer(service.clone(), request, fate)
            });
            // A client that has gone is none of our business.
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(connection), answer).await;
        });
    }
}

async fn answer(
    service: S3Service,
    request: Request<Incoming>,
    fate: Option<Fate>,
) -> Result<Response<Body>, Infallible> {
    // To its end, also when it is refused: clients that still send may never see an answer.
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return Ok(Response::new(Body::empty())) };
    let request = Request::from_parts(head, Body::from(body.to_bytes()));
    let plain = |status, text: &'static str| Response::builder().status(status).body(Body::from(text.to_owned()));
    match fate {
        Some(Fate::Answer(status, text)) => Ok(plain(status, text).unwrap()),
        Some(Fate::Silence) => std::future::pending().await,
        carried_out => {
            let response = service.call(request).await.unwrap_or_else(|error| panic!("{error:?}"));
            match carried_out {
                Some(Fate::CarryOutAndAnswer(status)) => Ok(plain(status, "").unwrap()),
                _ => Ok(response),
            }
        }
    }
}
