//! Logs and metrics of the process. The command sets them up once, before anything starts.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use thiserror::Error;
use tracing_subscriber::EnvFilter;

/// Upper bounds of durations, in seconds: from a look-up in memory to what a client gives up on.
const DURATION_BOUNDS: [f64; 12] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// How logs are written, to the standard error stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// A JSON object per line, for machines.
    Json,
    /// A line of text, for people.
    Human,
}

/// Logs or metrics cannot be set up.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// The filter is not one.
    #[error("`{filter}` is no log filter: {source}; write for instance `info` or `warn,learning=debug`")]
    Filter {
        /// What was asked for.
        filter: String,
        /// What is wrong with it.
        source: tracing_subscriber::filter::ParseError,
    },
    /// Something in this process has set it up before.
    #[error("{0} were set up before in this process; set them up once")]
    Twice(&'static str),
    /// The metrics cannot be collected.
    #[error("metrics cannot be collected: {0}")]
    Metrics(#[from] BuildError),
}

/// Writes logs from now on. `filter` is as `tracing-subscriber` reads it: `info`, or `warn,learning=debug`.
///
/// # Errors
/// [`TelemetryError`] when the filter cannot be read, or logs were set up before.
pub fn start_logs(format: LogFormat, filter: &str) -> Result<(), TelemetryError> {
    let parsed =
        EnvFilter::try_new(filter).map_err(|source| TelemetryError::Filter { filter: filter.to_owned(), source })?;
    let lines = tracing_subscriber::fmt().with_env_filter(parsed).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        LogFormat::Human => lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).compact().try_init(),
    };
    started.map_err(|_| TelemetryError::Twice("logs"))
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

#[cfg(test)]
mod tests {
    use super::{LogFormat, start_logs};

    #[test]
    fn a_filter_that_is_none_is_refused_with_an_example() {
        let error = start_logs(LogFormat::Json, "learning=loud").unwrap_err().to_string();
        assert!(error.starts_with("`learning=loud` is no log filter") && error.contains("learning=debug"), "{error}");
    }
}
