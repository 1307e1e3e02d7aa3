//! Logs of the process. The command sets them up once, before anything starts.

use std::io::IsTerminal;

use thiserror::Error;
use tracing_subscriber::EnvFilter;

/// How logs are written, to the standard error stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// A JSON object per line, for machines.
    Json,
    /// A line of text, for people.
    Human,
}

/// Logs cannot be set up.
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

#[cfg(test)]
mod tests {
    use super::{LogFormat, start_logs};

    #[test]
    fn a_filter_that_is_none_is_refused_with_an_example() {
        let error = start_logs(LogFormat::Json, "learning=loud").unwrap_err().to_string();
        assert!(error.starts_with("`learning=loud` is no log filter") && error.contains("learning=debug"), "{error}");
    }
}
