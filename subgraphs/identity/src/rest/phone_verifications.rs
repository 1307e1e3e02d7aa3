//! `/auth/v1/phone-verifications`: proving that one has a telephone number.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use http::request::Parts;
use serde_json::json;

use super::Rest;
use super::body::{CodeBody, PhoneBody, json as read, moment};
use super::client::call;
use super::problem::problem;
use crate::service::AuthError;

/// `POST /auth/v1/phone-verifications`
pub(super) async fn send(State(rest): State<Arc<Rest>>, parts: Parts, body: Bytes) -> Response {
    let body: PhoneBody = match read(&parts.headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    match rest.verifying.send(&body.phone, &call(&parts)).await {
        Ok(sent) => {
            let answer = json!({ "id": sent.id, "expiresAt": moment(sent.expires_at) });
            (StatusCode::ACCEPTED, [(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
        Err(error) => problem(&error),
    }
}

/// `POST /auth/v1/phone-verifications/{id}/confirm`
pub(super) async fn confirm(
    State(rest): State<Arc<Rest>>,
    Path(id): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    let body: CodeBody = match read(&parts.headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let confirmed = match id.parse() {
        Ok(id) => rest.verifying.confirm(id, &body.code).await,
        Err(_) => Err(AuthError::VerificationEnded),
    };
    match confirmed {
        Ok(token) => ([(CACHE_CONTROL, "no-store")], Json(json!({ "phoneToken": token }))).into_response(),
        Err(error) => problem(&error),
    }
}
