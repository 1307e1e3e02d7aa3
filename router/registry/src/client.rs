use std::fmt;

use thiserror::Error;

/// A name that a client's operations are registered under: `^[a-z0-9_-]{1,64}$`, so that it can name a file anywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientName(String);

/// What is no name of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a client is named by 1 to 64 of a-z, 0-9, `_` and `-`")]
pub struct InvalidClientName;

impl ClientName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`InvalidClientName`].
    pub fn parse(text: &str) -> Result<Self, InvalidClientName> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidClientName)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for ClientName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ClientName;

    /// PQ-03: a name that leaves its folder is none.
    #[test]
    fn names_are_plain() {
        for right in ["public", "partner_demo", "a", "web-2", &"a".repeat(64)] {
            assert!(ClientName::parse(right).is_ok(), "{right}");
        }
        for wrong in ["", ".", "..", "a/b", "../a", "A", "a.json", "a b", "é", "a\0", &"a".repeat(65)] {
            assert!(ClientName::parse(wrong).is_err(), "{wrong}");
        }
    }
}
