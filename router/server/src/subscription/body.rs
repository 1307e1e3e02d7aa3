//! The stream of one subscription.

use std::sync::Arc;
use std::time::Duration;

use apollo_compiler::ast::OperationType;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use router_execution::Subscription;
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tracing::Instrument;

use super::format;
use super::places::Place;
use crate::admission::stream_type::StreamType;
use crate::caching::ReplyCaching;
use crate::graph_view::GraphView;
use crate::identity::{Identity, Viewer};
use crate::pipeline::Pipeline;
use crate::recording::StreamRecorder;
use crate::refusal::{ErrorCode, RequestError};
use crate::telemetry;

/// Replies that are ready before the client has taken the one before. More would be memory for nothing: a client that is
/// too slow is waited for, and with it the subgraph.
const READY_MAX: usize = 1;

/// How a stream goes on, and when it ends.
pub(super) struct Stream {
    pub(super) stream_type: StreamType,
    /// The longest silence.
    pub(super) heartbeat: Duration,
    /// When the viewer's token has expired; never without one.
    pub(super) ends_in: Option<Duration>,
    /// Whose session must go on.
    pub(super) viewer: Viewer,
    pub(super) stopping: watch::Receiver<bool>,
}

/// How it is told of.
pub(super) struct Told {
    pub(super) trace_id: String,
    pub(super) recorder: Option<StreamRecorder>,
}

/// What happens next.
enum Happening {
    Reply(Bytes),
    Silence,
    Complete,
    Expired,
    SessionEnded,
    Stopping,
}

struct State {
    stream: Stream,
    identity: Arc<Identity>,
    replies: mpsc::Receiver<Bytes>,
    ends_at: Option<Instant>,
    is_over: bool,
}

impl Stream {
    /// The parts, while they come. When the body is dropped, the subscription ends, and its place is free.
    pub(super) fn body(
        self,
        pipeline: Arc<Pipeline>,
        view: Arc<GraphView>,
        subscription: Subscription,
        told: Told,
        place: Place,
    ) -> Body {
        let (sender, replies) = mpsc::channel(READY_MAX);
        let span = tracing::info_span!("subscription", trace_id = told.trace_id);
        let identity = Arc::clone(&pipeline.identity);
        tokio::spawn(execute(pipeline, view, subscription, told, place, sender).instrument(span));
        let ends_at = self.ends_in.and_then(|ends_in| Instant::now().checked_add(ends_in));
        let state = State { stream: self, identity, replies, ends_at, is_over: false };
        Body::from_stream(stream::unfold(state, |mut state| async move {
            let part = state.part().await?;
            Some((Ok::<_, std::convert::Infallible>(part), state))
        }))
    }
}

/// Executes the events until nobody listens any more. A task of its own, since an execution that has begun must not be
/// cut off by a sign of life.
async fn execute(
    pipeline: Arc<Pipeline>,
    view: Arc<GraphView>,
    mut subscription: Subscription,
    mut told: Told,
    _place: Place,
    sender: mpsc::Sender<Bytes>,
) {
    let executor = view.executor(OperationType::Subscription);
    loop {
        let event = tokio::select! {
            event = subscription.event() => event,
            () = sender.closed() => return,
        };
        let Some(event) = event else { return };
        let recorder = told.recorder.as_mut().map(StreamRecorder::event).unwrap_or_default();
        let mut reply = tokio::select! {
            reply = executor.answer(&mut subscription, event, recorder.observer()) => reply,
            () = sender.closed() => return,
        };
        pipeline.mask.apply(&mut reply.errors, &told.trace_id);
        recorder.executed(&reply.errors, || ReplyCaching::none().verdict());
        let body = reply.to_bytes();
        recorder.end(StatusCode::OK, body.len());
        if sender.send(body).await.is_err() {
            return;
        }
        telemetry::count_subscription_event();
    }
}

impl State {
    async fn part(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let stream_type = self.stream.stream_type;
        let happening = match self.happening().await {
            Happening::Reply(_) | Happening::Silence if self.identity.has_ended(&self.stream.viewer) => {
                Happening::SessionEnded
            }
            happening => happening,
        };
        self.is_over = !matches!(happening, Happening::Reply(_) | Happening::Silence);
        match happening {
            Happening::Reply(reply) => Some(format::next(stream_type, &reply)),
            Happening::Silence => Some(format::heartbeat(stream_type)),
            Happening::Complete => Some(format::complete(stream_type)),
            Happening::Expired => {
                Some(last(stream_type, "The access token has expired; subscribe again with a new one."))
            }
            Happening::SessionEnded => Some(last(stream_type, "The session has ended; sign in again.")),
            Happening::Stopping => None,
        }
    }

    async fn happening(&mut self) -> Happening {
        let ends_at = self.ends_at;
        let expired = async {
            match ends_at {
                Some(instant) => tokio::time::sleep_until(instant).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = self.stream.stopping.wait_for(|is_stopping| *is_stopping) => Happening::Stopping,
            () = expired => Happening::Expired,
            reply = self.replies.recv() => reply.map_or(Happening::Complete, Happening::Reply),
            () = tokio::time::sleep(self.stream.heartbeat) => Happening::Silence,
        }
    }
}

/// Why the viewer hears no more, and the end.
fn last(stream_type: StreamType, message: &str) -> Bytes {
    let error = RequestError::new(ErrorCode::Unauthenticated, message);
    let next = format::next(stream_type, &Bytes::from(json!({ "errors": [error] }).to_string()));
    [next, format::complete(stream_type)].concat().into()
}
