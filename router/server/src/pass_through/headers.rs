//! Which headers go through (RFC 9110 section 7.6.1).

use ::telemetry::propagation::{BAGGAGE, HEADERS};
use http::{HeaderMap, HeaderName, header};

use crate::faults::FAULT;
use crate::header_names::{is_hop_by_hop, is_of_viewer, named_by_connection};

/// The transport writes these itself, or the router knows better than the client.
const REWRITTEN: [HeaderName; 5] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
];

/// What a subgraph gets of a client's headers: nothing that speaks of a viewer (P10).
pub(super) fn of_request(headers: &HeaderMap) -> HeaderMap {
    let is_of_trace = |name: &HeaderName| *name == BAGGAGE || *name == FAULT || HEADERS.contains(name);
    end_to_end(headers, |name| !REWRITTEN.contains(name) && !is_of_trace(name) && !is_of_viewer(name))
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
    end_to_end(headers, |name| !is_of_viewer(name))
}

/// What a client gets of a subgraph's headers.
pub(super) fn of_reply(headers: &HeaderMap) -> HeaderMap {
    end_to_end(headers, |name| name != header::CONTENT_LENGTH && !is_of_viewer(name))
}

fn end_to_end(headers: &HeaderMap, keep: impl Fn(&HeaderName) -> bool) -> HeaderMap {
    let named = named_by_connection(headers);
    headers
        .iter()
        .filter(|(name, _)| !is_hop_by_hop(name) && !named.iter().any(|other| other == name.as_str()) && keep(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .fold(HeaderMap::new(), |mut kept, (name, value)| {
            kept.append(name, value);
            kept
        })
}
