//! Short messages: the port, a gateway over HTTP, and the console.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use thiserror::Error;

/// The longest that a gateway may take: somebody waits for the answer.
const TIME_MAX: Duration = Duration::from_secs(5);

/// A message was not taken.
#[derive(Debug, Error)]
#[error("the message was not taken: {0}")]
pub(crate) struct SmsError(String);

/// Sends short messages.
#[async_trait]
pub(crate) trait SmsPort: Send + Sync {
    /// Hands a message over.
    async fn send(&self, to: &str, text: &str) -> Result<(), SmsError>;
}

/// Shows each message on the standard output of the process, for developers: it holds what only its receiver may know.
pub(crate) struct ConsoleSms;

#[async_trait]
impl SmsPort for ConsoleSms {
    async fn send(&self, to: &str, text: &str) -> Result<(), SmsError> {
        println!("--- message to {to} ---\n{text}\n---");
        Ok(())
    }
}

/// A gateway that takes `POST {"to", "text"}`.
pub(crate) struct SmsGateway {
    client: reqwest::Client,
    url: String,
    token: Option<SecretString>,
}

impl SmsGateway {
    /// The gateway at an address, with the bearer token that it asks for.
    pub(crate) fn open(url: &str, token: Option<SecretString>) -> Result<Self, SmsError> {
        // An error means that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let failed = |error: reqwest::Error| SmsError(error.to_string());
        reqwest::Url::parse(url).map_err(|error| SmsError(format!("`{url}` is no address: {error}")))?;
        let builder = reqwest::Client::builder().timeout(TIME_MAX).redirect(reqwest::redirect::Policy::none());
        Ok(Self { client: builder.no_proxy().build().map_err(failed)?, url: url.to_owned(), token })
    }
}

#[async_trait]
impl SmsPort for SmsGateway {
    async fn send(&self, to: &str, text: &str) -> Result<(), SmsError> {
        let body = json!({ "to": to, "text": text }).to_string();
        let mut request = self.client.post(&self.url).header("content-type", "application/json").body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let response = request.send().await.map_err(|error| SmsError(error.without_url().to_string()))?;
        if response.status().is_success() {
            Ok(())
        } else {
            Err(SmsError(format!("the gateway says {}", response.status())))
        }
    }
}
