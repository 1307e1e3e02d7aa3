use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use router_execution::{StreamedBody, Transport, TransportError};
use serde_json::Value;

pub(crate) type Outcome = Result<Response<Bytes>, TransportError>;
type Script = Box<dyn Fn(&Request<Bytes>) -> Outcome + Send + Sync>;

/// A subgraph that answers by a script and remembers what it was asked.
pub(crate) struct Scripted {
    script: Mutex<Script>,
    requests: Mutex<Vec<Request<Bytes>>>,
    stays_open: AtomicBool,
    /// Requests that wait for their answer, and the most there have been.
    waiting: AtomicUsize,
    waiting_max: AtomicUsize,
    /// How long each answer takes.
    pause: Mutex<Duration>,
}

impl Scripted {
    pub(crate) fn new(script: impl Fn(&Request<Bytes>) -> Outcome + Send + Sync + 'static) -> Self {
        Self {
            script: Mutex::new(Box::new(script)),
            requests: Mutex::default(),
            stays_open: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            waiting_max: AtomicUsize::new(0),
            pause: Mutex::default(),
        }
    }

    /// Answers by another script from now on.
    pub(crate) fn answer(&self, script: impl Fn(&Request<Bytes>) -> Outcome + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    /// Each answer takes so long from now on.
    pub(crate) fn slow_down(&self, pause: Duration) {
        *self.pause.lock().unwrap() = pause;
    }

    /// From now on streams do not end with what the script gives, nor do they say that they are complete.
    pub(crate) fn stays_open(&self) {
        self.stays_open.store(true, Ordering::Relaxed);
    }

    /// How many requests have waited for their answers at once.
    pub(crate) fn waiting_max(&self) -> usize {
        self.waiting_max.load(Ordering::Relaxed)
    }

    /// What it was asked at this path, oldest first.
    pub(crate) fn requests(&self, path: &str) -> Vec<Request<Bytes>> {
        let all = self.requests.lock().unwrap();
        all.iter().filter(|request| request.uri().path() == path).cloned().collect()
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Scripted")
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: Request<Bytes>, _timeout: Duration) -> Outcome {
        let outcome = (self.script.lock().unwrap())(&request);
        self.requests.lock().unwrap().push(request);
        self.waiting_max.fetch_max(self.waiting.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        // Whoever asks at the same time comes in between.
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
        let pause = *self.pause.lock().unwrap();
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        outcome
    }

    async fn stream(&self, request: Request<StreamedBody>) -> Result<Response<StreamedBody>, TransportError> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|error| TransportError::Unavailable(error.to_string()))?.to_bytes();
        let reply = self.send(Request::from_parts(head, body), Duration::MAX).await?;
        if self.stays_open.load(Ordering::Relaxed) {
            return Ok(reply.map(endless));
        }
        Ok(reply.map(|body| Full::new(body).map_err(Into::into).boxed_unsync()))
    }
}

/// The events of a stream, without its end.
fn endless(whole: Bytes) -> StreamedBody {
    let end = whole.windows(15).position(|window| window == b"event: complete").unwrap_or(whole.len());
    let events = futures_util::stream::once(async move { Ok(Frame::data(whole.slice(..end))) });
    let signs_of_life = futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        Some((Ok(Frame::data(Bytes::from_static(b":\n\n"))), ()))
    });
    StreamBody::new(events.chain(signs_of_life)).boxed_unsync()
}

/// A JSON reply.
pub(crate) fn reply(status: u16, body: &Value) -> Outcome {
    let reply = Response::builder().status(status).header("content-type", "application/json");
    Ok(reply.body(Bytes::from(body.to_string())).unwrap())
}
