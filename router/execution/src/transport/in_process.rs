//! A subgraph in the same process.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tokio::task::{JoinError, JoinSet};
use tower::{Service, ServiceExt};
use tracing::Instrument;

use super::body::{RequestBody, StreamedBody, chain, collect};
use super::{REPLY_BYTES_MAX, Transport, TransportError};

/// Calls an HTTP service, such as a subgraph's router, with no socket between. Each request runs as a task of its own,
/// so that subgraphs work side by side and a panic in one is an error of its request only.
#[derive(Clone)]
pub struct InProcessTransport<S> {
    service: S,
    reply_bytes_max: usize,
}

impl<S> InProcessTransport<S> {
    /// A transport to `service`, which gets a clone of its own for each request.
    pub fn new(service: S) -> Self {
        Self { service, reply_bytes_max: REPLY_BYTES_MAX }
    }

    /// The same with another bound on replies, in bytes.
    #[must_use]
    pub fn with_reply_bytes_max(mut self, reply_bytes_max: usize) -> Self {
        self.reply_bytes_max = reply_bytes_max;
        self
    }
}

impl<S> fmt::Debug for InProcessTransport<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("InProcessTransport")
            .field("reply_bytes_max", &self.reply_bytes_max)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<S, B> Transport for InProcessTransport<S>
where
    S: Service<http::Request<RequestBody>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    fn is_in_process(&self) -> bool {
        true
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let (service, bytes_max) = (self.service.clone(), self.reply_bytes_max);
        let exchange = async move {
            let response = service
                .oneshot(request.map(|body| RequestBody::Whole(Full::new(body))))
                .await
                .map_err(|error| TransportError::Unavailable(chain(error.into().as_ref())))?;
            collect(response, bytes_max).await
        };
        // The set aborts its task when it is dropped: on time-out, and when the caller gives up.
        let mut tasks = JoinSet::new();
        tasks.spawn(exchange.in_current_span());
        match tokio::time::timeout(timeout, tasks.join_next()).await {
            Ok(Some(Ok(outcome))) => outcome,
            Ok(Some(Err(error))) => Err(TransportError::Unavailable(broken_off(&error))),
            Ok(None) => Err(TransportError::Unavailable("the request did not start".to_owned())),
            Err(_) => Err(TransportError::Timeout(timeout)),
        }
    }

    async fn stream(
        &self,
        request: http::Request<StreamedBody>,
    ) -> Result<http::Response<StreamedBody>, TransportError> {
        let replied = self.service.clone().oneshot(request.map(RequestBody::Streamed)).await;
        let reply = replied.map_err(|error| TransportError::Unavailable(chain(error.into().as_ref())))?;
        Ok(reply.map(|body| body.map_err(Into::into).boxed_unsync()))
    }
}

/// The panic's own text is in the process's log already; here it might carry data.
fn broken_off(error: &JoinError) -> String {
    if error.is_panic() { "it panicked".to_owned() } else { "it is shutting down".to_owned() }
}
