//! Names that rules may use.
//!
//! The router or the transport writes some headers itself; others speak of the body that the router makes anew, or of one
//! connection. No rule names those, and no pattern finds them.

use http::{HeaderName, header};

use crate::header_names::{is_hop_by_hop, is_of_viewer};

/// What a subgraph is told of by the router only, and what would change how its reply is to be read.
const REQUEST: [HeaderName; 14] = [
    header::HOST,
    header::ACCEPT,
    header::ACCEPT_CHARSET,
    header::ACCEPT_ENCODING,
    header::EXPECT,
    header::RANGE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
    header::IF_RANGE,
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("x-correlation-id"),
];

/// What is true of one subgraph's reply and not of the client's, or for the router to say.
const RESPONSE: [HeaderName; 9] = [
    header::ACCEPT_RANGES,
    header::AGE,
    header::DATE,
    header::ETAG,
    header::EXPIRES,
    header::LAST_MODIFIED,
    header::VARY,
    HeaderName::from_static("x-correlation-id"),
    HeaderName::from_static("x-trace-id"),
];

/// What says who somebody is goes only where its very name is written.
const CREDENTIALS: [HeaderName; 3] = [header::AUTHORIZATION, header::COOKIE, header::SET_COOKIE];

fn is_of_one_message(name: &HeaderName) -> bool {
    is_hop_by_hop(name) || is_of_viewer(name) || name.as_str().starts_with("content-")
}

/// Whether no rule may put this on a request to a subgraph.
pub(super) fn is_forbidden_in_request(name: &HeaderName) -> bool {
    is_of_one_message(name) || REQUEST.contains(name) || name == header::SET_COOKIE
}

/// Whether no rule may take this from a subgraph's reply.
pub(super) fn is_forbidden_in_reply(name: &HeaderName) -> bool {
    is_forbidden_to_insert(name) || name == header::CACHE_CONTROL
}

/// Whether no rule may put this on the reply to a client. How long the whole may be kept is for the operator to say.
pub(super) fn is_forbidden_to_insert(name: &HeaderName) -> bool {
    is_of_one_message(name) || RESPONSE.contains(name) || name.as_str().starts_with("access-control-")
}

/// Whether patterns pass over it.
pub(super) fn is_credential(name: &HeaderName) -> bool {
    CREDENTIALS.contains(name)
}
