//! A transport that is watched: each request to a subgraph is a span and a measurement.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use router_execution::transport::{Transport, TransportError};
use tokio::time::Instant;
use tracing::Instrument;

use crate::telemetry;

#[derive(Debug)]
pub(crate) struct MeasuredTransport {
    subgraph: String,
    inner: Arc<dyn Transport>,
}

impl MeasuredTransport {
    pub(crate) fn new(subgraph: String, inner: Arc<dyn Transport>) -> Self {
        Self { subgraph, inner }
    }
}

#[async_trait]
impl Transport for MeasuredTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let span = tracing::info_span!("subgraph request", subgraph = self.subgraph, path = request.uri().path());
        let begin = Instant::now();
        let outcome = self.inner.send(request, timeout).instrument(span).await;
        let failure = match &outcome {
            Ok(reply) if reply.status().is_server_error() => Some("status"),
            Ok(_) => None,
            Err(TransportError::Unavailable(_)) => Some("unavailable"),
            Err(TransportError::Timeout(_)) => Some("timeout"),
            Err(TransportError::TooLarge(_)) => Some("too_large"),
        };
        telemetry::record_subgraph_request(&self.subgraph, begin.elapsed(), failure);
        outcome
    }
}
