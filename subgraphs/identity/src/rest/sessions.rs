//! `/auth/v1/sessions` and `/auth/v1/logout-all`: where the viewer is signed in, and ending it. They take the access token
//! only: no page of another origin can send that.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::request::Parts;
use serde_json::{Value, json};

use super::body::moment;
use super::client::call;
use super::problem::problem;
use super::{Rest, cookie};
use crate::domain::LiveSession;
use crate::service::AuthError;

/// `GET /auth/v1/sessions`: those that can go on, latest used first.
pub(super) async fn list(State(rest): State<Arc<Rest>>, parts: Parts) -> Response {
    match rest.accounts.sessions.live(&call(&parts)).await {
        Ok((sessions, own)) => {
            let listed: Vec<Value> = sessions.iter().map(|session| shown(session, Some(session.id) == own)).collect();
            ([(CACHE_CONTROL, "no-store")], Json(json!({ "sessions": listed }))).into_response()
        }
        Err(error) => problem(&error),
    }
}

/// `DELETE /auth/v1/sessions/{id}`
pub(super) async fn end(State(rest): State<Arc<Rest>>, Path(id): Path<String>, parts: Parts) -> Response {
    let call = call(&parts);
    let ended = match id.parse() {
        Ok(id) => rest.accounts.sessions.end_one(id, &call).await,
        Err(_) if call.viewer.user_id().is_none() => Err(AuthError::NotSignedIn),
        Err(_) => Err(AuthError::NoSuchSession),
    };
    match ended {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => problem(&error),
    }
}

/// `POST /auth/v1/logout-all`
pub(super) async fn sign_out_everywhere(State(rest): State<Arc<Rest>>, parts: Parts) -> Response {
    match rest.accounts.sessions.sign_out_everywhere(&call(&parts)).await {
        Ok(()) => (StatusCode::NO_CONTENT, [(SET_COOKIE, cookie::clear(&parts.headers))]).into_response(),
        Err(error) => problem(&error),
    }
}

fn shown(session: &LiveSession, is_own: bool) -> Value {
    json!({
        "id": session.id, "device": session.device, "ip": session.ip, "createdAt": moment(session.created_at),
        "lastUsedAt": moment(session.last_used_at), "current": is_own,
    })
}
