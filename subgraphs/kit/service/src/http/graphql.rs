//! `POST /graphql`: verified, then read, then run.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::parser::types::OperationType;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kit_events::Origin;
use kit_graph::ErrorCode;
use kit_viewer::{RequestToVerify, SignatureError, Viewer};
use serde_json::json;

use super::frame::Scope;
use super::written::Written;
use super::{Shared, execution, subscription};
use crate::Call;
use crate::limits::{GRAPHQL_BODY_BYTES_MAX, LIST_VALUES_MAX};
use crate::trace::trace_id;

/// What GraphQL over HTTP calls its own type (<https://graphql.github.io/graphql-over-http/>).
const GRAPHQL_RESPONSE: HeaderValue = HeaderValue::from_static("application/graphql-response+json");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Why a request is not run.
pub(super) struct Refused(pub(super) StatusCode, pub(super) ErrorCode, pub(super) String);

/// Answers one operation.
pub(super) async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = parts.extensions.get::<Origin>().cloned();
    let origin = origin.expect("invariant: the frame of the request has put its origin there");
    let trace = origin.traceparent.as_deref().and_then(trace_id).unwrap_or_default().to_owned();
    match run(&shared, &parts, body, origin).await {
        Ok(response) => response,
        Err(Refused(status, code, message)) => failure(status, code, &message, shared.context.name, &trace),
    }
}

async fn run(shared: &Shared, parts: &Parts, body: Body, origin: Origin) -> Result<Response, Refused> {
    accept_content_type(&parts.headers)?;
    let body = to_bytes(body, GRAPHQL_BODY_BYTES_MAX).await.map_err(|_| {
        let message = format!("the body cannot be read, or has more than {GRAPHQL_BODY_BYTES_MAX} bytes");
        Refused(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::BadUserInput, message)
    })?;
    let viewer = verify(shared, parts, &body)?;
    let mut request: async_graphql::Request = serde_json::from_slice(&body).map_err(|error| {
        let message = format!("the body is no GraphQL request in JSON: {error}");
        Refused(StatusCode::BAD_REQUEST, ErrorCode::BadUserInput, message)
    })?;
    require_short_lists(&request)?;
    let scope = parts.extensions.get::<Scope>().expect("invariant: the frame of the request has put its scope there");
    scope.asked_by(&viewer);
    if let Some(operation) = execution::operation_name(&mut request) {
        scope.asked_for(&operation);
    }
    if is_mutation(&mut request) {
        shared.verifier.hear_once(&parts.headers).map_err(refused)?;
    }
    let call = Call { viewer, origin };
    if subscription::is_wanted(&parts.headers) {
        return subscription::answer(shared, request, call).await;
    }
    Ok(reply(&shared.execute(request, call).await, &parts.headers))
}

fn accept_content_type(headers: &HeaderMap) -> Result<(), Refused> {
    let essence = |value: &HeaderValue| Some(value.to_str().ok()?.split(';').next()?.trim().to_ascii_lowercase());
    match headers.get(header::CONTENT_TYPE).and_then(essence).as_deref() {
        Some("application/json") => Ok(()),
        _ => {
            let message = "the content type must be application/json".to_owned();
            Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::BadUserInput, message))
        }
    }
}

/// Before anything of them is looked up (FED-35).
fn require_short_lists(request: &async_graphql::Request) -> Result<(), Refused> {
    for (name, value) in request.variables.iter() {
        if let Value::List(values) = value
            && values.len() > LIST_VALUES_MAX
        {
            let message = format!("the variable {name} has {} values; a list may have {LIST_VALUES_MAX}", values.len());
            return Err(Refused(StatusCode::BAD_REQUEST, ErrorCode::BadUserInput, message));
        }
    }
    Ok(())
}

fn verify(shared: &Shared, parts: &Parts, body: &Bytes) -> Result<Viewer, Refused> {
    let path_and_query = parts.uri.path_and_query().map_or("/", |text| text.as_str());
    let request = RequestToVerify { method: parts.method.as_str(), path_and_query, headers: &parts.headers, body };
    shared.verifier.verify(&request).map_err(refused)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what becomes of an error")]
fn refused(error: SignatureError) -> Refused {
    tracing::warn!(%error, "a request was refused: its signature");
    Refused(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated, error.to_string())
}

/// Whether a request may change something. One that cannot be parsed is not run.
fn is_mutation(request: &mut async_graphql::Request) -> bool {
    // Few documents have the word; only those are parsed here, for whoever runs them.
    if !request.query.contains("mutation") {
        return false;
    }
    let Ok(document) = request.parsed_query() else { return false };
    document.operations.iter().any(|(_, operation)| operation.node.ty == OperationType::Mutation)
}

/// The response as bytes, with the policy of its caching (P4).
fn reply(response: &async_graphql::Response, request: &HeaderMap) -> Response {
    let written = Written(response);
    let body = serde_json::to_vec(&written).expect("invariant: a GraphQL response can be written as JSON");
    let accepts = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_modern = accepts.contains("application/graphql-response+json");
    // Only the newer type may say by its status that nothing was run.
    let status = if is_modern && written.is_request_error() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let mut reply = Response::new(Body::from(body));
    *reply.status_mut() = status;
    let content_type = if is_modern { GRAPHQL_RESPONSE } else { JSON };
    reply.headers_mut().insert(header::CONTENT_TYPE, content_type);
    reply.headers_mut().insert(header::CACHE_CONTROL, cache_control(response));
    reply
}

fn cache_control(response: &async_graphql::Response) -> HeaderValue {
    const NEVER: HeaderValue = HeaderValue::from_static("no-store");
    let policy = response.cache_control;
    if !response.errors.is_empty() || policy.max_age <= 0 {
        // Errors pass, and without a policy nobody has thought about it.
        return NEVER;
    }
    let scope = if policy.public { "public" } else { "private" };
    HeaderValue::from_str(&format!("max-age={}, {scope}", policy.max_age)).unwrap_or(NEVER)
}

/// A response with one error, of a request that was not run.
pub(super) fn failure(status: StatusCode, code: ErrorCode, message: &str, subgraph: &str, trace_id: &str) -> Response {
    let extensions = json!({ "code": code.name(), "subgraph": subgraph, "traceId": trace_id });
    let body = json!({ "errors": [{ "message": message, "extensions": extensions }] });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
