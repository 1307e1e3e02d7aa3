//! Which other origins' pages may call the router from a browser (Fetch standard, section 3.2). None unless configured,
//! each exactly; with cookies only when that is configured, too.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};

use crate::configuration::CorsSettings;

const ALLOWED_METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const ALLOWED_HEADERS: &str = "authorization, content-type, x-correlation-id, traceparent, tracestate, x-cost";
const EXPOSED_HEADERS: &str = "x-correlation-id, x-trace-id, retry-after, ratelimit, ratelimit-policy";
const WHAT_PREFLIGHTS_VARY_BY: &str = "origin, access-control-request-method, access-control-request-headers";

/// The settings, as headers.
#[derive(Debug)]
pub(crate) struct Cors {
    origins: Vec<String>,
    allowed_headers: HeaderValue,
    exposed_headers: HeaderValue,
    max_age_seconds: u32,
    credentials: bool,
}

impl Cors {
    /// Of settings that have been validated.
    pub(crate) fn new(settings: &CorsSettings) -> Self {
        Self {
            origins: settings.origins.clone(),
            allowed_headers: list(ALLOWED_HEADERS, &settings.allowed_headers),
            exposed_headers: list(EXPOSED_HEADERS, &settings.exposed_headers),
            max_age_seconds: settings.max_age_seconds,
            credentials: settings.credentials,
        }
    }

    /// The reply to a preflight from an origin that is let in.
    pub(crate) fn preflight(&self, request: &Request<Body>) -> Option<Response<Body>> {
        let origin = self.allowed_origin(request.headers()).filter(|_| is_preflight(request))?;
        let mut reply = Response::new(Body::empty());
        *reply.status_mut() = StatusCode::NO_CONTENT;
        let headers = reply.headers_mut();
        self.let_in(origin, headers);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(ALLOWED_METHODS));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, self.allowed_headers.clone());
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(self.max_age_seconds));
        headers.append(header::VARY, HeaderValue::from_static(WHAT_PREFLIGHTS_VARY_BY));
        Some(reply)
    }

    /// The request's origin, if it is let in. One that is named twice is nobody's.
    pub(crate) fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        allowed(&self.origins, headers).cloned()
    }

    /// Lets the page that asked read the reply.
    pub(crate) fn write_to_reply(&self, origin: Option<HeaderValue>, headers: &mut HeaderMap) {
        if !self.origins.is_empty() {
            headers.append(header::VARY, HeaderValue::from_static("origin"));
        }
        if let Some(origin) = origin {
            self.let_in(origin, headers);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, self.exposed_headers.clone());
        }
    }

    fn let_in(&self, origin: HeaderValue, headers: &mut HeaderMap) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}

/// Whether a browser asks before it asks. Only the router answers that.
pub(crate) fn is_preflight(request: &Request<Body>) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The origin of a request, if it is exactly one of these.
pub(crate) fn allowed<'h>(origins: &[String], headers: &'h HeaderMap) -> Option<&'h HeaderValue> {
    let mut given = headers.get_all(header::ORIGIN).iter();
    let origin = given.next().filter(|_| given.next().is_none())?;
    origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then_some(origin)
}

fn list(own: &str, more: &[String]) -> HeaderValue {
    let names: Vec<&str> = std::iter::once(own).chain(more.iter().map(String::as_str)).collect();
    HeaderValue::try_from(names.join(", ")).expect("invariant: the settings' names of headers were checked")
}
