//! W3C Baggage (<https://www.w3.org/TR/baggage/>): values that travel with a trace. Who receives them cannot know who has put
//! them there, so only those are passed on that somebody has named.

use http::{HeaderMap, HeaderName, HeaderValue};

pub(super) const HEADER: HeaderName = HeaderName::from_static("baggage");
/// Section 3.3.2: the least that is to be passed on, and here also the most.
const ENTRIES_MAX: usize = 64;
const BYTES_MAX: usize = 8_192;

/// The entries of these names, one after the other. Nothing when there is none of them, or too much of all.
pub(super) fn passed_on(names: &[String], headers: &HeaderMap) -> Option<HeaderValue> {
    let values = headers.get_all(&HEADER);
    if values.iter().map(HeaderValue::len).sum::<usize>() > BYTES_MAX {
        return None;
    }
    let entries = values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let named = entries.map(str::trim).filter(|entry| {
        let name = entry.split_once('=').map(|(name, _)| name.trim());
        name.is_some_and(|name| names.iter().any(|named| named == name))
    });
    let named: Vec<&str> = named.take(ENTRIES_MAX).collect();
    if named.is_empty() { None } else { HeaderValue::from_str(&named.join(",")).ok() }
}
