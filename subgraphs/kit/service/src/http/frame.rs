//! What a request is told of, and tells: its span in the trace, the scope of its log lines, and its flow.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request};
use http::{Method, StatusCode};
use kit_events::Origin;
use kit_viewer::Viewer;
use telemetry::flow::Flow;
use telemetry::subscriber::{Beginning, ROOT};
use telemetry::viewer::ViewerKey;
use telemetry::{Active, TraceId};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::Shared;
use crate::trace;

/// The frame of one request.
pub(super) struct Frame {
    pub(super) origin: Origin,
    /// In the trace; empty when nobody wants it recorded.
    span: Span,
    scope: Scope,
}

/// The scope of a request's log lines, for whoever learns later who asks, and for what.
#[derive(Clone)]
pub(super) struct Scope {
    lines: Span,
    viewers: Arc<ViewerKey>,
}

impl Frame {
    pub(super) fn new(shared: &Shared, request: &Request) -> Self {
        let subgraph = shared.context.name;
        let parent = trace::parent(request.headers()).map(|parent| parent.to_string());
        let span = Beginning::of(subgraph, parent.as_deref()).open(|| span(request));
        let recorded = span.in_scope(telemetry::active).filter(|_| !span.is_disabled());
        let origin = trace::origin(request.headers(), recorded, shared.context.randomness.as_ref());
        let trace_id = origin.traceparent.as_deref().and_then(trace::trace_id).unwrap_or_default();
        // The way itself may be a proof of what its bearer may fetch, so that lines have the route only.
        let lines = telemetry::log_scope!(
            "request",
            service = subgraph,
            trace_id,
            correlation_id = origin.correlation_id,
            http.request.method = request.method().as_str(),
            http.route = route(request),
            operation = Empty,
            caller = Empty,
            viewer = Empty,
        );
        Self { origin, span, scope: Scope { lines, viewers: Arc::clone(&shared.viewers) } }
    }

    pub(super) fn trace_id(&self) -> &str {
        self.origin.traceparent.as_deref().and_then(trace::trace_id).unwrap_or_default()
    }

    /// The trace, where that is kept whatever becomes of it: one that measurements can be told by.
    pub(super) fn kept_trace(&self) -> Option<TraceId> {
        let active = self.origin.traceparent.as_deref().and_then(Active::parse)?;
        active.sampled.then_some(active.trace_id)
    }

    pub(super) fn scope(&self) -> Scope {
        self.scope.clone()
    }

    /// Works within the frame.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let flow = Flow {
            correlation_id: self.origin.correlation_id.as_str().into(),
            traceparent: self.origin.traceparent.as_deref().map(Into::into),
        };
        flow.carry(work).instrument(self.span.clone()).instrument(self.scope.lines.clone()).await
    }

    pub(super) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        self.scope.lines.in_scope(|| self.span.in_scope(work))
    }

    /// Notes how it was answered. What a client does wrong is no fault of the service.
    pub(super) fn answered(&self, status: StatusCode) {
        self.span.record("http.response.status_code", i64::from(status.as_u16()));
        if status.is_server_error() {
            self.span.record("error.type", status.as_str());
            self.span.record("otel.status_code", "ERROR");
        }
    }
}

impl Scope {
    /// Notes who asks: by a name that tells nobody who it is.
    pub(super) fn asked_by(&self, viewer: &Viewer) {
        if self.lines.is_disabled() {
            return;
        }
        self.lines.record("caller", viewer.act.as_str());
        if let Some(user) = viewer.user_id() {
            self.lines.record("viewer", self.viewers.name(&user.to_string()));
        }
    }

    /// Notes the name of the operation.
    pub(super) fn asked_for(&self, operation: &str) {
        self.lines.record("operation", operation);
    }
}

/// The attributes are OpenTelemetry's semantic conventions for HTTP servers.
fn span(request: &Request) -> Span {
    let (method, route) = (method(request.method()), route(request));
    tracing::info_span!(
        target: ROOT,
        parent: None,
        "request",
        otel.kind = "server",
        otel.name = format!("{method} {route}"),
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// The template of the path, of which there are few; nothing where there is no route.
fn route(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default()
}

/// Anybody can think of more methods than there are.
fn method(method: &Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "_OTHER",
    }
}
