//! REST routes: open to everyone, and with a viewer when the request is signed.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{ALLOW, CONTENT_TYPE};
use kit_events::Origin;
use kit_viewer::{RequestToVerify, RequestVerifier, Viewer};

use super::frame::Scope;
use super::{Problem, Shared};
use crate::Call;
use crate::limits::REST_BODY_BYTES_MAX;

/// Longest reason of the framework's own that is handed on: they are one line.
const REFUSAL_BYTES_MAX: usize = 1_024;

/// Gives a request its call. One that claims a viewer must prove it; the body of any other is not touched.
pub(super) async fn admit(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let origin = request.extensions().get::<Origin>().cloned();
    let origin = origin.expect("invariant: the frame of the request has put its origin there");
    let (mut request, viewer) = if RequestVerifier::is_claimed(request.headers()) {
        match verified(&shared, request).await {
            Ok(verified) => verified,
            Err(problem) => return problem.into_response(),
        }
    } else {
        (request, Viewer::anonymous())
    };
    if let Some(scope) = request.extensions().get::<Scope>() {
        scope.asked_by(&viewer);
    }
    request.extensions_mut().insert(Call { viewer, origin });
    as_problem(next.run(request).await).await
}

/// Gives a request for a body of any length its call, which is nobody's.
pub(super) async fn admit_stream(mut request: Request, next: Next) -> Response {
    let origin = request.extensions().get::<Origin>().cloned();
    let origin = origin.expect("invariant: the frame of the request has put its origin there");
    request.extensions_mut().insert(Call { viewer: Viewer::anonymous(), origin });
    as_problem(next.run(request).await).await
}

/// What the framework refuses by itself, such as a body beyond its limit, as the problem that all refusals are.
async fn as_problem(response: Response) -> Response {
    let status = response.status();
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_plain = content_type.is_empty() || content_type.starts_with("text/plain");
    if !(status.is_client_error() || status.is_server_error()) || !is_plain {
        return response;
    }
    let (parts, body) = response.into_parts();
    let reason = to_bytes(body, REFUSAL_BYTES_MAX).await.unwrap_or_default();
    let title = status.canonical_reason().unwrap_or("refused");
    let code = title.to_ascii_lowercase().replace(' ', "-");
    let detail = if reason.is_empty() { title.into() } else { String::from_utf8_lossy(&reason) };
    let mut problem = Problem::new(status, &code).with_detail(detail).into_response();
    if let Some(allow) = parts.headers.get(ALLOW) {
        problem.headers_mut().insert(ALLOW, allow.clone());
    }
    problem
}

async fn verified(shared: &Shared, request: Request) -> Result<(Request, Viewer), Problem> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, REST_BODY_BYTES_MAX).await.map_err(|_| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE")
            .with_detail(format!("the body cannot be read, or has more than {REST_BODY_BYTES_MAX} bytes"))
    })?;
    let path_and_query = parts.uri.path_and_query().map_or("/", |text| text.as_str());
    let to_verify =
        RequestToVerify { method: parts.method.as_str(), path_and_query, headers: &parts.headers, body: &body };
    let verified = shared.verifier.verify(&to_verify).and_then(|viewer| {
        if !parts.method.is_safe() {
            shared.verifier.hear_once(&parts.headers)?;
        }
        Ok(viewer)
    });
    let viewer = verified.map_err(|error| {
        tracing::warn!(%error, "a request was refused: its signature");
        Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED").with_detail(error.to_string())
    })?;
    Ok((Request::from_parts(parts, Body::from(body)), viewer))
}
