//! A transport that is watched: each request to a subgraph is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use router_execution::transport::{StreamedBody, Transport, TransportError};
use tokio::time::Instant;

use crate::telemetry::{self, SubgraphMeasures};

#[derive(Debug)]
pub(crate) struct MeasuredTransport {
    inner: Arc<dyn Transport>,
    measures: Arc<SubgraphMeasures>,
    in_flight: AtomicUsize,
}

impl MeasuredTransport {
    pub(crate) fn new(subgraph: &str, inner: Arc<dyn Transport>) -> Self {
        let measures = telemetry::subgraph_measures(subgraph);
        Self { inner, measures, in_flight: AtomicUsize::new(0) }
    }

    /// Requests that are not answered yet.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Transport for MeasuredTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let _flight = Flight::begin(&self.in_flight);
        let begin = Instant::now();
        let outcome = self.inner.send(request, timeout).await;
        telemetry::record_subgraph_request(&self.measures, begin.elapsed(), failure(&outcome));
        outcome
    }

    /// The measurement ends with the head of the reply: how long the bodies take is for the client to say.
    async fn stream(
        &self,
        request: http::Request<StreamedBody>,
    ) -> Result<http::Response<StreamedBody>, TransportError> {
        let _flight = Flight::begin(&self.in_flight);
        let begin = Instant::now();
        let outcome = self.inner.stream(request).await;
        telemetry::record_subgraph_request(&self.measures, begin.elapsed(), failure(&outcome));
        outcome
    }
}

/// A request that is not answered yet, or given up.
struct Flight<'t>(&'t AtomicUsize);

impl<'t> Flight<'t> {
    fn begin(in_flight: &'t AtomicUsize) -> Self {
        in_flight.fetch_add(1, Ordering::Relaxed);
        Self(in_flight)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn failure<B>(outcome: &Result<http::Response<B>, TransportError>) -> Option<&'static str> {
    match outcome {
        Ok(reply) if reply.status().is_server_error() => Some("status"),
        Ok(_) => None,
        Err(TransportError::Unavailable(_)) => Some("unavailable"),
        Err(TransportError::Timeout(_)) => Some("timeout"),
        Err(TransportError::TooLarge(_)) => Some("too_large"),
    }
}
