//! What people sign in with.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// Shortest password, in characters (domain.md 3.1).
const PASSWORD_CHARACTERS_MIN: usize = 10;
/// Longest password, in characters (domain.md 3.1); it also bounds the work of hashing.
pub(crate) const PASSWORD_CHARACTERS_MAX: usize = 128;
/// A shorter name before the `@` says nothing about the password that contains it.
const LOCAL_PART_CHARACTERS_MIN: usize = 3;
/// Longest address (RFC 5321, section 4.5.3.1.3, without the brackets).
const EMAIL_BYTES_MAX: usize = 254;

/// The 10,000 most used passwords of at least ten characters, in lower case, one on each line: whoever guesses begins with
/// them (domain.md 3.1, NIST SP 800-63B section 5.1.1.2). From the frequencies that Mark Burnett gave to the public domain.
static COMMON_PASSWORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// An address in the form in which it is stored and unique: NFC, lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Email(String);

/// The text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EmailFault;

impl Email {
    /// Reads an address. Whether mail arrives there is another question.
    pub(crate) fn parse(text: &str) -> Result<Self, EmailFault> {
        if text.len() > EMAIL_BYTES_MAX {
            return Err(EmailFault);
        }
        let normal: String = text.trim().nfc().collect::<String>().to_lowercase().nfc().collect();
        let (local, host) = normal.rsplit_once('@').ok_or(EmailFault)?;
        let is_plain = !normal.chars().any(|letter| letter.is_whitespace() || letter.is_control());
        let has_host = host.split('.').count() >= 2 && host.split('.').all(|label| !label.is_empty());
        if is_plain && has_host && !local.is_empty() && !local.contains('@') && normal.len() <= EMAIL_BYTES_MAX {
            Ok(Self(normal))
        } else {
            Err(EmailFault)
        }
    }

    /// The address.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub(crate) fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or(self.0.as_str(), |(local, _)| local)
    }
}

/// Why a password is weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PasswordFault {
    TooShort,
    TooLong,
    Common,
    ContainsEmail,
}

impl PasswordFault {
    /// What to do about it.
    pub(crate) const fn advice(self) -> &'static str {
        match self {
            Self::TooShort => "the password has fewer than 10 characters; choose a longer one",
            Self::TooLong => "the password has more than 128 characters; choose a shorter one",
            Self::Common => "the password is among those that are guessed first; choose another",
            Self::ContainsEmail => "the password contains the name in your address; choose another",
        }
    }
}

/// Whether the password may be used with this address.
pub(crate) fn check_password(password: &str, email: &Email) -> Result<(), PasswordFault> {
    match password.chars().count() {
        ..PASSWORD_CHARACTERS_MIN => return Err(PasswordFault::TooShort),
        length if length > PASSWORD_CHARACTERS_MAX => return Err(PasswordFault::TooLong),
        _ => {}
    }
    let lower = password.to_lowercase();
    if COMMON_PASSWORDS.contains(lower.as_str()) {
        return Err(PasswordFault::Common);
    }
    let local_part = email.local_part();
    if local_part.chars().count() >= LOCAL_PART_CHARACTERS_MIN && lower.contains(local_part) {
        return Err(PasswordFault::ContainsEmail);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Email, PasswordFault, check_password};

    #[test]
    fn an_address_is_stored_in_lower_case_and_composed() {
        assert_eq!(Email::parse(" Ye\u{301}a@Demo.Invalid ").unwrap().as_str(), "y\u{e9}a@demo.invalid");
        for wrong in ["", "a", "@demo.invalid", "a@b", "a@b..c", "a b@demo.invalid", "a@b@demo.invalid"] {
            assert!(Email::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_weak_password_is_refused_for_its_reason() {
        let email = Email::parse("lee@demo.invalid").unwrap();
        let check = |password: &str| check_password(password, &email);
        assert_eq!(check("123456789"), Err(PasswordFault::TooShort));
        assert_eq!(check(&"가".repeat(129)), Err(PasswordFault::TooLong));
        for common in ["Password123", "1q2w3e4r5t", "qwertyuiop"] {
            assert_eq!(check(common), Err(PasswordFault::Common), "{common}");
        }
        assert_eq!(check("my name is LEE"), Err(PasswordFault::ContainsEmail));
        assert_eq!(check("가나다라마바사아자차"), Ok(()));
        assert_eq!(check_password("every letter a", &Email::parse("a@demo.invalid").unwrap()), Ok(()));
    }
}
