//! Metrics of the process. The command sets them up once, before anything starts.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use thiserror::Error;

/// Upper bounds of durations, in seconds: from a look-up in memory to what a client gives up on.
const DURATION_BOUNDS: [f64; 12] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Metrics cannot be set up.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// Something in this process has set it up before.
    #[error("{0} were set up before in this process; set them up once")]
    Twice(&'static str),
    /// The metrics cannot be collected.
    #[error("metrics cannot be collected: {0}")]
    Metrics(#[from] BuildError),
}

/// Collects metrics from now on; `GET /metrics` of each subgraph shows those of the whole process.
///
/// # Errors
/// [`TelemetryError::Twice`] when metrics were set up before.
pub fn start_metrics() -> Result<(), TelemetryError> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&DURATION_BOUNDS)?
        .install_recorder()
        .map_err(|_| TelemetryError::Twice("metrics"))?;
    METRICS.set(handle).map_err(|_| TelemetryError::Twice("metrics"))
}

/// The metrics in Prometheus' text format; nothing when they are not collected.
#[must_use]
pub fn metrics_text() -> Option<String> {
    METRICS.get().map(|handle| {
        handle.run_upkeep();
        handle.render()
    })
}
