//! Opening an account, and signing in to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use kit_database::{DatabaseError, in_transaction};
use kit_events::outbox;
use kit_service::Call;
use kit_viewer::{Client, Role};
use secrecy::{ExposeSecret, SecretString};

use super::attempts::{self, subject};
use super::sessions::own_session;
use super::verifying::proven;
use super::{AuthError, Passwords, Sessions, TokenPair};
use crate::domain::{
    Email, EmailFault, Handle, LoginKind, PASSWORD_CHARACTERS_MAX, User, UserStatus, check_display_name, check_password,
};
use crate::events;
use crate::store::{credentials, login_events, throttles, users};

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
}

impl Accounts {
    /// Opens an account and begins its first session.
    pub(crate) async fn register(&self, registration: Registration, call: &Call) -> Result<TokenPair, AuthError> {
        let email = Email::parse(&registration.email).map_err(|EmailFault| AuthError::InvalidEmail)?;
        let display_name = check_display_name(&registration.name).ok_or(AuthError::InvalidName)?;
        check_password(registration.password.expose_secret(), &email).map_err(AuthError::WeakPassword)?;
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

    /// Signs somebody in. Refuses alike, and as slowly, whether the account or the password is wrong.
    pub(crate) async fn login(&self, email: &str, password: SecretString, call: &Call) -> Result<TokenPair, AuthError> {
        let client = &call.viewer.client;
        // What is no address has no account; it is counted and hashed all the same.
        let email = Email::parse(email).map_or_else(|EmailFault| String::new(), |email| email.as_str().to_owned());
        let subject = subject(&email, client);
        self.admit(&subject).await?;
        let user = users::by_email(&self.sessions.database, &email).await?;
        let phc = match &user {
            Some(user) => credentials::phc(&self.sessions.database, user.id).await?,
            None => None,
        };
        let is_short = password.expose_secret().chars().count() <= PASSWORD_CHARACTERS_MAX;
        let password = if is_short { password } else { SecretString::default() };
        let is_right = self.passwords.verify(password, phc).await? && is_short;
        match user {
            Some(user) if is_right => self.begin(user, &subject, client).await,
            Some(user) if user.status == UserStatus::Active => {
                let event = self.sessions.history(LoginKind::LoginFailed, user.id, None, client);
                login_events::insert(&self.sessions.database, &event).await?;
                Err(AuthError::InvalidCredentials)
            }
            _ => Err(AuthError::InvalidCredentials),
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
        let user = users::by_ids(&self.sessions.database, &[user_id]).await?.pop().ok_or(AuthError::NotSignedIn)?;
        let email = Email::parse(&user.email).map_err(|EmailFault| AuthError::InvalidEmail)?;
        check_password(next.expose_secret(), &email).map_err(AuthError::WeakPassword)?;
        let subject = subject(&user.email, &call.viewer.client);
        self.admit(&subject).await?;
        let phc = credentials::phc(&self.sessions.database, user_id).await?;
        let is_short = present.expose_secret().chars().count() <= PASSWORD_CHARACTERS_MAX;
        let present = if is_short { present } else { SecretString::default() };
        if !(self.passwords.verify(present, phc).await? && is_short) {
            return Err(AuthError::InvalidCredentials);
        }
        let phc = self.passwords.hash(next).await?;
        in_transaction!(self.sessions.database, |transaction| {
            credentials::replace(transaction, user_id, &phc).await?;
            let own = own_session(call);
            let event = self.sessions.history(LoginKind::PasswordReset, user_id, own, &call.viewer.client);
            login_events::insert(&mut *transaction, &event).await?;
            self.sessions.end_all(transaction, user_id, own, LoginKind::Logout, call).await
        })?;
        throttles::forget(&self.sessions.database, &subject).await?;
        Ok(())
    }

    async fn begin(&self, user: User, subject: &[u8; 32], client: &Client) -> Result<TokenPair, AuthError> {
        let pair = in_transaction!(self.sessions.database, |transaction| {
            // Locked, because the account may be closed at the same time, and then no session may begin.
            let user = users::lock(transaction, user.id).await?.ok_or(AuthError::InvalidCredentials)?;
            match user.status {
                UserStatus::Active => {}
                UserStatus::Suspended => return Err(AuthError::Suspended),
                UserStatus::Deactivated => return Err(AuthError::InvalidCredentials),
            }
            let roles = users::roles(&mut *transaction, &[user.id]).await?.remove(&user.id).unwrap_or_default();
            self.sessions.begin(transaction, &user, &roles, client).await
        })?;
        throttles::forget(&self.sessions.database, subject).await?;
        Ok(pair)
    }

    /// Counts an attempt of a subject, and refuses when there were too many.
    pub(crate) async fn admit(&self, subject: &[u8; 32]) -> Result<(), AuthError> {
        Ok(attempts::admit(&self.sessions.database, subject, self.sessions.clock.now()).await?)
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
