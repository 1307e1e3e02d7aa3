//! Tokens for partners' programs (RFC 6749 section 4.4, domain.md 4.2).

#[cfg(test)]
mod tests;

use kit_database::{Database, DatabaseError};
use kit_ids::Randomness;
use kit_service::Call;
use kit_viewer::Scope;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::attempts::Counted;
use super::passwords::hash_now;
use super::{Accounts, AuthError};
use crate::domain::{ClientId, ClientIdFault, PASSWORD_CHARACTERS_MAX, Partner};
use crate::store::partners;

/// Why a partner gets no token, or is not registered.
#[derive(Debug, Error)]
pub(crate) enum PartnerError {
    #[error("client id and secret do not belong together")]
    InvalidClient,
    #[error("the scope is unknown, or more than this client may have")]
    InvalidScope,
    #[error("a client id has 3 to 64 of a-z, 0-9 and underscore, and does not look like the id of a user")]
    InvalidClientId,
    #[error(transparent)]
    Auth(#[from] AuthError),
}

impl From<DatabaseError> for PartnerError {
    fn from(error: DatabaseError) -> Self {
        Self::Auth(error.into())
    }
}

/// A token for a partner.
pub(crate) struct PartnerToken {
    pub(crate) access_token: String,
    /// What it allows, as the token spells it.
    pub(crate) scope: String,
}

/// Gives partners tokens.
#[derive(Clone)]
pub(crate) struct Partners {
    pub(crate) accounts: Accounts,
}

impl Partners {
    /// Writes a new partner with the secret that it will show, of which only the hash is kept.
    pub(crate) async fn register(
        database: &Database,
        (client_id, scopes): (&str, &[Scope]),
        (secret, randomness): (&SecretString, &dyn Randomness),
        now: i64,
    ) -> Result<(), PartnerError> {
        let client_id = ClientId::parse(client_id).map_err(|ClientIdFault| PartnerError::InvalidClientId)?;
        let partner = Partner { client_id, scopes: scopes.iter().copied().collect() };
        if !partner.is_within_its_role() {
            return Err(PartnerError::InvalidScope);
        }
        let secret_hash = hash_now(secret, randomness)?;
        Ok(partners::insert(database, &partner, &secret_hash, now).await?)
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
            Ok(client_id) => partners::read(&sessions.database, &client_id).await?,
            Err(ClientIdFault) => None,
        };
        let (partner, secret_hash) = found.unzip();
        let is_short = secret.expose_secret().chars().count() <= PASSWORD_CHARACTERS_MAX;
        let secret = if is_short { secret } else { SecretString::default() };
        let is_right = self.accounts.passwords.verify(secret, secret_hash).await? && is_short;
        let partner = partner.filter(|_| is_right).ok_or(PartnerError::InvalidClient)?;
        guesses.succeed(&sessions.database, sessions.clock.now()).await?;
        let scopes = partner.granted(scope).ok_or(PartnerError::InvalidScope)?;
        let scope = scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ");
        let access_token = sessions.access_tokens.issue_to_partner(&partner.client_id, &scope, sessions.clock.now());
        Ok(PartnerToken { access_token, scope })
    }
}
