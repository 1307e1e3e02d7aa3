//! A private S3-compatible server within the test process, whose requests a test can watch, spoil and hold back.

mod answering;

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use http::{Method, StatusCode};
use s3s::auth::SimpleAuth;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::host::SingleDomain;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::sync::oneshot;

use self::answering::Watched;

/// A running server with one bucket. It has a thread of its own, so that tests hold it whether they wait or not, and ends
/// when it is dropped, with all its connections.
pub struct S3Server {
    address: SocketAddr,
    folder: TempDir,
    watched: Arc<Watched>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What becomes of requests that a test spoils.
#[derive(Debug, Clone, Copy)]
pub enum S3Fate {
    /// They are answered so.
    Answer(StatusCode, &'static str),
    /// They are never answered.
    Silence,
    /// They are carried out, and answered so nevertheless.
    CarryOutAndAnswer(StatusCode),
}

impl S3Server {
    /// The bucket.
    pub const BUCKET: &'static str = "lyceum-files";
    /// Who may use it.
    pub const KEY_ID: &'static str = "AKIALYCEUMTEST";
    /// What they sign with.
    pub const SECRET: &'static str = "a secret that no log may show";

    /// A server with an empty bucket, in the path of addresses.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_as(None, |_| {})
    }

    /// A server that has its bucket before this host name.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start_before(domain: &str) -> Self {
        Self::start_as(Some(domain), |_| {})
    }

    /// A server for whom it does not matter how far the clocks of those who sign are from its own.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start_on_any_date() -> Self {
        Self::start_as(None, |settings| settings.presigned_url_max_skew_time_secs = u32::MAX)
    }

    fn start_as(domain: Option<&str>, change: impl FnOnce(&mut S3Config)) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        std::fs::create_dir(folder.path().join(Self::BUCKET)).expect("the temporary folder can be written");
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        listener.set_nonblocking(true).expect("a listener need not block");
        let address = listener.local_addr().expect("a listener has an address");
        let domain = domain.map(|domain| format!("{domain}:{}", address.port()));
        let service = service(&folder, domain.as_deref(), change);
        let watched = Arc::<Watched>::default();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn({
            let watched = Arc::clone(&watched);
            move || answering::run(listener, service, watched, stopped)
        });
        Self { address, folder, watched, stop: Some(stop), thread: Some(thread) }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as an origin, such as `http://127.0.0.1:9000`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The variables of the environment that say who may use the bucket.
    #[must_use]
    pub const fn credentials() -> [(&'static str, &'static str); 2] {
        [("AWS_ACCESS_KEY_ID", Self::KEY_ID), ("AWS_SECRET_ACCESS_KEY", Self::SECRET)]
    }

    /// The keys of all objects in the bucket.
    ///
    /// # Panics
    /// When its folder cannot be read.
    #[must_use]
    pub fn objects(&self) -> Vec<String> {
        let bucket = self.folder.path().join(Self::BUCKET);
        let mut found = Vec::new();
        let mut folders = vec![bucket.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the bucket can be read") {
                let path = entry.expect("the bucket can be read").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let key = path.strip_prefix(&bucket).expect("it lies in the bucket");
                    found.push(key.to_str().expect("keys are text").to_owned());
                }
            }
        }
        found.sort();
        found
    }

    /// How many parts of objects that are not whole the server keeps.
    ///
    /// # Panics
    /// When its folder cannot be read.
    #[must_use]
    pub fn parts_left(&self) -> usize {
        let files = std::fs::read_dir(self.folder.path()).expect("the server's folder can be read");
        let names = files.map(|entry| entry.expect("the server's folder can be read").file_name());
        names.filter(|name| name.to_string_lossy().contains(".part-")).count()
    }

    /// Changes the bytes of an object behind everyone's back.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn overwrite(&self, key: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(Self::BUCKET).join(key), bytes).expect("the object can be written");
    }

    /// All requests so far: method, path and query.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.watched.requests()
    }

    /// Spoils the next requests of this method in whose path and query this text is.
    pub fn spoil(&self, method: Method, part: &'static str, times: usize, fate: S3Fate) {
        self.watched.spoil(method, part, times, fate);
    }
}

fn service(folder: &TempDir, domain: Option<&str>, change: impl FnOnce(&mut S3Config)) -> S3Service {
    let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("the folder is there"));
    builder.set_auth(SimpleAuth::from_single(S3Server::KEY_ID, S3Server::SECRET));
    let mut settings = S3Config::default();
    change(&mut settings);
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(settings))));
    if let Some(domain) = domain {
        builder.set_host(SingleDomain::new(domain).expect("it is a host name"));
    }
    builder.build()
}

impl Drop for S3Server {
    fn drop(&mut self) {
        // A server that has ended already is as good.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl fmt::Debug for S3Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("S3Server").field("address", &self.address).finish_non_exhaustive()
    }
}
