//! Mail: the port, and what stands behind it.

mod smtp;

use async_trait::async_trait;
use thiserror::Error;

pub(crate) use smtp::SmtpMail;

/// A mail in plain text.
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: &'static str,
    pub(crate) text: String,
}

/// A mail was not taken; it can be tried again.
#[derive(Debug, Error)]
#[error("the mail was not taken: {0}")]
pub(crate) struct MailError(pub(crate) String);

/// Sends mail.
#[async_trait]
pub(crate) trait MailPort: Send + Sync {
    /// Hands a mail over. When it answers, somebody else sees to it.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}

/// Shows each mail on the standard output of the process, for developers: it holds what only its receiver may know.
pub(crate) struct ConsoleMail;

#[async_trait]
impl MailPort for ConsoleMail {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        println!("--- mail to {} ---\n{}\n\n{}\n---", mail.to, mail.subject, mail.text);
        Ok(())
    }
}
