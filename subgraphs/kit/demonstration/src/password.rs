//! The one password of all demonstration accounts.

use secrecy::{ExposeSecret, SecretString};

use crate::DemonstrationError;

/// Identity's own bounds (domain.md 3.1), so that a person can sign in with what was configured.
const CHARACTERS_MIN: usize = 10;
const CHARACTERS_MAX: usize = 128;

/// The demonstration accounts' password (`DEMO_PASSWORD`), which can only exist outside production.
///
/// It is never printed by `Debug`. Identity hashes it once and gives every account the same PHC string.
#[derive(Clone, Debug)]
pub struct DemonstrationPassword(SecretString);

/// The environment variable with the password.
pub const PASSWORD_VARIABLE: &str = "DEMO_PASSWORD";

/// The password when none was chosen: everybody knows it, so it may only guard what no other machine can reach.
pub const KNOWN_PASSWORD: &str = "lyceum-demonstration";

impl DemonstrationPassword {
    /// What `DEMO_PASSWORD` says, else [`KNOWN_PASSWORD`].
    ///
    /// # Errors
    /// As [`DemonstrationPassword::new`].
    pub fn from_environment() -> Result<Self, DemonstrationError> {
        let password = std::env::var(PASSWORD_VARIABLE).unwrap_or_else(|_| KNOWN_PASSWORD.to_owned());
        Self::new(password.into(), &std::env::var("ENV").unwrap_or_default())
    }

    /// Accepts the configured password. `environment` is the value of `ENV`, or empty when it is unset.
    ///
    /// # Errors
    /// [`DemonstrationError::RefusedInProduction`] when `ENV` is `production`;
    /// [`DemonstrationError::PasswordLength`] outside 10 to 128 characters.
    pub fn new(password: SecretString, environment: &str) -> Result<Self, DemonstrationError> {
        if environment.trim().eq_ignore_ascii_case("production") {
            return Err(DemonstrationError::RefusedInProduction);
        }
        let length = password.expose_secret().chars().count();
        if (CHARACTERS_MIN..=CHARACTERS_MAX).contains(&length) {
            Ok(Self(password))
        } else {
            Err(DemonstrationError::PasswordLength { length })
        }
    }

    /// The password in clear, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::DemonstrationPassword;
    use crate::DemonstrationError;

    #[test]
    fn demonstration_accounts_are_refused_in_production() {
        for environment in ["production", " Production "] {
            let refused = DemonstrationPassword::new("a long enough one".into(), environment);
            assert!(matches!(refused, Err(DemonstrationError::RefusedInProduction)));
        }
        assert!(DemonstrationPassword::new("a long enough one".into(), "").is_ok());
    }

    #[test]
    fn the_password_never_shows_in_debug_output() {
        let password = DemonstrationPassword::new("a long enough one".into(), "development").unwrap();
        assert!(!format!("{password:?}").contains("long enough"));
    }

    #[test]
    fn a_password_that_identity_would_refuse_is_refused_here() {
        let refused = DemonstrationPassword::new("short".into(), "");
        assert!(matches!(refused, Err(DemonstrationError::PasswordLength { length: 5 })));
    }
}
