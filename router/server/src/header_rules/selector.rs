use http::HeaderName;
use regex::{Regex, RegexBuilder};

use super::names::is_credential;

/// Long enough for any set of names that one would want to read.
const PATTERN_BYTES_MAX: usize = 256;
/// What a compiled pattern may take, in bytes; the time of a match grows with the name's length only.
const PATTERN_SIZE_MAX: usize = 256 * 1024;

/// Which headers a rule is about.
#[derive(Debug)]
pub(super) enum Selector {
    Name(HeaderName),
    Prefix(String),
    Matching(Regex),
}

impl Selector {
    /// The one way of three that was chosen.
    ///
    /// # Errors
    /// What is wrong with the choice.
    pub(super) fn new(
        name: Option<&String>,
        prefix: Option<&String>,
        matching: Option<&String>,
    ) -> Result<Self, String> {
        match (name, prefix, matching) {
            (Some(name), None, None) => header_name(name).map(Self::Name),
            (None, Some(prefix), None) => {
                if prefix.is_empty() {
                    return Err("its prefix is empty, which begins every name".to_owned());
                }
                // A prefix is one of a name: what could not begin one finds nothing.
                header_name(prefix).map(|prefix| Self::Prefix(prefix.as_str().to_owned()))
            }
            (None, None, Some(pattern)) => regex(pattern).map(Self::Matching),
            _ => Err("it needs exactly one of name, prefix and matching".to_owned()),
        }
    }

    /// Whether it hands this header on. Patterns pass over credentials.
    pub(super) fn selects(&self, name: &HeaderName) -> bool {
        self.finds(name) && (matches!(self, Self::Name(_)) || !is_credential(name))
    }

    /// Whether it is about this header.
    pub(super) fn finds(&self, name: &HeaderName) -> bool {
        match self {
            Self::Name(own) => own == name,
            Self::Prefix(prefix) => name.as_str().starts_with(prefix.as_str()),
            Self::Matching(pattern) => pattern.is_match(name.as_str()),
        }
    }
}

fn regex(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(format!("its pattern has {} bytes; at most {PATTERN_BYTES_MAX} are read", pattern.len()));
    }
    let mut whole = RegexBuilder::new(&format!("^(?:{pattern})$"));
    let built = whole.case_insensitive(true).size_limit(PATTERN_SIZE_MAX).build();
    built.map_err(|error| format!("`{pattern}` is no regular expression: {}", last_line(&error.to_string())))
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default().trim()
}

/// A header's name of a setting.
pub(super) fn header_name(text: &str) -> Result<HeaderName, String> {
    text.parse().map_err(|_| format!("`{text}` cannot be the name of a header"))
}
