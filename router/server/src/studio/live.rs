//! What happens, as a stream of events (`text/event-stream`).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::{Response, StatusCode};
use router_studio::live::LiveEvent;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};
use tokio::time::Instant;

use super::{Door, reply};
use crate::problem::Problem;

/// Pages that listen at the same time.
const STREAMS_MAX: usize = 32;
/// After that much silence a comment shows that the stream lives.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// A browser opens a stream that has ended again; so long lives one whose listener may have lost the right to listen.
const STREAM_TIME_MAX: Duration = Duration::from_secs(3_600);

/// How many listen.
#[derive(Debug)]
pub(super) struct Streams {
    free: Arc<Semaphore>,
    stopped: watch::Sender<bool>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { free: Arc::new(Semaphore::new(STREAMS_MAX)), stopped: watch::Sender::new(false) }
    }
}

impl Streams {
    pub(super) fn stop(&self) {
        self.stopped.send_replace(true);
    }
}

struct Listener {
    events: broadcast::Receiver<LiveEvent>,
    stopped: watch::Receiver<bool>,
    until: Instant,
    _place: OwnedSemaphorePermit,
}

/// A stream of what happens from now on.
///
/// # Errors
/// When too many listen already.
pub(super) fn stream(door: &Door) -> Result<Response<Body>, Problem> {
    let place = Arc::clone(&door.streams.free).try_acquire_owned().map_err(|_| Problem {
        status: StatusCode::TOO_MANY_REQUESTS,
        slug: "too-many-listeners",
        code: "RATE_LIMITED",
        title: "Too many listen already",
        detail: format!("At most {STREAMS_MAX} listen at the same time; ask for /ops/overview instead."),
    })?;
    let listener = Listener {
        events: door.studio.live(),
        stopped: door.streams.stopped.subscribe(),
        until: Instant::now() + STREAM_TIME_MAX,
        _place: place,
    };
    // The first bytes tell the browser that the stream is open.
    let opened = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b": open\n\n"))]);
    let events = stream::unfold(listener, |mut listener| async move {
        let text = listener.next().await?;
        Some((Ok(text), listener))
    });
    Ok(reply("text/event-stream", Body::from_stream(futures_util::StreamExt::chain(opened, events))))
}

impl Listener {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let silence = (Instant::now() + SILENCE_MAX).min(self.until);
            let event = tokio::select! {
                _ = self.stopped.wait_for(|stopped| *stopped) => return None,
                () = tokio::time::sleep_until(silence) => {
                    return (Instant::now() < self.until).then(|| Bytes::from_static(b": alive\n\n"));
                }
                event = self.events.recv() => event,
            };
            return match event {
                Ok(LiveEvent::Tick(tick)) => Some(format!("event: tick\ndata: {tick}\n\n").into()),
                Ok(LiveEvent::Trace(summary)) => Some(format!("event: trace\ndata: {summary}\n\n").into()),
                // It misses what it was too slow for.
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => None,
            };
        }
    }
}
