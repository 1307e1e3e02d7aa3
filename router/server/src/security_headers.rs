//! What every reply tells browsers (OWASP secure headers). A reply that sets one itself, as the playground's page does
//! with its content policy, keeps it.

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Response, header};

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

pub(crate) fn write_to_reply(headers: &mut HeaderMap) {
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// RFC 6797: a browser that has come by TLS comes by nothing else for a year (AS-018).
pub(crate) async fn only_over_tls(mut reply: Response<Body>) -> Response<Body> {
    let policy = HeaderValue::from_static("max-age=31536000; includeSubDomains");
    reply.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, policy);
    reply
}
