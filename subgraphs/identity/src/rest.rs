//! The authentication paths and the public keys (domain.md 4.2).

mod authentication;
mod body;
mod client;
mod cookie;
mod form;
mod jwks;
mod partners;
mod password_resets;
mod phone_verifications;
mod problem;
mod sessions;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post};

use crate::service::{Accounts, Keys, Partners, Resetting, Verifying};

/// Most bytes of a body (domain.md 4): ten times what the largest request needs.
const BODY_BYTES_MAX: usize = 64 * 1_024;

/// What all of this is: OpenAPI 3.1.
const DOCUMENT: &str = include_str!("../openapi.json");

/// What the handlers work with.
pub(crate) struct Rest {
    pub(crate) accounts: Accounts,
    pub(crate) resetting: Resetting,
    pub(crate) verifying: Verifying,
    pub(crate) partners: Partners,
    pub(crate) keys: Arc<Keys>,
    /// Origins whose pages may use the cookie, besides the request's own host.
    pub(crate) origins: Vec<String>,
}

/// The routes, whole paths.
pub(crate) fn routes(rest: Rest) -> Router {
    Router::new()
        .route("/auth/v1/register", post(authentication::register))
        .route("/auth/v1/login", post(authentication::login))
        .route("/auth/v1/token/refresh", post(authentication::refresh))
        .route("/auth/v1/logout", post(authentication::logout))
        .route("/auth/v1/password-resets", post(password_resets::ask))
        .route("/auth/v1/password-resets/confirm", post(password_resets::confirm))
        .route("/auth/v1/phone-verifications", post(phone_verifications::send))
        .route("/auth/v1/phone-verifications/{id}/confirm", post(phone_verifications::confirm))
        .route("/auth/v1/logout-all", post(sessions::sign_out_everywhere))
        .route("/auth/v1/sessions", get(sessions::list))
        .route("/auth/v1/sessions/{id}", delete(sessions::end))
        .route("/auth/v1/password", post(authentication::change_password))
        .route("/auth/v1/partner/token", post(partners::token))
        .route("/.well-known/jwks.json", get(jwks::answer))
        .route("/.well-known/oauth-authorization-server", get(partners::metadata))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Arc::new(rest))
        .merge(kit_service::description(DOCUMENT, "/openapi.json", "/docs/rest"))
}
