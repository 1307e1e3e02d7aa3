//! Other passwords for those who have forgotten theirs (domain.md 4.2).
//!
//! Asking only writes the wish down, whether there is an account or not, so that no time tells which. A worker answers by
//! mail; the token in it is good for half an hour and once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_database::in_transaction;
use kit_service::{Call, WorkError, Worker};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::attempts::Counted;
use super::mail::{Mail, MailPort};
use super::{Accounts, AuthError};
use crate::domain::{Email, EmailFault, RESET_LIFETIME_US, ResetRequest, UserStatus, check_password};
use crate::store::{password_resets, users};

/// 256 bits.
const TOKEN_BYTES: usize = 32;
/// Requests answered in one run.
const BATCH_MAX: i64 = 50;
/// How long a replica has for one mail before another one tries: more than a mail server may take.
const LEASE_US: i64 = 60 * 1_000_000;
/// How soon a request is answered.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long tokens are kept that have ended, so that they can be told from wrong ones: a day, in microseconds.
const KEPT_US: i64 = 24 * 60 * 60 * 1_000_000;

/// Gives people other passwords.
#[derive(Clone)]
pub(crate) struct Resetting {
    pub(crate) accounts: Accounts,
    pub(crate) mail: Arc<dyn MailPort>,
    /// The page that takes the token, up to the token itself.
    pub(crate) page: String,
}

impl Resetting {
    /// Notes that somebody asks for another password.
    pub(crate) async fn ask(&self, email: &str, call: &Call) -> Result<(), AuthError> {
        let email = Email::parse(email).map_err(|EmailFault| AuthError::InvalidEmail)?;
        // Not the attempts of signing in: who asks for a mail must not be kept from guessing right.
        let counted = format!("reset {}", email.as_str());
        let client = &call.viewer.client;
        let asked = Counted::of(&counted, client).and_account(&counted).and_whence("reset", client);
        self.accounts.admit(&asked).await?;
        let sessions = &self.accounts.sessions;
        let (id, now) = (sessions.ids.mint(), sessions.clock.now());
        in_transaction!(sessions.database, |transaction| {
            Ok(password_resets::ask(transaction, id, email.as_str(), now).await?)
        })
    }

    /// Sets another password for the token of a mail, and ends all sessions: whoever had the account is out.
    pub(crate) async fn confirm(&self, token: &str, password: SecretString, call: &Call) -> Result<(), AuthError> {
        let sessions = &self.accounts.sessions;
        let hash: [u8; 32] = Sha256::digest(token).into();
        let user = in_transaction!(sessions.database, |transaction| {
            let found = password_resets::lock(transaction, &hash).await?.ok_or(AuthError::InvalidResetToken)?;
            let usable = found.is_usable(sessions.clock.now()).then_some(found).ok_or(AuthError::ResetTokenEnded)?;
            let user = users::by_ids(&mut *transaction, &[usable.user_id]).await?.pop();
            user.filter(|user| user.status != UserStatus::Deactivated).ok_or(AuthError::ResetTokenEnded)
        })?;
        let email = Email::parse(&user.email).map_err(|EmailFault| AuthError::InvalidEmail)?;
        check_password(password.expose_secret(), &email).map_err(AuthError::WeakPassword)?;
        let phc = self.accounts.passwords.hash(password).await?;
        in_transaction!(sessions.database, |transaction| {
            let now = sessions.clock.now();
            // Again, under the lock: of two that use one token at once the second one is too late.
            let user = users::lock(transaction, user.id).await?.ok_or(AuthError::ResetTokenEnded)?;
            let found = password_resets::lock(transaction, &hash).await?.ok_or(AuthError::InvalidResetToken)?;
            if !found.is_usable(now) || user.status == UserStatus::Deactivated {
                return Err(AuthError::ResetTokenEnded);
            }
            password_resets::use_all(transaction, user.id, now).await?;
            self.accounts.replace_password(transaction, user.id, &phc, None, call).await
        })
    }

    async fn answer(&self, request: &ResetRequest, now: i64) -> Result<(), WorkError> {
        let sessions = &self.accounts.sessions;
        let found = users::by_email(&sessions.database, &request.email).await?;
        let Some(user) = found.filter(|user| user.status == UserStatus::Active) else { return Ok(()) };
        let mut secret = [0; TOKEN_BYTES];
        sessions.randomness.fill(&mut secret);
        let token = URL_SAFE_NO_PAD.encode(secret);
        password_resets::insert(&sessions.database, &Sha256::digest(&token).into(), user.id, now + RESET_LIFETIME_US)
            .await?;
        let text = format!(
            "Hello {},\n\nsomebody, we hope you, has asked for another password for your account.\n\
             Choose it here within half an hour:\n\n{}{token}\n\nIf it was not you, do nothing: your password stays as it is.\n",
            user.display_name, self.page
        );
        self.mail.send(&Mail { to: user.email, subject: "Another password", text }).await?;
        Ok(())
    }
}

#[async_trait]
impl Worker for Resetting {
    fn name(&self) -> &'static str {
        "password-resets"
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let database = &self.accounts.sessions.database;
        let mut answered = 0;
        for request in password_resets::due(database, now, BATCH_MAX).await? {
            if !password_resets::claim(database, request.id, now, now + LEASE_US).await? {
                continue;
            }
            match (self.answer(&request, now).await, request.next_attempt(now)) {
                (Ok(()), _) => {
                    answered += 1;
                    password_resets::remove(database, request.id).await?;
                }
                (Err(error), Some(next_at)) => {
                    tracing::warn!(error, "a password reset could not be sent; trying again");
                    password_resets::retry(database, request.id, next_at).await?;
                }
                (Err(error), None) => {
                    tracing::error!(error, "a password reset could not be sent; given up");
                    password_resets::remove(database, request.id).await?;
                }
            }
        }
        password_resets::purge(database, now - KEPT_US).await?;
        Ok(answered)
    }
}
