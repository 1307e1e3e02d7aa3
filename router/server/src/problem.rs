//! Errors of what is not GraphQL: RFC 9457 problem details (domain section 4).

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use crate::forwarding::RequestTrace;

/// A problem with the request or on the way to the subgraph.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// Names the kind of problem in `type`: `/problems/<slug>`.
    pub(crate) slug: &'static str,
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
}

impl Problem {
    pub(crate) fn into_response(self, path: &str, trace: &RequestTrace) -> Response<Body> {
        let document = json!({
            "type": format!("/problems/{}", self.slug),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
            "instance": path,
            "code": self.code,
            "traceId": trace.trace_id,
        });
        let mut reply = Response::new(Body::from(document.to_string()));
        *reply.status_mut() = self.status;
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        reply
    }
}
