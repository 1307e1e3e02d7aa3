//! What is refused of a request as soon as its head is there, because two readers could understand it differently: the ways
//! in which one request is smuggled behind another (RFC 9112 section 11.2).
//!
//! The HTTP library refuses what cannot be read at all. This is about what it reads in one of several ways.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Version, header};

use crate::forwarding::RequestTrace;
use crate::problem::Problem;

/// Answers a request that is ambiguous; `None` for one that is not.
pub(crate) fn refusal<B>(request: &Request<B>) -> Option<Response<Body>> {
    let headers = request.headers();
    if !names_one_host(request) {
        return Some(refused(StatusCode::BAD_REQUEST, "It must name one host, once."));
    }
    let mut expectations = headers.get_all(header::EXPECT).iter();
    if expectations.any(|expected| !expected.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
        return Some(refused(StatusCode::EXPECTATION_FAILED, "Only 100-continue can be expected."));
    }
    None
}

/// Whether nothing may be read from the connection after this request, if it is answered as it should be.
///
/// A body in chunks may have had a `content-length`, too, which the HTTP library has dropped. Whoever stands before this server
/// and believes that one takes other bytes for the next request (RFC 9112 section 6.3); so there is no next one.
pub(crate) fn ends_connection<B>(request: &Request<B>) -> bool {
    request.version() <= Version::HTTP_11 && request.headers().contains_key(header::TRANSFER_ENCODING)
}

/// Says that the connection ends with this reply.
pub(crate) fn end_connection(reply: &mut Response<Body>) {
    reply.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
}

/// RFC 9112 section 3.2, RFC 9113 section 8.3.1.
fn names_one_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (host, more) = (hosts.next(), hosts.next());
    if more.is_some() || host.is_some_and(|host| !is_host(host.as_bytes())) {
        return false;
    }
    let authority = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    match (request.version(), host) {
        // `:authority` is in the place of the header, and goes before it.
        (Version::HTTP_2, None) => authority.is_some(),
        (Version::HTTP_2, Some(host)) => authority.is_none_or(|own| own.eq_ignore_ascii_case(host.as_bytes())),
        (Version::HTTP_11, None) => false,
        _ => true,
    }
}

/// Whether it is made of what a host and a port are made of (RFC 3986 section 3.2.2): nobody's name before it, no path behind it.
fn is_host(text: &[u8]) -> bool {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(byte);
    !text.is_empty() && text.iter().all(belongs)
}

fn refused(status: StatusCode, detail: &str) -> Response<Body> {
    let problem = Problem {
        status,
        slug: "ambiguous-request",
        code: "BAD_USER_INPUT",
        title: "The request could be understood in more than one way",
        detail: detail.to_owned(),
    };
    // Its head names what may be anything; nothing of it is repeated.
    problem.into_response("", &RequestTrace::of(&HeaderMap::new()))
}
