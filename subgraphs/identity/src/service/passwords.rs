//! Hashing passwords: Argon2id, away from the threads that answer requests, only so many at a time.
//!
//! Passwords are compared exactly, byte by byte of their UTF-8: nothing is cut off, trimmed, folded or normalised.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use kit_ids::Randomness;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::AuthError;

/// Memory in KiB, passes and lanes: the second choice of the OWASP password storage cheat sheet.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// RFC 9106, section 3.1.
const SALT_BYTES: usize = 16;
/// Hashes at a time: 19 MiB each.
const CONCURRENCY_MAX: usize = 4;
/// How long a request waits for its turn before it is sent away.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Makes and checks password hashes.
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    randomness: Arc<dyn Randomness>,
    /// Of nobody: checked where there is no account, so that the time does not tell.
    dummy: String,
}

impl Passwords {
    /// Hashes one password now, for [`Passwords::verify`] of accounts that do not exist.
    pub(crate) fn new(randomness: Arc<dyn Randomness>) -> Result<Self, AuthError> {
        let dummy = hash(&SecretString::from("of nobody"), salt(randomness.as_ref()))?;
        Ok(Self { turns: Arc::new(Semaphore::new(CONCURRENCY_MAX)), randomness, dummy })
    }

    /// The PHC string of a password.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, AuthError> {
        let salt = salt(self.randomness.as_ref());
        self.in_turn(move || hash(&password, salt)).await
    }

    /// Whether the password is the one of the hash. Without a hash it takes as long, and is not.
    pub(crate) async fn verify(&self, password: SecretString, phc: Option<String>) -> Result<bool, AuthError> {
        let is_known = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.dummy.clone());
        Ok(self.in_turn(move || verify(&password, &phc)).await? && is_known)
    }

    // The span is where the time of a sign-in goes; and one is there for each hash.
    #[tracing::instrument(name = "argon2", level = "debug", skip_all)]
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AuthError> + Send + 'static,
    ) -> Result<T, AuthError> {
        let turn: OwnedSemaphorePermit = tokio::time::timeout(WAIT_MAX, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| AuthError::Busy)?
            .expect("invariant: the semaphore is never closed");
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            // Also when nobody waits for the answer any more, the turn ends only with the work.
            drop(turn);
            result
        });
        done.await.map_err(|error| AuthError::Hash(error.to_string()))?
    }
}

/// Whether a hash was made with less work than is asked for today (S0-AUTH-5). One that is no hash is.
pub(crate) fn is_outdated(phc: &str) -> bool {
    let Ok(hash) = PasswordHash::new(phc) else { return true };
    let is_current = hash.algorithm == Algorithm::Argon2id.ident() && hash.version == Some(Version::V0x13.into());
    let Ok(params) = Params::try_from(&hash) else { return true };
    !is_current || params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES || params.p_cost() < LANES
}

/// The PHC string of a password, computed on this thread: for seeding, which has no requests to answer.
pub(crate) fn hash_now(password: &SecretString, randomness: &dyn Randomness) -> Result<String, AuthError> {
    hash(password, salt(randomness))
}

fn salt(randomness: &dyn Randomness) -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    randomness.fill(&mut salt);
    salt
}

fn hash(password: &SecretString, salt: [u8; SALT_BYTES]) -> Result<String, AuthError> {
    let failed = |error: Error| AuthError::Hash(error.to_string());
    let hash: PasswordHash =
        argon2().hash_password_with_salt(password.expose_secret().as_bytes(), &salt).map_err(failed)?;
    Ok(hash.to_string())
}

fn verify(password: &SecretString, phc: &str) -> Result<bool, AuthError> {
    let hash = PasswordHash::new(phc).map_err(|error| AuthError::Hash(error.to_string()))?;
    match argon2().verify_password(password.expose_secret().as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(AuthError::Hash(error.to_string())),
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("invariant: the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}
