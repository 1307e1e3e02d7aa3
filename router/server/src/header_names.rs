//! Which headers never travel from one side of the router to the other, whatever else is said.

use http::{HeaderMap, HeaderName, header};

use crate::forwarding::VIEWER_PREFIX;

/// They speak of one connection, not of the message (RFC 9110 section 7.6.1).
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

/// Whether a header of this name ends at the next hop.
pub(crate) fn is_hop_by_hop(name: &HeaderName) -> bool {
    HOP_BY_HOP.contains(name)
}

/// Whether only the router may write a header of this name (P10).
pub(crate) fn is_of_viewer(name: &HeaderName) -> bool {
    // To servers that hand headers on as variables an underscore is a hyphen.
    let as_variable = |byte: u8| if byte == b'_' { b'-' } else { byte };
    let name = name.as_str().bytes().map(as_variable);
    name.take(VIEWER_PREFIX.len()).eq(VIEWER_PREFIX.bytes())
}

/// The further headers that end here, because `connection` names them.
pub(crate) fn named_by_connection(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::CONNECTION).iter();
    let names = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    names.map(|name| name.trim().to_ascii_lowercase()).collect()
}
