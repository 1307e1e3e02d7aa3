//! Sessions: beginning, refreshing and ending them (domain.md 4.1).

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_database::{Database, Transaction, in_transaction};
use kit_events::{Origin, outbox};
use kit_ids::{Clock, IdGenerator, Randomness, UserId};
use kit_service::{Call, Pace, TooOften};
use kit_viewer::{Client, Role, Scope};
use sha2::{Digest, Sha256};

use super::access_tokens::ACCESS_LIFETIME_SECONDS;
use super::{AccessTokens, AuthError, Keys};
use crate::domain::{
    LiveSession, LoginEvent, LoginKind, Presented, RefreshDecision, Session, SessionId, User, UserStatus, address_of,
    decide_refresh, refresh_expiry,
};
use crate::events;
use crate::store::{login_events, sessions, users};

/// 256 bits (domain.md 4.1).
const REFRESH_TOKEN_BYTES: usize = 32;
/// What the columns of addresses and descriptions hold, in characters.
const IP_CHARACTERS_MAX: usize = 45;
const DEVICE_CHARACTERS_MAX: usize = 200;
const USER_AGENT_CHARACTERS_MAX: usize = 400;

/// Most sessions of one person at a time: more than anyone has devices.
const SESSIONS_MAX: usize = 50;

/// What a client gets to act with.
pub(crate) struct TokenPair {
    pub(crate) user_id: UserId,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    /// Seconds from now in which the refresh token ends.
    pub(crate) refresh_lifetime_seconds: i64,
}

/// Begins, refreshes and ends sessions.
#[derive(Clone)]
pub(crate) struct Sessions {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: IdGenerator,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) access_tokens: Arc<AccessTokens>,
    /// How often one address may refresh.
    pub(crate) refreshes: Arc<Pace<String>>,
}

/// What a refresh comes to; a reuse must commit before it is refused.
enum Refreshed {
    Pair(TokenPair),
    Reused,
}

impl Sessions {
    /// Begins a session within the caller's transaction.
    pub(crate) async fn begin(
        &self,
        transaction: &mut Transaction,
        user: &User,
        roles: &BTreeSet<Role>,
        client: &Client,
    ) -> Result<TokenPair, AuthError> {
        let now = self.clock.now();
        let session = Session { id: self.ids.mint(), user_id: user.id, created_at: now, revoked_at: None };
        self.make_room(transaction, user.id, client).await?;
        let device = device(client);
        let ip = cut(client.ip.as_deref(), IP_CHARACTERS_MAX);
        let from = sessions::SessionClient { device: device.as_deref(), ip: ip.as_deref() };
        sessions::insert(transaction, &session, from).await?;
        let refresh_token = new_refresh_token(self.randomness.as_ref());
        let expires_at = refresh_expiry(session.created_at, now);
        sessions::insert_token(transaction, &hash(&refresh_token), &session, now, expires_at).await?;
        let event = self.history(LoginKind::Login, user.id, Some(session.id), client);
        login_events::insert(&mut *transaction, &event).await?;
        Ok(self.pair(user, roles, session.id, refresh_token, expires_at))
    }

    /// Gives a new pair of tokens for a refresh token, which is used up by it.
    pub(crate) async fn refresh(&self, refresh_token: &str, call: &Call) -> Result<TokenPair, AuthError> {
        self.admit_refresh(&call.viewer.client)?;
        let refreshed = in_transaction!(self.database, |transaction| {
            let device = device(&call.viewer.client);
            let presented = sessions::present(transaction, &hash(refresh_token), device.as_deref()).await?;
            let presented = presented.ok_or(AuthError::InvalidRefreshToken)?;
            match decide_refresh(&presented, self.clock.now()) {
                RefreshDecision::Refuse => Err(AuthError::InvalidRefreshToken),
                RefreshDecision::Reuse => {
                    let session = &presented.session;
                    self.end(transaction, session, LoginKind::RefreshReuse, &call.viewer.client, &call.origin).await?;
                    Ok(Refreshed::Reused)
                }
                decision @ (RefreshDecision::Rotate | RefreshDecision::Repeat) => {
                    let is_first = decision == RefreshDecision::Rotate;
                    self.rotate(transaction, &presented, refresh_token, is_first).await.map(Refreshed::Pair)
                }
            }
        })?;
        match refreshed {
            Refreshed::Pair(pair) => Ok(pair),
            Refreshed::Reused => Err(AuthError::RefreshTokenReused),
        }
    }

    /// Ends the session of a refresh token, or else of the signed-in viewer. A session that has ended stays so.
    pub(crate) async fn sign_out(&self, refresh_token: Option<&str>, call: &Call) -> Result<(), AuthError> {
        let by_access_token = own_session(call);
        in_transaction!(self.database, |transaction| {
            let by_refresh_token = match refresh_token {
                Some(token) => sessions::present(transaction, &hash(token), None).await?.map(|found| found.session),
                None => None,
            };
            let session = match (by_refresh_token, by_access_token) {
                (Some(session), _) => session,
                (None, Some(id)) => sessions::lock(transaction, id).await?.ok_or(AuthError::NotSignedIn)?,
                (None, None) => return Err(AuthError::NotSignedIn),
            };
            self.end(transaction, &session, LoginKind::Logout, &call.viewer.client, &call.origin).await
        })
    }

    /// The viewer's sessions that can go on, latest used first, and which of them asks.
    pub(crate) async fn live(&self, call: &Call) -> Result<(Vec<LiveSession>, Option<SessionId>), AuthError> {
        let user = call.viewer.user_id().ok_or(AuthError::NotSignedIn)?;
        let live = sessions::live(&self.database, user, self.clock.now(), SESSIONS_MAX as i64).await?;
        Ok((live, own_session(call)))
    }

    /// Ends one of the viewer's sessions; anybody's for holders of `user:write`.
    pub(crate) async fn end_one(&self, id: SessionId, call: &Call) -> Result<(), AuthError> {
        let user = call.viewer.user_id().ok_or(AuthError::NotSignedIn)?;
        let is_administrator = call.viewer.has_scope(Scope::UserWrite);
        in_transaction!(self.database, |transaction| {
            let found = sessions::lock(transaction, id).await?;
            let found = found.filter(|session| session.user_id == user || is_administrator);
            let session = found.filter(|session| session.revoked_at.is_none()).ok_or(AuthError::NoSuchSession)?;
            self.end(transaction, &session, LoginKind::Logout, &call.viewer.client, &call.origin).await
        })
    }

    /// Ends all of the viewer's sessions.
    pub(crate) async fn sign_out_everywhere(&self, call: &Call) -> Result<(), AuthError> {
        let user = call.viewer.user_id().ok_or(AuthError::NotSignedIn)?;
        in_transaction!(self.database, |transaction| {
            self.end_all(transaction, user, None, LoginKind::Logout, call).await
        })
    }

    /// Ends all sessions of a user but one, within the caller's transaction.
    pub(crate) async fn end_all(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        kept: Option<SessionId>,
        kind: LoginKind,
        call: &Call,
    ) -> Result<(), AuthError> {
        for session in sessions::lock_all(transaction, user).await? {
            if kept != Some(session.id) {
                self.end(transaction, &session, kind, &call.viewer.client, &call.origin).await?;
            }
        }
        Ok(())
    }

    /// Ends the sessions that a new one leaves no room for, those first that were not used for longest.
    async fn make_room(&self, transaction: &mut Transaction, user: UserId, client: &Client) -> Result<(), AuthError> {
        let present = sessions::oldest(transaction, user).await?;
        for session in present.iter().take((present.len() + 1).saturating_sub(SESSIONS_MAX)) {
            let origin = Origin::new(format!("session {}", session.id), None);
            self.end(transaction, session, LoginKind::Logout, client, &origin).await?;
        }
        Ok(())
    }

    /// Counts a refresh against where the client is (AS-011). Where the address is unknown nothing can be said of it.
    fn admit_refresh(&self, client: &Client) -> Result<(), AuthError> {
        let Some(ip) = client.ip.as_deref() else { return Ok(()) };
        let admitted = self.refreshes.admit(address_of(ip), self.clock.now());
        admitted.map_err(|TooOften { retry_after_seconds }| AuthError::TooManyAttempts { retry_after_seconds })
    }

    async fn rotate(
        &self,
        transaction: &mut Transaction,
        presented: &Presented,
        refresh_token: &str,
        is_first: bool,
    ) -> Result<TokenPair, AuthError> {
        let now = self.clock.now();
        let session = &presented.session;
        let found = users::by_ids(&mut *transaction, &[session.user_id]).await?.pop();
        let user = found.filter(|user| user.status == UserStatus::Active).ok_or(AuthError::InvalidRefreshToken)?;
        let roles = users::roles(&mut *transaction, &[user.id]).await?.remove(&user.id).unwrap_or_default();
        let successor = self.keys.successor(refresh_token);
        let expires_at = refresh_expiry(session.created_at, now);
        if is_first {
            let successor_hash = hash(&successor);
            sessions::insert_token(transaction, &successor_hash, session, now, expires_at).await?;
            sessions::use_token(transaction, &hash(refresh_token), &successor_hash, session.id, now).await?;
        }
        Ok(self.pair(&user, &roles, session.id, successor, expires_at))
    }

    async fn end(
        &self,
        transaction: &mut Transaction,
        session: &Session,
        kind: LoginKind,
        client: &Client,
        origin: &Origin,
    ) -> Result<(), AuthError> {
        let now = self.clock.now();
        if !sessions::revoke(transaction, session.id, kind.name(), now).await? {
            return Ok(());
        }
        let event = self.history(kind, session.user_id, Some(session.id), client);
        login_events::insert(&mut *transaction, &event).await?;
        let last_token_ends_at = now / 1_000_000 + ACCESS_LIFETIME_SECONDS;
        let event = events::session_revoked(session.id, session.user_id, kind.name(), now, last_token_ends_at);
        outbox::append(transaction, origin, event).await?;
        Ok(())
    }

    /// An entry for the user's history.
    pub(crate) fn history(
        &self,
        kind: LoginKind,
        user_id: UserId,
        session_id: Option<SessionId>,
        client: &Client,
    ) -> LoginEvent {
        LoginEvent {
            id: self.ids.mint(),
            user_id,
            kind,
            at: self.clock.now(),
            ip: cut(client.ip.as_deref(), IP_CHARACTERS_MAX),
            user_agent: cut(client.user_agent.as_deref(), USER_AGENT_CHARACTERS_MAX),
            session_id,
        }
    }

    fn pair(
        &self,
        user: &User,
        roles: &BTreeSet<Role>,
        session: SessionId,
        refresh_token: String,
        expires_at: i64,
    ) -> TokenPair {
        let now = self.clock.now();
        TokenPair {
            user_id: user.id,
            access_token: self.access_tokens.issue(user, roles, session, now),
            refresh_token,
            refresh_lifetime_seconds: (expires_at - now) / 1_000_000,
        }
    }
}

/// The session that the viewer's access token is of.
pub(crate) fn own_session(call: &Call) -> Option<SessionId> {
    call.viewer.user.as_ref().and_then(|user| user.session.as_deref()?.parse().ok())
}

/// What a program calls itself, as far as it is kept.
fn device(client: &Client) -> Option<String> {
    cut(client.user_agent.as_deref(), DEVICE_CHARACTERS_MAX)
}

/// The first refresh token of a session; the others descend from it.
fn new_refresh_token(randomness: &dyn Randomness) -> String {
    let mut secret = [0; REFRESH_TOKEN_BYTES];
    randomness.fill(&mut secret);
    URL_SAFE_NO_PAD.encode(secret)
}

/// What is stored of a refresh token. It is random enough to need no salt.
fn hash(refresh_token: &str) -> [u8; 32] {
    Sha256::digest(refresh_token).into()
}

fn cut(text: Option<&str>, characters_max: usize) -> Option<String> {
    text.map(|text| text.chars().take(characters_max).collect())
}
