//! What the REST paths of a subgraph are: a document for programs, and a page for people (S0-DOC-1).

mod page;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

const CACHED: &str = "public, max-age=300";

/// Routes for an OpenAPI 3.1 document and, made of it, a page that needs no script and no other file.
///
/// # Panics
/// When the document is not JSON; it is part of the program.
pub fn description(document: &'static str, document_path: &'static str, page_path: &'static str) -> Router {
    let parsed = serde_json::from_str(document).expect("invariant: the document is JSON");
    let page = Bytes::from(page::written(&parsed, document_path));
    let policy = page::policy();
    Router::new()
        .route(document_path, get(async move || answer("application/json", document)))
        .route(page_path, get(async move || shown(page, &policy)))
}

fn shown(page: Bytes, policy: &str) -> Response {
    ([(CONTENT_SECURITY_POLICY, policy)], answer("text/html; charset=utf-8", page)).into_response()
}

fn answer(content_type: &'static str, body: impl IntoResponse) -> Response {
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, CACHED)];
    (headers, body).into_response()
}
