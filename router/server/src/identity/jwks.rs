use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use router_execution::transport::{Transport, TransportError};
use thiserror::Error;

use crate::forwarding::{RequestSigner, SignedRequest, ViewerHeader};

/// How long the issuer may take. A token waits for this at most once per outage, so it may be generous.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);

/// Where an issuer's public keys come from.
#[async_trait]
pub trait JwksSource: fmt::Debug + Send + Sync {
    /// The JSON Web Key Set, as served.
    ///
    /// # Errors
    /// When it cannot be had. The router then goes on with the keys it has.
    async fn fetch(&self) -> Result<Bytes, JwksError>;
}

/// Why the keys could not be had.
#[derive(Debug, Clone, Error)]
pub enum JwksError {
    /// There was no reply.
    #[error("the issuer gave no reply: {0}")]
    Transport(#[from] TransportError),
    /// The reply was no success.
    #[error("the issuer replied with status {0}")]
    Status(StatusCode),
    /// The reply holds no usable key.
    #[error("the reply holds no key set with a usable key: {0}")]
    Content(String),
    /// The path configured is none.
    #[error("`{0}` is no path")]
    Path(String),
}

/// The keys that a subgraph, or an issuer behind any other [`Transport`], serves at a path.
#[derive(Debug)]
pub struct SubgraphJwks {
    transport: Arc<dyn Transport>,
    subgraph: String,
    path: String,
    signer: RequestSigner,
}

impl SubgraphJwks {
    /// Asks `subgraph` at `path`; the request is signed as every other.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>, subgraph: String, path: String, signer: RequestSigner) -> Self {
        Self { transport, subgraph, path, signer }
    }
}

#[async_trait]
impl JwksSource for SubgraphJwks {
    async fn fetch(&self) -> Result<Bytes, JwksError> {
        self.get(&self.path).await
    }
}

impl SubgraphJwks {
    /// What the issuer has at a path, and whatever query it ends with.
    pub(super) async fn get(&self, target: &str) -> Result<Bytes, JwksError> {
        let viewer = ViewerHeader::of_router();
        let signed = SignedRequest { subgraph: &self.subgraph, method: &Method::GET, target, body: b"" };
        let mut request = Request::get(target).body(Bytes::new()).map_err(|_| JwksError::Path(target.to_owned()))?;
        self.signer.sign(&viewer, &signed, request.headers_mut());
        let reply = self.transport.send(request, FETCH_TIMEOUT).await?;
        if reply.status() != StatusCode::OK {
            return Err(JwksError::Status(reply.status()));
        }
        Ok(reply.into_body())
    }
}
