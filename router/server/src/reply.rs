//! The last stage: from a result to an HTTP reply.

use apollo_compiler::ast::OperationType;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use router_execution::Reply;
use serde_json::json;

use crate::admission::media_type::ReplyMediaType;
use crate::configuration::StatusRules;
use crate::forwarding::RequestTrace;
use crate::refusal::Refusal;

/// Partial data, in the draft of August 2026.
const PARTIAL_DATA: u16 = 294;

/// The reply to an operation that was executed, whatever became of its fields. `body` is the reply as bytes.
pub(crate) fn of_execution(
    reply: &Reply,
    body: Bytes,
    rules: StatusRules,
    media_type: ReplyMediaType,
) -> Response<Body> {
    let partial = rules == StatusRules::Draft2026 && !reply.errors.is_empty() && !reply.data_is_null();
    let status = if partial { StatusCode::from_u16(PARTIAL_DATA).unwrap_or(StatusCode::OK) } else { StatusCode::OK };
    json_reply(status, media_type, Body::from(body))
}

/// The reply to several operations, whatever became of them.
pub(crate) fn of_batch(body: Bytes, media_type: ReplyMediaType) -> Response<Body> {
    json_reply(StatusCode::OK, media_type, Body::from(body))
}

/// The reply to a request that is not executed.
pub(crate) fn of_refusal(
    refusal: Refusal,
    rules: StatusRules,
    media_type: ReplyMediaType,
    trace: &RequestTrace,
) -> Response<Body> {
    let refusal = refusal.traced(&trace.trace_id);
    let status = refusal.status(rules, media_type == ReplyMediaType::Json);
    let mut reply = json_reply(status, media_type, Body::from(json!({ "errors": refusal.errors }).to_string()));
    let headers = reply.headers_mut();
    if let Some(allow) = refusal.allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    if let Some(challenge) = refusal.challenge.and_then(|challenge| HeaderValue::try_from(challenge).ok()) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    headers.extend(refusal.headers);
    if let Some(seconds) = refusal.retry_after_seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

/// The length of its body; 0 for a stream, whose length is not known.
pub(crate) fn body_bytes(reply: &Response<Body>) -> usize {
    use hyper::body::Body as _;

    let bytes = reply.body().size_hint().exact();
    bytes.map_or(0, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
}

/// What metrics and logs call an operation's kind.
pub(crate) fn kind_name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

fn json_reply(status: StatusCode, media_type: ReplyMediaType, body: Body) -> Response<Body> {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type.header_value());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization"));
    reply
}
