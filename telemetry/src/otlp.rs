//! Sends spans of kept traces to a collector by OTLP, over gRPC or HTTP.
//!
//! [`OtlpSpans`] is a sink: it puts spans into a bounded queue and returns at once. A task of its own sends them, many at a
//! time ([`queue`](self)). What finds no room, and what the collector does not take within the time allowed and a few more
//! attempts, is dropped and counted in `telemetry_spans_dropped_total`; no request ever waits for it.
//!
//! Environment variables that OpenTelemetry has standardised go before the options: `OTEL_EXPORTER_OTLP_ENDPOINT`,
//! `_PROTOCOL`, `_TIMEOUT`, `_HEADERS` and their kin for traces (`OTEL_EXPORTER_OTLP_TRACES_…`), `OTEL_RESOURCE_ATTRIBUTES`, and
//! `OTEL_SDK_DISABLED`. Headers, which may hold keys, come from there only.

mod exporter;
mod queue;
mod span_data;

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::exporter::Exporters;
use self::queue::Queue;
use crate::sink::{KeptFor, SpanSink};
use crate::span::Span;

/// How a collector is spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OtlpProtocol {
    /// gRPC; collectors listen on port 4317.
    #[default]
    Grpc,
    /// Protocol buffers over HTTP; collectors listen on port 4318.
    Http,
}

/// Where spans are sent, and how many wait for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpOptions {
    /// The collector's address, such as `http://localhost:4317`.
    pub endpoint: Option<String>,
    /// How it is spoken to.
    pub protocol: OtlpProtocol,
    /// The longest that it may take to answer, further attempts included.
    pub timeout: Duration,
    /// The most spans that wait; more are dropped.
    pub queue_spans_max: usize,
    /// The most that are sent at a time.
    pub batch_spans_max: usize,
    /// The longest that a span waits before it is sent.
    pub interval: Duration,
}

impl Default for OtlpOptions {
    fn default() -> Self {
        Self {
            endpoint: None,
            protocol: OtlpProtocol::default(),
            timeout: Duration::from_secs(10),
            queue_spans_max: 32_768,
            batch_spans_max: 1_024,
            interval: Duration::from_secs(2),
        }
    }
}

/// Why spans cannot be sent.
#[derive(Debug, Error)]
pub enum OtlpError {
    /// The address is none, or an environment variable has a value that it cannot have.
    #[error("spans cannot be sent by OTLP: {0}")]
    Unusable(String),
}

/// Sends the spans of kept traces to a collector.
#[derive(Debug)]
pub struct OtlpSpans {
    queue: Queue,
}

impl OtlpSpans {
    /// Whether the options, or the environment, name a collector, and nothing forbids to send to it.
    #[must_use]
    pub fn is_wanted(options: &OtlpOptions) -> bool {
        let is = |name: &str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
        let is_disabled = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
        let is_named = options.endpoint.is_some() || exporter::ENDPOINTS.into_iter().any(is);
        is_named && !is_disabled
    }

    /// Begins to send. It needs a runtime, and contacts nobody before there is something to send.
    ///
    /// # Errors
    /// When the collector's address, or how to speak to it, cannot be used.
    pub fn start(options: &OtlpOptions) -> Result<Arc<Self>, OtlpError> {
        let exporters = Exporters::new(options)?;
        Ok(Arc::new(Self { queue: Queue::start(exporters, options) }))
    }

    /// Sends what waits, and waits for that no longer than this. What comes after it is dropped.
    pub async fn stop(&self, within: Duration) {
        self.queue.stop(within).await;
    }
}

impl SpanSink for OtlpSpans {
    fn take(&self, spans: &[Span], _why: KeptFor) {
        self.queue.put(spans);
    }
}
