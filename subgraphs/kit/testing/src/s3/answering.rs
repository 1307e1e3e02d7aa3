//! The server's thread: connections, and what becomes of each request.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::Body;
use s3s::service::S3Service;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::S3Fate;

/// What a test sees of the requests, and does to them.
#[derive(Default)]
pub(super) struct Watched(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    requests: Vec<String>,
    spoilt: Vec<Spoilt>,
}

/// What becomes of some requests.
struct Spoilt {
    method: Method,
    /// Part of the path and query.
    part: &'static str,
    times: usize,
    fate: S3Fate,
}

impl Watched {
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen().requests.clone()
    }

    pub(super) fn spoil(&self, method: Method, part: &'static str, times: usize, fate: S3Fate) {
        self.seen().spoilt.push(Spoilt { method, part, times, fate });
    }

    fn fate(&self, request: &Request<Incoming>) -> Option<S3Fate> {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let mut seen = self.seen();
        seen.requests.push(format!("{} {target}", request.method()));
        let fits = |one: &&mut Spoilt| one.times > 0 && one.method == *request.method() && target.contains(one.part);
        let spoilt = seen.spoilt.iter_mut().find(fits)?;
        spoilt.times -= 1;
        Some(spoilt.fate)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves until it is told to stop; what is under way then breaks off.
pub(super) fn run(listener: TcpListener, service: S3Service, watched: Arc<Watched>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        tokio::select! {
            () = serve(listener, service, watched) => {}
            _ = stopped => {}
        }
    });
}

async fn serve(listener: TcpListener, service: S3Service, watched: Arc<Watched>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the runtime takes the listener");
    // They end with this future.
    let mut connections = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        let (service, watched) = (service.clone(), Arc::clone(&watched));
        connections.spawn(async move {
            let answer = hyper::service::service_fn(move |request: Request<Incoming>| {
                let fate = watched.fate(&request);
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
    fate: Option<S3Fate>,
) -> Result<Response<Body>, Infallible> {
    // To its end, also when it is refused: clients that still send may never see an answer.
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return Ok(Response::new(Body::empty())) };
    let request = Request::from_parts(head, Body::from(body.to_bytes()));
    match fate {
        Some(S3Fate::Answer(status, text)) => Ok(plain(status, text)),
        Some(S3Fate::Silence) => std::future::pending().await,
        Some(S3Fate::CarryOutAndAnswer(status)) => {
            carry_out(&service, request).await;
            Ok(plain(status, ""))
        }
        None => Ok(carry_out(&service, request).await),
    }
}

async fn carry_out(service: &S3Service, request: Request<Body>) -> Response<Body> {
    service.call(request).await.unwrap_or_else(|error| panic!("{error:?}"))
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    response
}
