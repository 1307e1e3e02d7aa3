//! Which headers go through (RFC 9110 section 7.6.1).

use http::{HeaderMap, HeaderName, header};

use crate::forwarding::VIEWER_PREFIX;

/// They speak of one connection, not of the message.
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The transport writes these itself, or the router knows better than the client.
const REWRITTEN: [HeaderName; 7] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
];

/// What a subgraph gets of a client's headers: nothing that speaks of a viewer (P10).
pub(super) fn of_request(headers: &HeaderMap) -> HeaderMap {
    end_to_end(headers, |name| !REWRITTEN.contains(name) && !name.as_str().starts_with(VIEWER_PREFIX))
}

/// What a subgraph gets of a client's headers when the body is passed on while it comes: its length belongs to it, and
/// what says who asks stays here.
pub(super) fn of_streamed_request(headers: &HeaderMap) -> HeaderMap {
    let mut kept = of_request(headers);
    kept.remove(header::AUTHORIZATION);
    kept.remove(header::COOKIE);
    if let Some(length) = headers.get(header::CONTENT_LENGTH) {
        kept.insert(header::CONTENT_LENGTH, length.clone());
    }
    kept
}

/// What a client gets of a subgraph's headers when the body is passed on while it comes.
pub(super) fn of_streamed_reply(headers: &HeaderMap) -> HeaderMap {
    end_to_end(headers, |name| !name.as_str().starts_with(VIEWER_PREFIX))
}

/// What a client gets of a subgraph's headers.
pub(super) fn of_reply(headers: &HeaderMap) -> HeaderMap {
    end_to_end(headers, |name| name != header::CONTENT_LENGTH && !name.as_str().starts_with(VIEWER_PREFIX))
}

fn end_to_end(headers: &HeaderMap, keep: impl Fn(&HeaderName) -> bool) -> HeaderMap {
    // `connection` may name more headers that end here.
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    headers
        .iter()
        .filter(|(name, _)| {
            !HOP_BY_HOP.contains(name) && !named.iter().any(|other| other == name.as_str()) && keep(name)
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .fold(HeaderMap::new(), |mut kept, (name, value)| {
            kept.append(name, value);
            kept
        })
}
