//! Opening an account, and signing in to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use kit_database::{DatabaseError, Transaction, in_transaction};
use kit_events::outbox;
use kit_ids::UserId;
use kit_live::LiveFeed;
use kit_service::Call;
use kit_viewer::{Client, Role};
use secrecy::{ExposeSecret, SecretString};

use super::attempts::Counted;
use super::notifying::notify;
use super::passwords::is_outdated;
use super::sessions::own_session;
use super::verifying::proven;
use super::{AuthError, Passwords, Sessions, TokenPair};
use crate::domain::{
    Email, EmailFault, Handle, LoginKind, Notice, PASSWORD_CHARACTERS_MAX, SessionId, User, UserStatus,
    check_display_name, check_password,
};
use crate::events;
use crate::store::{credentials, login_events, users};

/// How long a place is known from which somebody has signed in: 30 days, in microseconds.
const KNOWN_US: i64 = 30 * 24 * 60 * 60 * 1_000_000;
/// Whom no account is of: asked for where there is none, so that the database does as much.
const NOBODY: UserId = UserId::from_bytes([0; 16]);

/// What somebody says who opens an account.
pub(crate) struct Registration {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password: SecretString,
    /// Proves a telephone number, where one was verified.
    pub(crate) phone_token: Option<String>,
}

/// Opens accounts and signs people in.
#[derive(Clone)]
pub(crate) struct Accounts {
    pub(crate) sessions: Sessions,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) live: LiveFeed,
}

impl Accounts {
    /// Opens an account and begins its first session.
    pub(crate) async fn register(&self, registration: Registration, call: &Call) -> Result<TokenPair, AuthError> {
        let email = Email::parse(&registration.email).map_err(|EmailFault| AuthError::InvalidEmail)?;
        let display_name = check_display_name(&registration.name).ok_or(AuthError::InvalidName)?;
        check_password(registration.password.expose_secret(), &email).map_err(AuthError::WeakPassword)?;
        // Also those that succeed: nobody opens accounts by the thousand.
        self.admit(&Counted::of_nobody().and_whence("register", &call.viewer.client)).await?;
        let phc = self.passwords.hash(registration.password).await?;
        let mut user = self.new_user(&email, display_name);
        let roles = BTreeSet::from([Role::Mentee]);
        in_transaction!(self.sessions.database, |transaction| {
            if let Some(token) = &registration.phone_token {
                user.phone = Some(proven(transaction, token, self.sessions.clock.now()).await?);
            }
            users::insert(transaction, &user).await.map_err(taken)?;
            users::grant(transaction, user.id, Role::Mentee).await?;
            credentials::insert(transaction, user.id, &phc).await?;
            outbox::append(transaction, &call.origin, events::registered(&user)).await?;
            self.sessions.begin(transaction, &user, &roles, &call.viewer.client).await
        })
    }

    /// Signs somebody in. Refuses alike, and as slowly, whether the account or the password is wrong: for both the same
    /// statements are run and one hash is computed.
    pub(crate) async fn login(&self, email: &str, password: SecretString, call: &Call) -> Result<TokenPair, AuthError> {
        let client = &call.viewer.client;
        // What is no address has no account; it is counted and hashed all the same.
        let email = Email::parse(email).map_or_else(|EmailFault| String::new(), |email| email.as_str().to_owned());
        let user = users::by_email(&self.sessions.database, &email).await?;
        let attempt = self.attempt(&email, user.as_ref(), client).await?;
        self.admit(&attempt).await?;
        let id = user.as_ref().map_or(NOBODY, |user| user.id);
        let phc = credentials::phc(&self.sessions.database, id).await?;
        let is_right = self.passwords.verify(bounded(&password), phc.clone()).await? && is_short(&password);
        match (user, phc) {
            (Some(user), Some(phc)) if is_right => {
                let pair = self.begin(user, password, &phc, client).await?;
                attempt.succeed(&self.sessions.database, self.sessions.clock.now()).await?;
                Ok(pair)
            }
            _ => {
                let event = self.sessions.history(LoginKind::LoginFailed, id, None, client);
                login_events::insert_of_active(&self.sessions.database, &event).await?;
                Err(AuthError::InvalidCredentials)
            }
        }
    }

    /// Gives the viewer another password, and ends their other sessions: whoever knew the old one is out.
    pub(crate) async fn change_password(
        &self,
        present: SecretString,
        next: SecretString,
        call: &Call,
    ) -> Result<(), AuthError> {
        let user_id = call.viewer.user_id().ok_or(AuthError::NotSignedIn)?;
        let found = users::by_ids(&self.sessions.database, &[user_id]).await?.pop();
        let user = found.filter(|user| user.status == UserStatus::Active).ok_or(AuthError::NotSignedIn)?;
        let email = Email::parse(&user.email).map_err(|EmailFault| AuthError::InvalidEmail)?;
        check_password(next.expose_secret(), &email).map_err(AuthError::WeakPassword)?;
        let attempt = self.attempt(&user.email, Some(&user), &call.viewer.client).await?;
        self.admit(&attempt).await?;
        let before = credentials::phc(&self.sessions.database, user_id).await?;
        if !(self.passwords.verify(bounded(&present), before.clone()).await? && is_short(&present)) {
            return Err(AuthError::InvalidCredentials);
        }
        let phc = self.passwords.hash(next).await?;
        in_transaction!(self.sessions.database, |transaction| {
            self.unchanged(transaction, user_id, before.as_deref()).await?;
            self.replace_password(transaction, user_id, &phc, own_session(call), call).await
        })?;
        attempt.succeed(&self.sessions.database, self.sessions.clock.now()).await?;
        Ok(())
    }

    /// Writes another password, tells its owner and ends all their sessions but one, within the caller's transaction,
    /// which has the account locked.
    pub(super) async fn replace_password(
        &self,
        transaction: &mut Transaction,
        user_id: UserId,
        phc: &str,
        kept: Option<SessionId>,
        call: &Call,
    ) -> Result<(), AuthError> {
        credentials::replace(transaction, user_id, phc).await?;
        let event = self.sessions.history(LoginKind::PasswordReset, user_id, kept, &call.viewer.client);
        login_events::insert(&mut *transaction, &event).await?;
        let notice = (user_id, Notice::password_changed(event.at));
        notify(transaction, &self.sessions.ids, &self.live, notice, event.at).await?;
        self.sessions.end_all(transaction, user_id, kept, LoginKind::Logout, call).await
    }

    /// Begins a session with the password of this hash, which is replaced when it has become too cheap to compute.
    async fn begin(
        &self,
        user: User,
        password: SecretString,
        phc: &str,
        client: &Client,
    ) -> Result<TokenPair, AuthError> {
        let stronger = match is_outdated(phc) {
            true => Some(self.passwords.hash(password).await?),
            false => None,
        };
        in_transaction!(self.sessions.database, |transaction| {
            // Locked, because the account may be closed, or given another password, at the same time.
            let user = self.unchanged(transaction, user.id, Some(phc)).await?;
            match user.status {
                UserStatus::Active => {}
                UserStatus::Suspended => return Err(AuthError::Suspended),
                UserStatus::Deactivated => return Err(AuthError::InvalidCredentials),
            }
            if let Some(stronger) = &stronger {
                credentials::replace(transaction, user.id, stronger).await?;
            }
            let roles = users::roles(&mut *transaction, &[user.id]).await?.remove(&user.id).unwrap_or_default();
            self.alert(transaction, &user, client).await?;
            self.sessions.begin(transaction, &user, &roles, client).await
        })
    }

    /// The account, locked, if its password still is the one that was checked.
    async fn unchanged(&self, transaction: &mut Transaction, id: UserId, phc: Option<&str>) -> Result<User, AuthError> {
        let user = users::lock(transaction, id).await?.ok_or(AuthError::InvalidCredentials)?;
        let present = credentials::phc(&mut *transaction, id).await?;
        if present.as_deref() == phc { Ok(user) } else { Err(AuthError::InvalidCredentials) }
    }

    /// What signing in counts against. The account as a whole is left out where its owner has signed in from lately, so
    /// that strangers who guess cannot lock them out.
    async fn attempt(&self, email: &str, user: Option<&User>, client: &Client) -> Result<Counted, AuthError> {
        let attempt = Counted::of(email, client).and_whence("sign in", client);
        let since = self.sessions.clock.now() - KNOWN_US;
        let (id, ip) = (user.map_or(NOBODY, |user| user.id), client.ip.as_deref().unwrap_or_default());
        let is_known = login_events::has_signed_in(&self.sessions.database, id, ip, since).await?;
        Ok(if is_known { attempt } else { attempt.and_account(email) })
    }

    /// Counts an attempt, and refuses when there were too many.
    pub(crate) async fn admit(&self, attempt: &Counted) -> Result<(), AuthError> {
        Ok(attempt.admit(&self.sessions.database, self.sessions.clock.now()).await?)
    }

    fn new_user(&self, email: &Email, display_name: String) -> User {
        let mut digits = [0; 8];
        self.sessions.randomness.fill(&mut digits);
        User {
            id: self.sessions.ids.mint(),
            handle: Handle::for_new_account(email.local_part(), u64::from_le_bytes(digits)).as_str().to_owned(),
            handle_changed_at: None,
            email: email.as_str().to_owned(),
            phone: None,
            display_name,
            avatar_url: None,
            bio: None,
            interests: Vec::new(),
            company_id: None,
            team_id: None,
            home: None,
            status: UserStatus::Active,
            version: 1,
            created_at: self.sessions.clock.now(),
        }
    }
}

fn taken(error: DatabaseError) -> AuthError {
    match error {
        DatabaseError::Unique { constraint } if constraint == users::EMAIL_UNIQUE => AuthError::EmailTaken,
        DatabaseError::Unique { constraint } if constraint == users::PHONE_UNIQUE => AuthError::PhoneTaken,
        error => error.into(),
    }
}

/// Whether a password is no longer than one may be.
fn is_short(password: &SecretString) -> bool {
    password.expose_secret().chars().count() <= PASSWORD_CHARACTERS_MAX
}

/// What is hashed of a password: one that is too long is nobody's, and costs no more than another.
fn bounded(password: &SecretString) -> SecretString {
    if is_short(password) { password.clone() } else { SecretString::default() }
}
