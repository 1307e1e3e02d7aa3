//! Media types: which one the request has, and which one the reply shall have (GraphQL over HTTP, section 4).

use http::{HeaderMap, HeaderValue, header};

/// A media type that the router can answer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReplyMediaType {
    /// `application/graphql-response+json`.
    GraphqlResponse,
    /// `application/json`, whose readers take a status other than 200 for a failure on the way.
    Json,
}

impl ReplyMediaType {
    pub(crate) fn header_value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// True for `application/json`, alone or with `charset=utf-8`. Space around a parameter's `=` is malformed (RFC 9110
/// section 5.6.6) and refused: readers differ on whether such a `charset` counts.
pub(super) fn is_utf8_json(value: &HeaderValue) -> bool {
    let Ok(text) = value.to_str() else { return false };
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case("application/json")
        && parts.filter(|part| !part.is_empty()).all(|parameter| match parameter.split_once('=') {
            Some((name, charset)) if name.eq_ignore_ascii_case("charset") => {
                charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            Some((name, value)) => !name.ends_with(char::is_whitespace) && !value.starts_with(char::is_whitespace),
            None => false,
        })
}

/// True when a browser asks for a page: `text/html` is named and nothing that GraphQL answers in is.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    let named = |essence: &str| accept_ranges(headers).any(|range| range.essence == essence);
    named("text/html") && !named("application/json") && !named("application/graphql-response+json")
}

/// The reply's media type by the `accept` header (RFC 9110 section 12.5.1); `None` when it admits neither.
///
/// Without a preference the answer is `application/json`, as clients from before the specification expect.
pub(crate) fn negotiate(headers: &HeaderMap) -> Option<ReplyMediaType> {
    if !headers.contains_key(header::ACCEPT) {
        return Some(ReplyMediaType::Json);
    }
    let quality = |essence: &str| {
        accept_ranges(headers)
            .filter_map(|range| range.specificity(essence).map(|specificity| (specificity, range)))
            .max_by_key(|(specificity, _)| *specificity)
            .map_or((0, usize::MAX), |(specificity, range)| {
                // A wildcard says nothing of which of the two is meant; such a tie goes to application/json.
                (range.quality, if specificity == EXACT { range.position } else { usize::MAX })
            })
    };
    let (graphql, graphql_position) = quality("application/graphql-response+json");
    let (json, json_position) = quality("application/json");
    match (graphql, json) {
        (0, 0) => None,
        (graphql, json) if graphql > json => Some(ReplyMediaType::GraphqlResponse),
        (graphql, json) if graphql == json && graphql_position < json_position => Some(ReplyMediaType::GraphqlResponse),
        _ => Some(ReplyMediaType::Json),
    }
}

const EXACT: u8 = 3;
/// More ranges than any client sends; the rest of a longer header is not read.
const ACCEPT_RANGES_MAX: usize = 32;

#[derive(Debug)]
pub(super) struct AcceptRange {
    pub(super) essence: String,
    /// In thousandths, 0 to 1000.
    pub(super) quality: u16,
    position: usize,
    /// It says `subscriptionSpec=1.0`.
    pub(super) is_for_subscriptions: bool,
}

impl AcceptRange {
    fn specificity(&self, essence: &str) -> Option<u8> {
        match self.essence.as_str() {
            "*/*" => Some(1),
            "application/*" => Some(2),
            named if named == essence => Some(EXACT),
            _ => None,
        }
    }
}

/// What the `accept` header names.
pub(super) fn accept_ranges(headers: &HeaderMap) -> impl Iterator<Item = AcceptRange> {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .take(ACCEPT_RANGES_MAX)
        .enumerate()
        .filter_map(|(position, text)| {
            let mut parts = text.split(';').map(str::trim);
            let essence = parts.next()?.to_ascii_lowercase();
            let (mut quality, mut is_for_subscriptions) = (1000, false);
            for (name, value) in parts.filter_map(|part| part.split_once('=')) {
                match name.trim().to_ascii_lowercase().as_str() {
                    "q" => quality = thousandths(value)?,
                    "subscriptionspec" => is_for_subscriptions = value.trim().trim_matches('"') == "1.0",
                    // Another encoding than UTF-8 cannot be given.
                    "charset" if !value.trim_matches('"').eq_ignore_ascii_case("utf-8") => return None,
                    _ => {}
                }
            }
            Some(AcceptRange { essence, quality, position, is_for_subscriptions })
        })
}

/// `0.5` as 500; `None` for anything that is no quality.
fn thousandths(text: &str) -> Option<u16> {
    let value: f32 = text.trim().parse().ok()?;
    (0.0..=1.0).contains(&value).then_some((value * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests;
