//! `/auth/v1/password-resets`: other passwords for those who have forgotten theirs.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use super::Rest;
use super::body::{ResetBody, ResetConfirmationBody, json, secret};
use super::client::call;
use super::problem::problem;

/// `POST /auth/v1/password-resets`: accepted, whether there is such an account or not.
pub(super) async fn ask(State(rest): State<Arc<Rest>>, parts: Parts, body: Bytes) -> Response {
    let body: ResetBody = match json(&parts.headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    match rest.resetting.ask(&body.email, &call(&parts)).await {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(error) => problem(&error),
    }
}

/// `POST /auth/v1/password-resets/confirm`
pub(super) async fn confirm(State(rest): State<Arc<Rest>>, parts: Parts, body: Bytes) -> Response {
    let body: ResetConfirmationBody = match json(&parts.headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    match rest.resetting.confirm(&body.token, secret(body.password), &call(&parts)).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => problem(&error),
    }
}
