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
    /// They lie somewhere that cannot be read.
    #[error("{0}")]
    Unreadable(String),
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
    signer: Option<RequestSigner>,
}

impl SubgraphJwks {
    /// Asks `subgraph` at `path`; the request is signed as every other.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>, subgraph: String, path: String, signer: RequestSigner) -> Self {
        Self { transport, subgraph, path, signer: Some(signer) }
    }

    /// Asks an issuer that is no subgraph, and so gets nothing that our key has signed.
    pub(crate) fn elsewhere(transport: Arc<dyn Transport>, path: String) -> Self {
        Self { transport, subgraph: String::new(), path, signer: None }
    }
}

#[async_trait]
impl JwksSource for SubgraphJwks {
    async fn fetch(&self) -> Result<Bytes, JwksError> {
        let mut request =
            Request::get(self.path.as_str()).body(Bytes::new()).map_err(|_| JwksError::Path(self.path.clone()))?;
        if let Some(signer) = &self.signer {
            let signed =
                SignedRequest { subgraph: &self.subgraph, method: &Method::GET, target: &self.path, body: b"" };
            signer.sign(&ViewerHeader::of_router(), &signed, request.headers_mut());
        }
        let reply = self.transport.send(request, FETCH_TIMEOUT).await?;
        if reply.status() != StatusCode::OK {
            return Err(JwksError::Status(reply.status()));
        }
        Ok(reply.into_body())
    }
}
