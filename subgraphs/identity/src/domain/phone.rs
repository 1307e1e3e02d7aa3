//! Telephone numbers and the proof of having one (domain.md 3.1).

use kit_ids::{Id, Kind, Prefix};

/// How long a code is good for: three minutes, in microseconds.
pub(crate) const CODE_LIFETIME_US: i64 = 3 * 60 * 1_000_000;
/// How long the token that follows a right code is good for: a quarter of an hour, in microseconds.
pub(crate) const TOKEN_LIFETIME_US: i64 = 15 * 60 * 1_000_000;
/// Codes that one number is sent in a day.
pub(crate) const SENDS_MAX: i64 = 5;
/// A day, in microseconds.
pub(crate) const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;
/// Guesses at one code.
const ATTEMPTS_MAX: i64 = 5;
/// Digits of a number with its country (ITU-T E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// Marks ids of verifications.
#[derive(Debug)]
pub(crate) enum VerificationKind {}

impl Kind for VerificationKind {
    const PREFIX: Prefix = Prefix { letters: "phv", type_name: "PhoneVerification" };
}

/// The id of a verification: `phv_…`.
pub(crate) type VerificationId = Id<VerificationKind>;

/// A number as it is stored and unique: E.164, such as `+821012345678`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phone(String);

impl Phone {
    /// Reads a number; blanks, hyphens and brackets between the digits do not matter.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix('+')?;
        let is_written = |letter: char| letter.is_ascii_digit() || matches!(letter, ' ' | '-' | '(' | ')');
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let is_number = rest.chars().all(is_written) && DIGITS.contains(&digits.len()) && !digits.starts_with('0');
        is_number.then(|| Self(format!("+{digits}")))
    }

    /// The number.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A code that was sent, as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredCode {
    pub(crate) code_hash: [u8; 32],
    pub(crate) attempts: i64,
    pub(crate) expires_at: i64,
    pub(crate) verified_at: Option<i64>,
}

/// What becomes of a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guess {
    /// Compare it.
    Compare,
    /// There were too many.
    TooMany,
    /// The code is too old, or was used.
    Ended,
}

impl StoredCode {
    /// What becomes of a guess at `now`.
    pub(crate) fn admit(&self, now: i64) -> Guess {
        match self {
            _ if self.verified_at.is_some() || now >= self.expires_at => Guess::Ended,
            _ if self.attempts >= ATTEMPTS_MAX => Guess::TooMany,
            _ => Guess::Compare,
        }
    }
}

/// Six digits out of chance: every code as likely as any other, but for one part in four billion.
pub(crate) fn code(chance: u64) -> String {
    format!("{:06}", chance % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::{Guess, Phone, StoredCode, code};

    #[test]
    fn a_number_is_stored_as_e_164() {
        assert_eq!(Phone::parse(" +82 (10) 1234-5678 ").unwrap().as_str(), "+821012345678");
        for wrong in ["", "01012345678", "+", "+0123456789", "+82", "+8210123456789012", "+82 10 abcd 5678"] {
            assert_eq!(Phone::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_has_six_digits_and_is_guessed_five_times() {
        assert_eq!((code(7).as_str(), code(u64::MAX).len()), ("000007", 6));
        let stored = |attempts, verified_at| StoredCode { code_hash: [0; 32], attempts, expires_at: 100, verified_at };
        assert_eq!(stored(4, None).admit(99), Guess::Compare);
        assert_eq!(stored(5, None).admit(99), Guess::TooMany);
        assert_eq!(stored(0, None).admit(100), Guess::Ended);
        assert_eq!(stored(0, Some(1)).admit(2), Guess::Ended);
    }
}
