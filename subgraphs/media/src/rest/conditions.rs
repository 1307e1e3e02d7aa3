//! Conditions of a request (RFC 9110 section 13).

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};
use http::{HeaderMap, HeaderValue};

/// What tells one content of a file from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Validators {
    /// A strong tag, in quotes.
    pub(super) etag: String,
    /// In whole unix seconds.
    pub(super) last_modified: u64,
}

/// What the conditions say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Proceed,
    /// 304
    NotChanged,
    /// 412
    Failed,
}

/// The verdict for a GET or HEAD, in the order of section 13.2.2.
pub(super) fn verdict(headers: &HeaderMap, file: &Validators) -> Verdict {
    if headers.contains_key(IF_MATCH) {
        if !tags(headers, &IF_MATCH).any(|tag| tag == "*" || tag == file.etag) {
            return Verdict::Failed;
        }
    } else if date(headers, &IF_UNMODIFIED_SINCE).is_some_and(|date| file.last_modified > date) {
        return Verdict::Failed;
    }
    if headers.contains_key(IF_NONE_MATCH) {
        if tags(headers, &IF_NONE_MATCH).any(|tag| tag == "*" || weak(tag) == file.etag) {
            return Verdict::NotChanged;
        }
    } else if date(headers, &IF_MODIFIED_SINCE).is_some_and(|date| file.last_modified <= date) {
        return Verdict::NotChanged;
    }
    Verdict::Proceed
}

/// Whether ranges are wanted of the file as it is: without `If-Range`, or when that names it strongly (section 13.1.5).
pub(super) fn ranges_apply(headers: &HeaderMap, file: &Validators) -> bool {
    let mut values = headers.get_all(IF_RANGE).iter();
    let Some(value) = values.next() else { return true };
    if values.next().is_some() {
        return false;
    }
    let Ok(text) = value.to_str() else { return false };
    text == file.etag || read_date(text) == Some(file.last_modified)
}

/// A moment as headers spell it.
pub(super) fn written_date(unix_seconds: u64) -> HeaderValue {
    let text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(unix_seconds));
    HeaderValue::from_str(&text).expect("invariant: a date is ASCII")
}

/// The tags of a list, over all its lines. A tag of ours holds no comma.
fn tags<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

fn weak(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// A date that cannot be read is no condition.
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    read_date(headers.get(name)?.to_str().ok()?)
}

fn read_date(text: &str) -> Option<u64> {
    let date: SystemTime = httpdate::parse_http_date(text).ok()?;
    date.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}
