//! The HTTP face of media: sending files and fetching them (domain 4.3). Each address carries its own proof.

mod conditions;
mod content;
mod disposition;
mod problem;
mod range;
mod segments;
mod sending;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, put};
use http::header::{HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

use crate::service::Archive;

const DOCUMENT: &str = include_str!("../openapi.json");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// All paths, for bodies of any length.
pub(crate) fn routes(archive: Archive) -> Router {
    Router::new()
        .route("/media/v1/uploads/{id}", put(sending::whole))
        .route("/media/v1/uploads/{id}/parts/{number}", put(sending::part))
        .route("/media/v1/files/{id}/content", get(content::content))
        .route("/media/v1/files/{id}/hls/{proof}/{name}", get(segments::segments))
        .layer(DefaultBodyLimit::disable())
        .with_state(archive)
        .layer(map_response(guarded))
}

/// What these paths are: OpenAPI 3.1, and the page made of it.
pub(crate) fn description() -> Router {
    kit_service::description(DOCUMENT, "/media/v1/openapi.json", "/media/v1/docs")
}

/// Browsers take a file for nothing but what it is said to be (AS-021), and tell nobody its address, which is its key
/// (AS-022, PS-20). Pages of every origin may show it: no cookie opens it, so that whoever has the address has the file
/// (AS-027).
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    response
}
