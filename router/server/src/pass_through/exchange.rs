//! The one request that is made for a request that is passed through, as it is recorded.

use ::telemetry::SpanId;
use http::Response;
use router_execution::{BegunFetch, EndedFetch, FetchEnd, FetchObserver, TransportError, code};
use router_planning::plan::FetchId;

use crate::configuration::PassThroughRoute;
use crate::recording::Recorder;

/// There is no other.
const ONLY: FetchId = FetchId(0);

/// An exchange that has begun.
pub(super) struct NotedExchange<'r> {
    recorder: &'r Recorder,
    span: Option<SpanId>,
    request_bytes: usize,
}

impl<'r> NotedExchange<'r> {
    /// The request is about to be sent; `request_bytes` is the length of its body, where that is known.
    pub(super) fn begin(recorder: &'r Recorder, route: &PassThroughRoute, request_bytes: usize) -> Self {
        let span = recorder.begun(BegunFetch { fetch: ONLY, subgraph: &route.subgraph, entities: 0 });
        Self { recorder, span, request_bytes }
    }

    /// What stands for it in its trace.
    pub(super) fn span(&self) -> Option<SpanId> {
        self.span
    }

    /// There is a reply, or there will be none.
    pub(super) fn end<B>(self, sent: &Result<Response<B>, TransportError>, bytes: impl FnOnce(&B) -> usize) {
        let outcome = match sent {
            Ok(reply) if reply.status().is_server_error() => FetchEnd::Failed(code::SUBGRAPH_UNAVAILABLE),
            Ok(_) => FetchEnd::Answered,
            Err(TransportError::Timeout(_)) => FetchEnd::TimedOut,
            Err(TransportError::Unavailable(_)) => FetchEnd::Failed(code::SUBGRAPH_UNAVAILABLE),
            Err(TransportError::TooLarge(_)) => FetchEnd::Failed(code::SUBGRAPH_INVALID_REPLY),
        };
        let reply = sent.as_ref().ok();
        let ended = EndedFetch {
            outcome,
            kept: 0,
            age: None,
            is_joined: false,
            request_bytes: self.request_bytes,
            reply_bytes: reply.map_or(0, |reply| bytes(reply.body())),
            status: reply.map(|reply| reply.status().as_u16()),
            // The router keeps nothing of what it only passes on.
            policy: None,
        };
        self.recorder.ended(ONLY, ended);
    }
}
