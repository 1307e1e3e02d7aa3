//! What is noted of a request and of its operations, until it ends.

use std::sync::Arc;
use std::time::Duration;

use ::telemetry::SpanId;
use router_execution::EndedFetch;
use router_studio::{CacheVerdict, OperationRecord};

use super::TracedSubgraph;
use crate::identity::Viewer;
use crate::telemetry::Stage;

/// What is noted so far. Times are since the beginning.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) stages: Vec<StageTime>,
    pub(super) fetches: Vec<FetchTime>,
    /// The first one is the request's only one; those of a list come after it.
    pub(super) operations: Vec<Noted>,
    pub(super) viewer: Option<Viewer>,
    /// Whether the viewer is a client of its own.
    pub(super) is_client: bool,
    pub(super) is_told: bool,
    /// Whether a fault was put in its way.
    pub(super) is_faulted: bool,
}

#[derive(Debug)]
pub(super) struct StageTime {
    pub(super) operation: usize,
    pub(super) stage: Stage,
    pub(super) begin: Duration,
    pub(super) end: Duration,
}

#[derive(Debug)]
pub(super) struct FetchTime {
    pub(super) operation: usize,
    pub(super) fetch: usize,
    pub(super) span: SpanId,
    pub(super) subgraph: Option<Arc<TracedSubgraph>>,
    pub(super) entities: usize,
    pub(super) begin: Duration,
    /// None, when the request was given up before.
    pub(super) ended: Option<(Duration, EndedFetch)>,
}

/// What is noted of an operation.
#[derive(Debug, Default)]
pub(super) struct Noted {
    pub(super) begin: Duration,
    pub(super) end: Option<Duration>,
    pub(super) operation: Option<Arc<OperationRecord>>,
    pub(super) cost: Option<u64>,
    pub(super) errors: Vec<NotedError>,
    pub(super) cache: Option<CacheVerdict>,
    pub(super) reply_bytes: usize,
}

#[derive(Debug)]
pub(super) struct NotedError {
    pub(super) code: Arc<str>,
    pub(super) subgraph: Option<String>,
    /// Whether it is no fault of the client.
    pub(super) is_fault: bool,
}

/// How a request has ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    pub(super) after: Duration,
    pub(super) status: u16,
    pub(super) reply_bytes: usize,
}
