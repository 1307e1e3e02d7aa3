//! What the router tells of a request when it has been answered.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use telemetry::{KeptFor, SpanId, TraceId};

/// The kind of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperationKind {
    /// It reads.
    Query,
    /// It changes.
    Mutation,
    /// It listens.
    Subscription,
}

/// The operation of a request; the same value for all requests of one prepared operation.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationRecord {
    /// SHA-256 of its text, in hexadecimal digits.
    pub hash: String,
    /// Its name; nothing for an anonymous one.
    pub name: Option<String>,
    /// Its kind.
    pub kind: OperationKind,
    /// Its text, without what stands in its strings and comments.
    pub text: String,
    /// The fields of the schema that it asks for, each as `Type.field`, sorted.
    pub fields: Vec<String>,
    /// The subgraph of each fetch of its plan, and which fetches it waits for.
    pub plan: Vec<PlannedFetch>,
}

/// A fetch of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFetch {
    /// The subgraph that is asked.
    pub subgraph: String,
    /// The places of the fetches that it waits for, in the plan.
    pub depends_on: Vec<usize>,
    /// What it asks: the document, for people to read.
    pub document: String,
    /// Where in the reply its answers go, such as `dramas.episodes`; empty for a root fetch.
    pub paths: Vec<String>,
}

/// What became of a request to a subgraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FetchOutcome {
    /// It was answered, without an error.
    Answered,
    /// It was answered with errors.
    Errors,
    /// There was no usable answer in time.
    TimedOut,
    /// There was no usable answer.
    Failed,
    /// Everything was kept, so that nobody was asked.
    Kept,
    /// Somebody else was asking the same; both got the one answer.
    Joined,
    /// The request was given up before there was an answer.
    Abandoned,
}

impl FetchOutcome {
    /// Whether something has failed.
    #[must_use]
    pub fn is_error(self) -> bool {
        matches!(self, Self::Errors | Self::TimedOut | Self::Failed)
    }
}

/// A fetch that was due in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchRecord {
    /// Its place in the plan.
    pub fetch: usize,
    /// The subgraph that was asked.
    pub subgraph: Arc<str>,
    /// What stands for it in the trace: what the subgraph has done for it is below.
    pub span: SpanId,
    /// When it began, after the request did.
    pub begin: Duration,
    /// How long it took.
    pub duration: Duration,
    /// What became of it.
    pub outcome: FetchOutcome,
    /// Objects that it was asked for; zero for a root fetch.
    pub entities: usize,
    /// Of them, those that were kept. A root fetch that was kept has one.
    pub kept: usize,
    /// The age of the oldest of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Duration>,
    /// The status of the reply, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Bytes of the request's body.
    pub request_bytes: usize,
    /// Bytes of the reply's body.
    pub reply_bytes: usize,
}

/// Whether a whole reply was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheVerdict {
    /// It was kept, and is this many seconds old.
    Hit {
        /// In seconds.
        age: u64,
    },
    /// It was not kept; it is now.
    Miss,
    /// It may not be kept, for this reason.
    Uncacheable(Arc<str>),
}

/// A request that has been answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// Its trace.
    pub trace_id: TraceId,
    /// Names the flow that it belongs to (P14).
    pub correlation_id: Arc<str>,
    /// When it began, in microseconds since 1970.
    pub begin_unix_us: u64,
    /// How long it took, until its reply was written, or its stream began.
    pub duration: Duration,
    /// Of that, what was not spent waiting for subgraphs.
    pub overhead: Duration,
    /// The stages by their names, in the order in which they ended: when each began, after the request did, and how long it
    /// took.
    pub stages: Vec<(Arc<str>, Duration, Duration)>,
    /// The path of the endpoint.
    pub endpoint: Arc<str>,
    /// The operation; nothing for a request that was refused before it was found.
    pub operation: Option<Arc<OperationRecord>>,
    /// The client, by its registered name or by what it calls itself; one of few.
    pub client: Option<Arc<str>>,
    /// Tells viewers apart without saying who they are; nothing for nobody.
    pub viewer: Option<Arc<str>>,
    /// The status of the reply; 499 when the client did not wait for it.
    pub status: u16,
    /// The codes of the reply's errors, each as often as it occurs.
    pub errors: Vec<Arc<str>>,
    /// What the operation may cost.
    pub cost: Option<u64>,
    /// Whether the whole reply was kept.
    pub cache: Option<CacheVerdict>,
    /// Bytes of the reply's body.
    pub reply_bytes: usize,
    /// Its fetches, in the order in which they began.
    pub fetches: Vec<FetchRecord>,
}

impl RequestRecord {
    /// Whether its reply says that something has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        !self.errors.is_empty() || self.status >= 400
    }

    /// When it was answered, in milliseconds since 1970.
    #[must_use]
    pub fn end_unix_ms(&self) -> u64 {
        let duration = u64::try_from(self.duration.as_micros()).unwrap_or(u64::MAX);
        self.begin_unix_us.saturating_add(duration) / 1000
    }
}

/// Is told of every request that has been answered.
pub trait RequestSink: fmt::Debug + Send + Sync {
    /// Takes a request; `kept` says why its trace is, if it is. It must not wait: who has no room drops it, and counts what
    /// was dropped.
    fn answered(&self, request: &Arc<RequestRecord>, kept: Option<KeptFor>);
}
