//! `URL`: an absolute address on the web.

use async_graphql::{InputValueResult, Scalar, ScalarType, Value};
use serde::{Deserialize, Serialize};

use super::bad_input;

/// Longest URL: what browsers and proxies are sure to take.
pub const URL_LENGTH_MAX: usize = 2_048;

/// An absolute `http` or `https` URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Url(String);

impl Url {
    /// Reads an address that people may follow: `http` or `https`, with a host, in printable ASCII.
    ///
    /// Nothing when it is none, or longer than [`URL_LENGTH_MAX`]. Other schemes would run as scripts in a page.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let host = rest.split(['/', '?', '#']).next()?;
        // No user information: `https://bank.example@evil.example/` deceives whoever reads it.
        let has_host = !host.is_empty() && !host.starts_with(':') && !host.contains('@');
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte));
        (has_host && is_plain && text.len() <= URL_LENGTH_MAX).then(|| Self(text.to_owned()))
    }

    /// An address that the platform itself made and stored.
    #[must_use]
    pub fn trusted(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An absolute URL.
#[Scalar(name = "URL")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        let parsed = match &value {
            Value::String(text) => Self::parse(text),
            _ => None,
        };
        parsed.ok_or_else(|| bad_input("an absolute http or https URL is needed, percent-encoded, without credentials"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
