//! A subgraph on the network.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Uri;
use http::uri::{Authority, Scheme};
use http_body_util::{BodyDataStream, BodyExt};
use secrecy::{ExposeSecret, SecretSlice};
use thiserror::Error;

use super::body::{StreamedBody, chain, collect};
use super::{REPLY_BYTES_MAX, Transport, TransportError};

/// How a connection to a subgraph is made and kept.
#[derive(Debug, Clone)]
pub struct HttpTransportOptions {
    /// The largest reply, in bytes.
    pub reply_bytes_max: usize,
    /// The longest that making a connection, TLS included, may take. It counts towards the exchange's own timeout.
    pub connect_timeout: Duration,
    /// How long an idle connection is kept. Shorter than the idle timeout of common servers and load balancers (60 s),
    /// so that a request seldom meets a connection that the other end is closing.
    pub idle_timeout: Duration,
    /// Idle connections kept, at most.
    pub idle_connections_max: usize,
    /// Speak HTTP/2 without asking, over plain TCP as well. Otherwise TLS negotiates the version (ALPN) and plain TCP
    /// uses HTTP/1.1.
    pub http2_prior_knowledge: bool,
    /// Whom to trust, and who the router is, over TLS.
    pub tls: HttpTransportTls,
}

/// Certificates for `https` addresses.
#[derive(Debug, Clone, Default)]
pub struct HttpTransportTls {
    /// The authorities, in PEM, one of which must have signed the server's certificate. Without any those that the operating
    /// system trusts count.
    pub authorities: Option<Vec<u8>>,
    /// The router's own certificate and its private key, in one PEM, for servers that want one (mutual TLS).
    pub identity: Option<SecretSlice<u8>>,
}

impl Default for HttpTransportOptions {
    fn default() -> Self {
        Self {
            reply_bytes_max: REPLY_BYTES_MAX,
            connect_timeout: Duration::from_secs(2),
            idle_timeout: Duration::from_secs(30),
            idle_connections_max: 256,
            http2_prior_knowledge: false,
            tls: HttpTransportTls::default(),
        }
    }
}

/// Why no transport to a subgraph could be set up.
#[derive(Debug, Error)]
pub enum HttpTransportError {
    /// The URL names no server.
    #[error("`{0}` is not an http or https URL with a host: write it like http://localhost:4101/graphql")]
    Url(String),
    /// Certificates that cannot be used.
    #[error("the {what} cannot be used: {reason}")]
    Certificate {
        /// Which.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// The client could not be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}

/// Sends requests over HTTP/1.1 or HTTP/2 with pooled connections.
///
/// It follows no redirect and uses no proxy: a signed request (P10) goes to the configured server or nowhere.
#[derive(Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
    scheme: Scheme,
    authority: Authority,
    reply_bytes_max: usize,
}

impl HttpTransport {
    /// A transport to the server of `url`; the path in it is not looked at.
    ///
    /// # Errors
    /// When `url` is not an absolute http or https URL, or the client cannot be set up.
    pub fn new(url: &Uri, options: &HttpTransportOptions) -> Result<Self, HttpTransportError> {
        let not_a_server = || HttpTransportError::Url(url.to_string());
        let scheme = url.scheme().ok_or_else(not_a_server)?.clone();
        let authority = url.authority().ok_or_else(not_a_server)?.clone();
        if scheme != Scheme::HTTP && scheme != Scheme::HTTPS {
            return Err(not_a_server());
        }
        // An error means that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(options.idle_timeout)
            .pool_max_idle_per_host(options.idle_connections_max)
            .tcp_nodelay(true);
        if options.http2_prior_knowledge {
            builder = builder.http2_prior_knowledge();
        }
        if let Some(authorities) = &options.tls.authorities {
            builder = builder.tls_certs_only(authorities_of(authorities)?);
        }
        if let Some(identity) = &options.tls.identity {
            let identity = reqwest::Identity::from_pem(identity.expose_secret());
            builder = builder.identity(identity.map_err(|error| unusable("certificate and key", &error))?);
        }
        let client = builder.build().map_err(|error| HttpTransportError::Client(chain(&error)))?;
        Ok(Self { client, scheme, authority, reply_bytes_max: options.reply_bytes_max })
    }

    async fn exchange(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        collect(self.reply(request).await?, self.reply_bytes_max).await
    }

    /// The reply as soon as its head is there.
    async fn reply(
        &self,
        mut request: http::Request<impl Into<reqwest::Body>>,
    ) -> Result<http::Response<reqwest::Body>, TransportError> {
        let mut uri = std::mem::take(request.uri_mut()).into_parts();
        uri.scheme = Some(self.scheme.clone());
        uri.authority = Some(self.authority.clone());
        *request.uri_mut() = Uri::from_parts(uri).map_err(|error| unavailable(&error))?;
        let request = reqwest::Request::try_from(request).map_err(|error| unavailable(&error))?;
        let response = self.client.execute(request).await.map_err(|error| unavailable(&error))?;
        Ok(http::Response::from(response))
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        tokio::time::timeout(timeout, self.exchange(request)).await.unwrap_or(Err(TransportError::Timeout(timeout)))
    }

    async fn stream(
        &self,
        request: http::Request<StreamedBody>,
    ) -> Result<http::Response<StreamedBody>, TransportError> {
        let request = request.map(|body| reqwest::Body::wrap_stream(BodyDataStream::new(body)));
        Ok(self.reply(request).await?.map(|body| body.map_err(Into::into).boxed_unsync()))
    }
}

/// A bundle without certificates would trust nobody, and say so only when it is too late.
fn authorities_of(pem: &[u8]) -> Result<Vec<reqwest::Certificate>, HttpTransportError> {
    let what = "authorities' certificates";
    let found = reqwest::Certificate::from_pem_bundle(pem).map_err(|error| unusable(what, &error))?;
    if found.is_empty() {
        return Err(HttpTransportError::Certificate { what, reason: "there is none in the file".to_owned() });
    }
    Ok(found)
}

fn unusable(what: &'static str, error: &(dyn std::error::Error + 'static)) -> HttpTransportError {
    HttpTransportError::Certificate { what, reason: chain(error) }
}

fn unavailable(error: &(dyn std::error::Error + 'static)) -> TransportError {
    TransportError::Unavailable(chain(error))
}
