//! The flow that a task works for, for what it asks of others on the way (domain.md, P14).
//!
//! Services take the flow of a request as an argument and put it on the events that they write. What is asked of a sister
//! while a request is answered is asked deep within, often on behalf of several fields at once; there the flow of the task
//! is what it belongs to.

use std::sync::Arc;

use tokio::task_local;

use crate::active::active;

task_local! {
    static FLOW: Flow;
}

/// A flow, as a request or an event has brought it here.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Its name.
    pub correlation_id: Arc<str>,
    /// The W3C `traceparent` with which it came; nothing when it came without a trace.
    pub traceparent: Option<Arc<str>>,
}

impl Flow {
    /// Works for this flow.
    pub async fn carry<T>(self, work: impl Future<Output = T>) -> T {
        FLOW.scope(self, work).await
    }

    /// The flow that this task works for.
    #[must_use]
    pub fn current() -> Option<Self> {
        FLOW.try_with(Self::clone).ok()
    }
}

/// The W3C `traceparent` for what is asked of others from here: of the span that is being worked in, else that with which
/// the flow came.
#[must_use]
pub fn traceparent() -> Option<String> {
    let of_span = active().map(|active| active.to_string());
    of_span.or_else(|| FLOW.try_with(|flow| flow.traceparent.as_deref().map(str::to_owned)).ok().flatten())
}
