//! Proving that one has a telephone number (domain.md 3.1, 4.2).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_database::{Transaction, in_transaction};
use kit_service::Call;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::attempts::Counted;
use super::sms::SmsPort;
use super::{Accounts, AuthError};
use crate::domain::{CODE_LIFETIME_US, DAY_US, Guess, Phone, SENDS_MAX, TOKEN_LIFETIME_US, VerificationId, code};
use crate::store::{phone_verifications, throttles};

/// 256 bits.
const TOKEN_BYTES: usize = 32;

/// Sends codes and compares guesses.
#[derive(Clone)]
pub(crate) struct Verifying {
    pub(crate) accounts: Accounts,
    pub(crate) sms: Arc<dyn SmsPort>,
}

/// A code was sent.
pub(crate) struct Sent {
    pub(crate) id: VerificationId,
    pub(crate) expires_at: i64,
}

/// What a guess comes to; a wrong one must be counted before it is refused.
enum Outcome {
    Right(String),
    Wrong,
}

impl Verifying {
    /// Sends a code to a number.
    pub(crate) async fn send(&self, phone: &str, call: &Call) -> Result<Sent, AuthError> {
        let phone = Phone::parse(phone).ok_or(AuthError::InvalidPhone)?;
        // Of one address, whatever the numbers: nobody makes us send messages to the whole world.
        self.accounts.admit(&Counted::of("phone verification", &call.viewer.client)).await?;
        let sessions = &self.accounts.sessions;
        let mut chance = [0; 8];
        sessions.randomness.fill(&mut chance);
        let (id, code) = (sessions.ids.mint(), code(u64::from_le_bytes(chance)));
        let now = sessions.clock.now();
        let expires_at = now + CODE_LIFETIME_US;
        in_transaction!(sessions.database, |transaction| {
            // Locks the number: of two messages at once the second one waits to be counted.
            throttles::lock(transaction, &Sha256::digest(phone.as_str()).into(), now).await?;
            if phone_verifications::sent(transaction, phone.as_str(), now - DAY_US).await? >= SENDS_MAX {
                return Err(AuthError::TooManyAttempts { retry_after_seconds: DAY_US / 1_000_000 });
            }
            let hash = hash_code(id, &code);
            phone_verifications::insert(transaction, id, phone.as_str(), &hash, (now, expires_at)).await?;
            Ok(())
        })?;
        let text = format!("Your code is {code}. It is good for three minutes. Tell it to nobody.");
        self.sms.send(phone.as_str(), &text).await.map_err(|error| AuthError::SmsNotDelivered(error.to_string()))?;
        phone_verifications::purge(&sessions.database, now - 2 * DAY_US).await?;
        Ok(Sent { id, expires_at })
    }

    /// Compares a guess; a right one gives a token that proves the number at registration.
    pub(crate) async fn confirm(&self, id: VerificationId, guess: &str) -> Result<String, AuthError> {
        let sessions = &self.accounts.sessions;
        let outcome = in_transaction!(sessions.database, |transaction| {
            let now = sessions.clock.now();
            let stored = phone_verifications::lock(transaction, id).await?.ok_or(AuthError::VerificationEnded)?;
            match stored.admit(now) {
                Guess::Ended => return Err(AuthError::VerificationEnded),
                Guess::TooMany => {
                    return Err(AuthError::TooManyAttempts { retry_after_seconds: CODE_LIFETIME_US / 1_000_000 });
                }
                Guess::Compare => {}
            }
            if !bool::from(stored.code_hash.ct_eq(&hash_code(id, guess))) {
                phone_verifications::miss(transaction, id).await?;
                return Ok(Outcome::Wrong);
            }
            let mut secret = [0; TOKEN_BYTES];
            sessions.randomness.fill(&mut secret);
            let token = URL_SAFE_NO_PAD.encode(secret);
            phone_verifications::verify(transaction, id, &Sha256::digest(&token).into(), now).await?;
            Ok(Outcome::Right(token))
        })?;
        match outcome {
            Outcome::Right(token) => Ok(token),
            Outcome::Wrong => Err(AuthError::CodeMismatch),
        }
    }
}

/// The number that a token proves; the token is used up by it.
pub(crate) async fn proven(transaction: &mut Transaction, token: &str, now: i64) -> Result<String, AuthError> {
    let hash = Sha256::digest(token).into();
    let found = phone_verifications::take(transaction, &hash, now - TOKEN_LIFETIME_US, now).await?;
    found.ok_or(AuthError::InvalidPhoneToken)
}

/// What is stored of a code: bound to its verification, so that equal codes look different.
fn hash_code(id: VerificationId, code: &str) -> [u8; 32] {
    Sha256::new().chain_update(id.to_string()).chain_update([0]).chain_update(code).finalize().into()
}
