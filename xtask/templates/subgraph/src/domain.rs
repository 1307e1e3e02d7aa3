//! Types and rules; no I/O.

use thiserror::Error;

/// Longest motto, in characters, as its column holds it.
pub(crate) const MOTTO_CHARACTERS_MAX: usize = 200;

/// What a person stands by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Motto(String);

/// Why a text is no motto.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum MottoFault {
    #[error("a motto says something; write at least one character")]
    Empty,
    #[error("a motto has at most {MOTTO_CHARACTERS_MAX} characters; shorten it")]
    TooLong,
}

impl Motto {
    /// Reads a motto, without the blanks around it.
    pub(crate) fn parse(text: &str) -> Result<Self, MottoFault> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(MottoFault::Empty),
            length if length > MOTTO_CHARACTERS_MAX => Err(MottoFault::TooLong),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// What it says.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{MOTTO_CHARACTERS_MAX, Motto, MottoFault};

    #[test]
    fn a_motto_says_something_and_not_too_much() {
        assert_eq!(Motto::parse("  carpe diem ").unwrap().as_str(), "carpe diem");
        assert_eq!(Motto::parse(" "), Err(MottoFault::Empty));
        assert_eq!(Motto::parse(&"가".repeat(MOTTO_CHARACTERS_MAX + 1)), Err(MottoFault::TooLong));
    }
}
