//! Where a request carries its token.

use http::{HeaderMap, HeaderName, header};

use super::TokenError;
use crate::configuration::TokenSource;
use crate::cors::allowed;

/// The sources, with their names ready for look-ups.
#[derive(Debug)]
pub(super) struct TokenSources {
    sources: Vec<Source>,
    /// Of other sites, whose pages may use cookies.
    origins: Vec<String>,
}

#[derive(Debug)]
enum Source {
    Header { name: HeaderName, scheme: Option<String> },
    Cookie { name: String },
}

impl TokenSources {
    /// Of settings that have been validated: a name that is none is passed over.
    pub(super) fn new(settings: &[TokenSource], origins: Vec<String>) -> Self {
        let source = |source: &TokenSource| match source {
            TokenSource::Header { name, scheme } => {
                name.parse().ok().map(|name| Source::Header { name, scheme: scheme.clone() })
            }
            TokenSource::Cookie { name } => Some(Source::Cookie { name: name.clone() }),
        };
        Self { sources: settings.iter().filter_map(source).collect(), origins }
    }

    /// The token in the first source that the request has anything in; `None` when it has none.
    pub(super) fn token<'h>(&self, headers: &'h HeaderMap) -> Option<Result<&'h str, TokenError>> {
        self.sources.iter().find_map(|source| match source {
            Source::Header { name, scheme } => in_header(headers, name, scheme.as_deref()),
            Source::Cookie { name } => in_cookie(headers, name, &self.origins),
        })
    }
}

/// The token of `Bearer <token>` (RFC 6750 section 2.1): one space, and nothing else.
fn in_header<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
    scheme: Option<&str>,
) -> Option<Result<&'h str, TokenError>> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    let mut token = || {
        let text = std::str::from_utf8(value.as_bytes()).ok().filter(|_| values.next().is_none())?;
        let Some(scheme) = scheme else { return Some(text) };
        let (given, token) = text.split_once(' ')?;
        given.eq_ignore_ascii_case(scheme).then_some(token)
    };
    Some(plain(token()))
}

/// The value of a cookie (RFC 6265 section 4.2); one that is sent twice could be somebody else's. Browsers add cookies to
/// what any page asks for, and say whose page it was: another site's gets nothing, whatever the cookie's own attributes are,
/// unless it is of an origin that was let in with cookies.
fn in_cookie<'h>(headers: &'h HeaderMap, name: &str, origins: &[String]) -> Option<Result<&'h str, TokenError>> {
    let pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(given, _)| *given == name).map(|(_, value)| value);
    let value = values.next()?;
    if is_of_another_site(headers) && allowed(origins, headers).is_none() {
        return Some(Err(TokenError::OtherSite));
    }
    Some(plain(Some(value).filter(|_| values.next().is_none())))
}

/// Fetch Metadata: what a browser says of the page that asks. Programs say nothing, and have no cookies but their own.
fn is_of_another_site(headers: &HeaderMap) -> bool {
    headers.get_all("sec-fetch-site").iter().any(|site| !["same-origin", "none"].iter().any(|own| site == own))
}

fn plain(token: Option<&str>) -> Result<&str, TokenError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    token.filter(|token| !token.is_empty() && token.bytes().all(is_plain)).ok_or(TokenError::Scheme)
}
