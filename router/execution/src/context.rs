//! What one request brings to the execution of its operation.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use telemetry::SpanId;

use crate::fetch_cache::FetchCache;
use crate::observer::FetchObserver;

/// The request to a subgraph that headers are asked for.
#[derive(Debug, Clone, Copy)]
pub struct ForwardingRequest<'a> {
    /// The subgraph's name.
    pub subgraph: &'a str,
    /// The method that will be used.
    pub method: &'a Method,
    /// The path that will be requested, with no authority.
    pub path: &'a str,
    /// The very bytes that will be sent, so that they can be signed.
    pub body: &'a Bytes,
    /// What stands for the request in its trace, where somebody records it.
    pub span: Option<SpanId>,
}

/// The reply of a subgraph whose headers have come.
#[derive(Debug, Clone, Copy)]
pub struct ForwardingReply<'a> {
    /// The subgraph's name.
    pub subgraph: &'a str,
    /// The place of the fetch in its plan: that of a reply among others, whenever it comes.
    pub fetch: usize,
    /// The reply's headers.
    pub headers: &'a HeaderMap,
}

/// Decides which headers go along with a request to a subgraph: the signed viewer (P10), the trace context, and
/// whatever the configuration forwards.
///
/// It is called once per request to a subgraph. Its headers replace those of the same name
/// that the executor sets (`content-type`, `accept`).
pub trait Forwarding: Send + Sync {
    /// The headers to add to `request`.
    fn headers(&self, request: ForwardingRequest<'_>) -> HeaderMap;

    /// Is told of each reply of a subgraph, whatever its status. Of a stream that is its head.
    fn replied(&self, reply: ForwardingReply<'_>) {
        let _ = reply;
    }
}

/// Adds no header.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoForwarding;

impl Forwarding for NoForwarding {
    fn headers(&self, _request: ForwardingRequest<'_>) -> HeaderMap {
        HeaderMap::new()
    }
}

/// The circumstances of one client request.
#[derive(Clone)]
pub struct RequestContext {
    /// The headers that subgraphs are to receive.
    pub forwarding: Arc<dyn Forwarding>,
    /// Named in every error as `extensions.traceId` (P8); `None` leaves it out.
    pub trace_id: Option<String>,
    /// What keeps the answers of subgraphs; `None` asks them every time.
    pub cache: Option<Arc<dyn FetchCache>>,
    /// Who is told of each fetch; `None`: nobody.
    pub observer: Option<Arc<dyn FetchObserver>>,
}

impl fmt::Debug for RequestContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RequestContext").field("trace_id", &self.trace_id).finish_non_exhaustive()
    }
}
