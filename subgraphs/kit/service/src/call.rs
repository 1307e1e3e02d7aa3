//! Who asks, and in which flow.

use async_graphql::Context;
use kit_events::Origin;
use kit_viewer::Viewer;

use crate::trace::trace_id;

/// One request, as services see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Who asks.
    pub viewer: Viewer,
    /// The flow and the trace that events of this request carry on (P14).
    pub origin: Origin,
}

impl Call {
    /// A call of this viewer, in a flow of its own: for schedules and tests.
    #[must_use]
    pub fn new(viewer: Viewer, correlation_id: impl Into<String>) -> Self {
        Self { viewer, origin: Origin::new(correlation_id, None) }
    }

    /// The id of the trace, if there is one.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.origin.traceparent.as_deref().and_then(trace_id)
    }
}

/// What a resolver knows about its request, beside what `kit_graph::RequestContext` gives it.
pub trait CallContext {
    /// The call, for services.
    ///
    /// # Panics
    /// When the request did not come through this crate.
    fn call(&self) -> &Call;
}

impl CallContext for Context<'_> {
    fn call(&self) -> &Call {
        self.data::<Call>().expect("invariant: kit-service gives every request its call")
    }
}
