//! Reading request bodies, and the answer with tokens.

use axum::Json;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use kit_service::Problem;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::cookie;
use crate::service::TokenPair;
use crate::service::access_tokens::ACCESS_LIFETIME_SECONDS;

/// Where the refresh token goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TokenDelivery {
    /// Into a cookie that no script can read: for browsers.
    #[default]
    Cookie,
    /// Into the body: for native clients.
    Body,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegisterBody {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) password: String,
    #[serde(default)]
    pub(super) phone_token: Option<String>,
    #[serde(default)]
    pub(super) token_delivery: TokenDelivery,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LoginBody {
    pub(super) email: String,
    pub(super) password: String,
    #[serde(default)]
    pub(super) token_delivery: TokenDelivery,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RefreshBody {
    pub(super) refresh_token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct PhoneBody {
    pub(super) phone: String,
}

#[derive(Deserialize)]
pub(super) struct CodeBody {
    pub(super) code: String,
}

#[derive(Deserialize)]
pub(super) struct ResetBody {
    pub(super) email: String,
}

#[derive(Deserialize)]
pub(super) struct ResetConfirmationBody {
    pub(super) token: String,
    pub(super) password: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PasswordBody {
    pub(super) current_password: String,
    pub(super) new_password: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

/// Reads a JSON body. The content type is asked for because no page of another origin can send it unasked.
pub(super) fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Box<Response>> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type");
        return Err(Box::new(problem.with_detail("the content type must be application/json").into_response()));
    }
    serde_json::from_slice(body).map_err(|error| {
        // Only the place is named: serde would quote what stands there, which may be a password.
        let detail = format!("the body is not the expected JSON, at line {} column {}", error.line(), error.column());
        Box::new(Problem::new(StatusCode::BAD_REQUEST, "bad-request").with_detail(detail).into_response())
    })
}

/// As [`json`], where an empty body says nothing.
pub(super) fn json_or_nothing<T: DeserializeOwned + Default>(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<T, Box<Response>> {
    if body.is_empty() { Ok(T::default()) } else { json(headers, body) }
}

/// RFC 3339, UTC, milliseconds.
pub(super) fn moment(at_us: i64) -> Option<String> {
    DateTime::<Utc>::from_timestamp_micros(at_us).map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

pub(super) fn secret(text: String) -> SecretString {
    SecretString::from(text)
}

/// The answer with a pair of tokens.
pub(super) fn tokens(status: StatusCode, pair: TokenPair, delivery: TokenDelivery, headers: &HeaderMap) -> Response {
    let set_cookie = (delivery == TokenDelivery::Cookie)
        .then(|| cookie::set(headers, &pair.refresh_token, pair.refresh_lifetime_seconds));
    let answer = TokenAnswer {
        access_token: pair.access_token,
        token_type: "Bearer",
        expires_in: ACCESS_LIFETIME_SECONDS,
        refresh_token: (delivery == TokenDelivery::Body).then_some(pair.refresh_token),
    };
    let mut response = (status, Json(answer)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = set_cookie {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
