//! Tokens for partners' programs (RFC 6749 section 4.4, domain.md 4.2).

#[cfg(test)]
mod tests;

use kit_database::{Database, DatabaseError, in_transaction};
use kit_ids::{IdGenerator, Randomness};
use kit_service::Call;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::access_tokens::ACCESS_LIFETIME_SECONDS;
use super::attempts::Counted;
use super::passwords::hash_now;
use super::{Accounts, AuthError};
use crate::domain::{
    Barred, ClientId, ClientIdFault, PASSWORD_CHARACTERS_MAX, Partner, PartnerFault, PartnerTerms, SecretHash,
    StoredSecret,
};
use crate::store::{partner_secrets, partners};

/// How exactly it is known when a partner last got a token, in microseconds: not every token is a statement that writes.
const USE_KNOWN_TO_US: i64 = 60 * 1_000_000;

/// Why a partner gets no token, or is not registered.
#[derive(Debug, Error)]
pub(crate) enum PartnerError {
    #[error("client id and secret do not belong together")]
    InvalidClient,
    #[error("the scope is unknown, or more than this client may have")]
    InvalidScope,
    #[error("{}", PartnerFault::ClientId.advice())]
    InvalidClientId,
    /// Said only to whoever has shown the right secret.
    #[error("this client is disabled; ask whoever gave you its secret")]
    Disabled,
    /// Said only to whoever has shown the right secret.
    #[error("the access of this client has ended; ask whoever gave you its secret")]
    Expired,
    #[error(transparent)]
    Auth(#[from] AuthError),
}

impl From<DatabaseError> for PartnerError {
    fn from(error: DatabaseError) -> Self {
        Self::Auth(error.into())
    }
}

impl From<Barred> for PartnerError {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::Disabled => Self::Disabled,
            Barred::Expired => Self::Expired,
        }
    }
}

/// A token for a partner.
pub(crate) struct PartnerToken {
    pub(crate) access_token: String,
    /// What it allows, as the token spells it.
    pub(crate) scope: String,
    pub(crate) lifetime_seconds: i64,
}

/// Gives partners tokens.
#[derive(Clone)]
pub(crate) struct Partners {
    pub(crate) accounts: Accounts,
}

impl Partners {
    /// Writes a new partner on the usual terms with a secret that somebody has chosen, of which only the hash is kept.
    pub(crate) async fn register(
        database: &Database,
        (client_id, name): (&str, &str),
        (secret, randomness): (&SecretString, &dyn Randomness),
        now: i64,
    ) -> Result<(), PartnerError> {
        let client_id = ClientId::parse(client_id).map_err(|ClientIdFault| PartnerError::InvalidClientId)?;
        let (ids, terms) = (IdGenerator::system(), PartnerTerms::usual(name));
        let (id, secret_id) = (ids.mint(), ids.mint());
        let partner = Partner { id, client_id, terms, disabled_at: None, created_at: now, last_used_at: None };
        let hash = SecretHash::Slow(hash_now(secret, randomness)?);
        in_transaction!(database, |transaction| {
            partners::insert(transaction, &partner).await?;
            partner_secrets::insert(transaction, &partner.client_id, (secret_id, &hash), now).await?;
            Ok(())
        })
    }

    /// A token for the client of this id and secret. Refuses alike, and as slowly, whether the client or the secret is
    /// wrong.
    pub(crate) async fn token(
        &self,
        client_id: &str,
        secret: SecretString,
        scope: Option<&str>,
        call: &Call,
    ) -> Result<PartnerToken, PartnerError> {
        let client = &call.viewer.client;
        let guesses = Counted::of(&format!("partner {client_id}"), client).and_whence("partner", client);
        self.accounts.admit(&guesses).await?;
        let sessions = &self.accounts.sessions;
        let found = match ClientId::parse(client_id) {
            Ok(client_id) => partners::with_secrets(&sessions.database, &client_id).await?,
            Err(ClientIdFault) => None,
        };
        let (partner, secrets) = found.unzip();
        let now = sessions.clock.now();
        let right = self.verify(secret, secrets.unwrap_or_default(), now).await?;
        let (partner, secret) = partner.zip(right).ok_or(PartnerError::InvalidClient)?;
        guesses.succeed(&sessions.database, now).await?;
        partner.require_access(now)?;
        let scopes = partner.terms.granted(scope).ok_or(PartnerError::InvalidScope)?;
        self.note_use(&partner, &secret, now).await?;
        let scope = scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ");
        // Nothing goes on when the partner's access has ended.
        let left = partner.terms.expires_at.map_or(i64::MAX, |end| (end - now).div_euclid(1_000_000));
        let lifetime_seconds = left.min(ACCESS_LIFETIME_SECONDS);
        let access_token = sessions.access_tokens.issue_to_partner(&partner, &scope, (now, lifetime_seconds));
        Ok(PartnerToken { access_token, scope, lifetime_seconds })
    }

    /// The valid one of these secrets that was shown. How long it takes depends on how the shown one looks, and not on
    /// whether there is anything to compare it with.
    async fn verify(
        &self,
        shown: SecretString,
        mut secrets: Vec<StoredSecret>,
        now: i64,
    ) -> Result<Option<StoredSecret>, PartnerError> {
        secrets.retain(|secret| secret.is_valid(now));
        if let Some(hash) = SecretHash::of_generated(&shown) {
            return Ok(secrets.into_iter().find(|secret| secret.hash.is_same(&hash)));
        }
        let chosen = secrets.into_iter().find_map(|secret| match &secret.hash {
            SecretHash::Slow(phc) => Some((phc.clone(), secret)),
            SecretHash::Fast(_) => None,
        });
        let (phc, secret) = chosen.unzip();
        let is_short = shown.expose_secret().chars().count() <= PASSWORD_CHARACTERS_MAX;
        let shown = if is_short { shown } else { SecretString::default() };
        let is_right = self.accounts.passwords.verify(shown, phc).await? && is_short;
        Ok(secret.filter(|_| is_right))
    }

    async fn note_use(&self, partner: &Partner, secret: &StoredSecret, now: i64) -> Result<(), DatabaseError> {
        let is_news = |used_at: Option<i64>| used_at.is_none_or(|used_at| now - used_at >= USE_KNOWN_TO_US);
        if !is_news(partner.last_used_at) && !is_news(secret.last_used_at) {
            return Ok(());
        }
        in_transaction!(self.accounts.sessions.database, |transaction| {
            partners::used(transaction, &partner.client_id, now).await?;
            partner_secrets::used(transaction, secret.id, now).await?;
            Ok(())
        })
    }
}
