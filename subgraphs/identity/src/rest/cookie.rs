//! The refresh token of browsers: a cookie bound to its host, and the proof that our own page sends it (domain.md 4.1).

use axum::response::{IntoResponse, Response};
use http::header::{COOKIE, HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, StatusCode};
use kit_service::Problem;

/// Sent over TLS only, and never set by a sister host (RFC 6265bis, section 4.1.3.2).
const NAME: &str = "__Host-rt";
/// On a developer's own machine there is no TLS.
const PLAIN_NAME: &str = "rt";
/// A header that forms cannot send.
const REQUESTED_WITH: &str = "x-requested-with";

/// The header that keeps the refresh token in the browser.
pub(super) fn set(headers: &HeaderMap, refresh_token: &str, lifetime_seconds: i64) -> HeaderValue {
    let (name, secure) = if is_plain_localhost(headers) { (PLAIN_NAME, "") } else { (NAME, "; Secure") };
    let text = format!("{name}={refresh_token}; Path=/; Max-Age={lifetime_seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).expect("invariant: a refresh token is base64url")
}

/// The header that removes it.
pub(super) fn clear(headers: &HeaderMap) -> HeaderValue {
    set(headers, "", 0)
}

/// The refresh token that the browser sends.
pub(super) fn read(headers: &HeaderMap) -> Option<&str> {
    let name = if is_plain_localhost(headers) { PLAIN_NAME } else { NAME };
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, value)| *found == name && !value.is_empty()).map(|(_, value)| value)
}

/// Whether a page of ours sends the request: for whatever takes the cookie.
pub(super) fn check_origin(headers: &HeaderMap, origins: &[String]) -> Result<(), Box<Response>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_own = text(ORIGIN.as_str()).is_some_and(|origin| {
        let host = text(HOST.as_str()).unwrap_or_default();
        let scheme = if is_plain_localhost(headers) { "http" } else { "https" };
        origin == format!("{scheme}://{host}") || origins.iter().any(|allowed| allowed == origin)
    });
    if is_own && headers.contains_key(REQUESTED_WITH) {
        return Ok(());
    }
    let detail = "the cookie is taken only with an `origin` of this site and an `x-requested-with` header";
    Err(Box::new(Problem::new(StatusCode::FORBIDDEN, "origin-refused").with_detail(detail).into_response()))
}

fn is_plain_localhost(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = text(HOST.as_str());
    let is_local = ["localhost", "127.0.0.1", "[::1]"]
        .into_iter()
        .any(|name| host.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
    is_local && !text(ORIGIN.as_str()).starts_with("https://") && text("x-forwarded-proto") != "https"
}
