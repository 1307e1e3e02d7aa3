//! `GET /internal/v1/revoked-sessions`: the sessions that have ended before their access tokens, for whoever verifies those
//! (S3-LOGOUT-1). Not a path of the public: it answers signed requests alone, and the router passes it on from nobody.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, StatusCode};
use kit_service::Problem;
use kit_viewer::RequestVerifier;
use serde::Deserialize;
use serde_json::json;

use super::Rest;
use super::problem::problem;

#[derive(Deserialize)]
pub(super) struct Since {
    /// `asOf` of an answer before, in microseconds.
    since: Option<i64>,
}

pub(super) async fn list(State(rest): State<Arc<Rest>>, headers: HeaderMap, Query(query): Query<Since>) -> Response {
    // One that claims to be signed was verified before it came here.
    if !RequestVerifier::is_claimed(&headers) {
        return Problem::new(StatusCode::NOT_FOUND, "not-found").into_response();
    }
    match rest.accounts.sessions.ended(query.since).await {
        Ok((sessions, as_of)) => {
            ([(CACHE_CONTROL, "no-store")], Json(json!({ "asOf": as_of, "sessions": sessions }))).into_response()
        }
        Err(error) => problem(&error),
    }
}
