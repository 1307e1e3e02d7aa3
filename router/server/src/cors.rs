//! Which other origins' pages may call the router from a browser (Fetch standard, section 3.2). None unless configured,
//! each exactly; never with credentials, because access tokens travel in a header that the page itself sets.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};

use crate::configuration::CorsSettings;

const ALLOWED_METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const ALLOWED_HEADERS: &str = "authorization, content-type, x-correlation-id, traceparent, tracestate, x-cost";
const EXPOSED_HEADERS: &str = "x-correlation-id, x-trace-id, retry-after, ratelimit, ratelimit-policy";

/// The reply to a preflight from an origin that is let in.
pub(crate) fn preflight(settings: &CorsSettings, request: &Request<Body>) -> Option<Response<Body>> {
    let asks =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let origin = allowed_origin(settings, request.headers()).filter(|_| asks)?;
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = StatusCode::NO_CONTENT;
    let headers = reply.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(ALLOWED_METHODS));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(settings.max_age_seconds));
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    Some(reply)
}

/// The request's origin, if it is let in.
pub(crate) fn allowed_origin(settings: &CorsSettings, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    settings.origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

/// Lets the page that asked read the reply.
pub(crate) fn write_to_reply(settings: &CorsSettings, origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    if !settings.origins.is_empty() {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    }
}
