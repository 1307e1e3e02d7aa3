//! Who is told of each fetch of an execution, while it runs.

use std::fmt;
use std::time::Duration;

use router_planning::plan::FetchId;
use telemetry::SpanId;

use crate::cache_policy::CachePolicy;
use crate::context::RequestContext;
use crate::fetch::failure::FetchFailure;
use crate::fetch::reply::SubgraphReply;
use crate::transport::TransportError;

/// Is told of each fetch of one execution. A fetch whose request was given up on the way is begun and never ended.
pub trait FetchObserver: fmt::Debug + Send + Sync {
    /// A fetch has begun. What is given back stands for it in its trace: it is the parent of what the subgraph does.
    fn begun(&self, begun: BegunFetch<'_>) -> Option<SpanId>;

    /// A fetch that had begun has ended.
    fn ended(&self, fetch: FetchId, ended: EndedFetch);
}

/// A fetch that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BegunFetch<'a> {
    /// Its place in the plan.
    pub fetch: FetchId,
    /// Who is asked.
    pub subgraph: &'a str,
    /// Objects that are asked for; zero for a root fetch.
    pub entities: usize,
}

/// A fetch that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedFetch {
    /// What became of it.
    pub outcome: FetchEnd,
    /// Of the objects, those that were kept. A root fetch that was kept has one.
    pub kept: usize,
    /// The age of the oldest of them.
    pub age: Option<Duration>,
    /// Whether somebody else was asking the same, and both got the one answer.
    pub is_joined: bool,
    /// Bytes of the body that was sent; zero when nothing was.
    pub request_bytes: usize,
    /// Bytes of the reply's body.
    pub reply_bytes: usize,
    /// The reply's status, when there was one.
    pub status: Option<u16>,
    /// How long the answer may be kept, as the subgraph says; none without an answer.
    pub policy: Option<CachePolicy>,
}

/// What became of a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchEnd {
    /// It was answered, without an error.
    Answered,
    /// It was answered with errors.
    Errors,
    /// Everything was kept, so that nobody was asked.
    Kept,
    /// There was no usable answer in time.
    TimedOut,
    /// There was no usable answer: the code of [`crate::code`] that says why.
    Failed(&'static str),
}

/// Notes what becomes of one fetch, and tells the observer, if there is one.
pub(crate) struct Watch<'c> {
    observer: Option<&'c dyn FetchObserver>,
    fetch: FetchId,
    /// What stands for the fetch in its trace.
    pub(crate) span: Option<SpanId>,
    pub(crate) seen: EndedFetch,
    /// Set when something else stands in for an answer.
    failure: Option<FetchEnd>,
}

impl<'c> Watch<'c> {
    pub(crate) fn begin(context: &'c RequestContext, begun: BegunFetch<'_>) -> Self {
        let observer = context.observer.as_deref();
        let seen = EndedFetch {
            outcome: FetchEnd::Answered,
            kept: 0,
            age: None,
            is_joined: false,
            request_bytes: 0,
            reply_bytes: 0,
            status: None,
            policy: None,
        };
        let (fetch, span) = (begun.fetch, observer.and_then(|observer| observer.begun(begun)));
        Self { observer, fetch, span, seen, failure: None }
    }

    /// Notes an answer that was kept.
    pub(crate) fn kept(&mut self, age: Duration) {
        self.seen.kept += 1;
        self.seen.age = self.seen.age.max(Some(age));
    }

    /// The reply's head and the length of its body.
    pub(crate) fn replied(&mut self, status: http::StatusCode, bytes: usize) {
        self.seen.status = Some(status.as_u16());
        self.seen.reply_bytes = bytes;
    }

    /// It gave no usable answer, whatever stands in for that.
    pub(crate) fn failed(&mut self, failure: &FetchFailure) {
        self.failure = Some(end_of(failure));
    }

    pub(crate) fn end(mut self, outcome: &Result<SubgraphReply, FetchFailure>) {
        let Some(observer) = self.observer else { return };
        self.seen.policy = outcome.as_ref().ok().map(|reply| reply.policy);
        let was_asked = self.seen.request_bytes > 0 || self.seen.is_joined;
        self.seen.outcome = match (outcome, self.failure) {
            (Err(failure), _) => end_of(failure),
            (Ok(_), Some(failure)) => failure,
            (Ok(reply), None) if !reply.errors.is_empty() => FetchEnd::Errors,
            (Ok(_), None) if !was_asked => FetchEnd::Kept,
            (Ok(_), None) => FetchEnd::Answered,
        };
        observer.ended(self.fetch, self.seen);
    }
}

fn end_of(failure: &FetchFailure) -> FetchEnd {
    match failure {
        FetchFailure::Transport(TransportError::Timeout(_)) | FetchFailure::OutOfTime { .. } => FetchEnd::TimedOut,
        failure => FetchEnd::Failed(failure.code()),
    }
}
