//! Mail over SMTP (RFC 5321).

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

use super::{Mail, MailError, MailPort};

/// The longest that a server may take for one mail.
const TIME_MAX: Duration = Duration::from_secs(20);

/// A mail server.
pub(crate) struct SmtpMail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMail {
    /// The server at `smtps://user:password@host`, `smtp://host:25?tls=required` or, without TLS, `smtp://host:25`.
    pub(crate) fn open(url: &SecretString, from: &str) -> Result<Self, MailError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
            .map_err(|_| MailError("the address is not like smtps://user:password@mail.example".to_owned()))?;
        let from = from.parse().map_err(|_| MailError(format!("`{from}` is no sender; write `Name <name@host>`")))?;
        Ok(Self { transport: transport.timeout(Some(TIME_MAX)).build(), from })
    }
}

#[async_trait]
impl MailPort for SmtpMail {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let failed = |error: &dyn std::error::Error| MailError(error.to_string());
        let to: Mailbox = mail.to.parse().map_err(|error: lettre::address::AddressError| failed(&error))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|error| failed(&error))?;
        self.transport.send(message).await.map(drop).map_err(|error| failed(&error))
    }
}
