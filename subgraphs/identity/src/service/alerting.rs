//! Telling people of sign-ins from where their account was never used before (AS-071): at once in the graph, and by mail.
//!
//! The sign-in itself only writes the mail down, so that no mail server keeps anybody waiting; a worker sends it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit_database::Transaction;
use kit_service::{WorkError, Worker};
use kit_viewer::Client;

use super::mail::{Mail, MailPort};
use super::notifying::notify;
use super::{Accounts, AuthError};
use crate::domain::{LoginKind, Notice, SignInMail, User, UserStatus, Whence, moment, next_mail_attempt};
use crate::store::{login_events, sign_in_mails, users};

/// Sign-ins that are compared with: years of a person's own.
const SIGN_INS_MAX: i64 = 500;
/// Mails of one run.
const BATCH_MAX: i64 = 50;
/// How long a replica has for one mail before another one tries: more than a mail server may take.
const LEASE_US: i64 = 60 * 1_000_000;
/// How soon a mail is sent.
const INTERVAL: Duration = Duration::from_secs(1);

impl Accounts {
    /// Tells the owner of an account when a sign-in is out of the ordinary, within the transaction that begins its session.
    pub(super) async fn alert(
        &self,
        transaction: &mut Transaction,
        user: &User,
        client: &Client,
    ) -> Result<(), AuthError> {
        let here = Whence::of(client.ip.as_deref(), client.user_agent.as_deref());
        let before = login_events::whence(&mut *transaction, user.id, SIGN_INS_MAX).await?;
        if !here.is_unfamiliar(&before) {
            return Ok(());
        }
        // Cut as the history is.
        let event = self.sessions.history(LoginKind::Login, user.id, None, client);
        let mail = SignInMail {
            id: self.sessions.ids.mint(),
            user_id: user.id,
            at: event.at,
            ip: event.ip,
            user_agent: event.user_agent,
            attempts: 0,
        };
        sign_in_mails::insert(transaction, &mail).await?;
        let notice = (user.id, Notice::unfamiliar_sign_in(event.at, mail.ip.as_deref()));
        notify(transaction, &self.sessions.ids, &self.live, notice, event.at).await?;
        Ok(())
    }
}

/// Sends the mails.
#[derive(Clone)]
pub(crate) struct Alerting {
    pub(crate) accounts: Accounts,
    pub(crate) mail: Arc<dyn MailPort>,
}

impl Alerting {
    async fn send(&self, alert: &SignInMail) -> Result<(), WorkError> {
        let found = users::by_ids(&self.accounts.sessions.database, &[alert.user_id]).await?.pop();
        let Some(user) = found.filter(|user| user.status != UserStatus::Deactivated) else { return Ok(()) };
        let text = format!(
            "Hello {},\n\nsomebody has signed in to your account from a network, or with a program, that we have not seen with \
             it before:\n\nWhen: {}\nAddress: {}\nProgram: {}\n\nIf it was you, there is nothing to do. If it was not, ask for a \
             password reset at once: it ends every session.\n",
            user.display_name,
            moment(alert.at),
            readable(alert.ip.as_deref()),
            readable(alert.user_agent.as_deref()),
        );
        self.mail.send(&Mail { to: user.email, subject: "A sign-in from somewhere new", text }).await?;
        Ok(())
    }
}

/// What a client says of itself, on one line.
fn readable(text: Option<&str>) -> String {
    text.map_or_else(|| "unknown".to_owned(), |text| text.chars().filter(|one| !one.is_control()).collect())
}

#[async_trait]
impl Worker for Alerting {
    fn name(&self) -> &'static str {
        "sign-in-mails"
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let database = &self.accounts.sessions.database;
        let mut sent = 0;
        for alert in sign_in_mails::due(database, now, BATCH_MAX).await? {
            if !sign_in_mails::claim(database, alert.id, now, now + LEASE_US).await? {
                continue;
            }
            match (self.send(&alert).await, next_mail_attempt(alert.attempts, now)) {
                (Ok(()), _) => {
                    sent += 1;
                    sign_in_mails::remove(database, alert.id).await?;
                }
                (Err(error), Some(next_at)) => {
                    tracing::warn!(error, "a mail about a sign-in could not be sent; trying again");
                    sign_in_mails::retry(database, alert.id, next_at).await?;
                }
                (Err(error), None) => {
                    tracing::error!(error, "a mail about a sign-in could not be sent; given up");
                    sign_in_mails::remove(database, alert.id).await?;
                }
            }
        }
        Ok(sent)
    }
}
