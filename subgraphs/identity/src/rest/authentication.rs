//! `/auth/v1`: register, login, refresh, logout, password.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use super::body::{
    LoginBody, PasswordBody, RefreshBody, RegisterBody, TokenDelivery, json, json_or_nothing, secret, tokens,
};
use super::client::call;
use super::problem::problem;
use super::{Rest, cookie};
use crate::service::Registration;

/// `POST /auth/v1/register`
pub(super) async fn register(State(rest): State<Arc<Rest>>, parts: Parts, body: Bytes) -> Response {
    let body: RegisterBody = match json(&parts.headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let registration = Registration {
        name: body.name,
        email: body.email,
        password: secret(body.password),
        phone_token: body.phone_token,
    };
    match rest.accounts.register(registration, &call(&parts)).await {
        Ok(pair) => {
            let location = HeaderValue::from_str(&format!("/users/{}", pair.user_id));
            let mut response = tokens(StatusCode::CREATED, pair, body.token_delivery, &parts.headers);
            let location = location.expect("invariant: an id is ASCII");
            response.headers_mut().insert(LOCATION, location);
            response
        }
        Err(error) => problem(&error),
    }
}

/// `POST /auth/v1/login`
pub(super) async fn login(State(rest): State<Arc<Rest>>, parts: Parts, body: Bytes) -> Response {
    let body: LoginBody = match json(&parts.headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    match rest.accounts.login(&body.email, secret(body.password), &call(&parts)).await {
        Ok(pair) => tokens(StatusCode::OK, pair, body.token_delivery, &parts.headers),
        Err(error) => problem(&error),
    }
}

/// `POST /auth/v1/token/refresh`: the token of the body, or else of the cookie. The answer goes where it came from.
pub(super) async fn refresh(State(rest): State<Arc<Rest>>, parts: Parts, body: Bytes) -> Response {
    let body: RefreshBody = match json_or_nothing(&parts.headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let (token, delivery) = match body.refresh_token {
        Some(token) => (token, TokenDelivery::Body),
        None => {
            if let Err(response) = cookie::check_origin(&parts.headers, &rest.origins) {
                return *response;
            }
            (cookie::read(&parts.headers).unwrap_or_default().to_owned(), TokenDelivery::Cookie)
        }
    };
    match rest.accounts.sessions.refresh(&token, &call(&parts)).await {
        Ok(pair) => tokens(StatusCode::OK, pair, delivery, &parts.headers),
        Err(error) => problem(&error),
    }
}

/// `POST /auth/v1/logout`: ends the session of the body's token, of the cookie, or of the access token.
pub(super) async fn logout(State(rest): State<Arc<Rest>>, parts: Parts, body: Bytes) -> Response {
    let body: RefreshBody = match json_or_nothing(&parts.headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let cookie = cookie::read(&parts.headers);
    if body.refresh_token.is_none()
        && cookie.is_some()
        && let Err(response) = cookie::check_origin(&parts.headers, &rest.origins)
    {
        return *response;
    }
    match rest.accounts.sessions.sign_out(body.refresh_token.as_deref().or(cookie), &call(&parts)).await {
        Ok(()) => (StatusCode::NO_CONTENT, [(SET_COOKIE, cookie::clear(&parts.headers))]).into_response(),
        Err(error) => problem(&error),
    }
}

/// `POST /auth/v1/password`: the viewer's other sessions end, this one goes on.
pub(super) async fn change_password(State(rest): State<Arc<Rest>>, parts: Parts, body: Bytes) -> Response {
    let body: PasswordBody = match json(&parts.headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let (present, next) = (secret(body.current_password), secret(body.new_password));
    match rest.accounts.change_password(present, next, &call(&parts)).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => problem(&error),
    }
}
