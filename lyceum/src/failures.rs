//! Has errors and panics reported, where that is configured (S2-ERR-1).

use std::error::Error;
use std::time::Duration;

use telemetry::failures::{Dsn, ReportSettings, Reporting, report_to};

use crate::configuration::Configuration;

/// Names the address that errors are reported to.
const SENTRY_DSN: &str = "LYCEUM_TELEMETRY_ERRORS_SENTRY_DSN";
/// How long a process that stops waits for what it has to report.
const FINISH_TIME_MAX: Duration = Duration::from_secs(2);

/// The reports of this process.
#[derive(Debug)]
pub struct Reports(Option<Reporting>);

impl Reports {
    /// Reports from now on to the address in the environment, else to that of the configuration, else nowhere.
    ///
    /// # Errors
    /// When the address is none.
    pub fn begin(configuration: &Configuration) -> Result<Self, Box<dyn Error>> {
        let settings = &configuration.telemetry.errors;
        let of_environment = std::env::var(SENTRY_DSN).ok().filter(|dsn| !dsn.is_empty());
        let Some(dsn) = of_environment.as_deref().or(settings.sentry_dsn.as_deref()) else { return Ok(Self(None)) };
        let named = |error| format!("{SENTRY_DSN} or telemetry.errors.sentry_dsn: {error}");
        let settings = ReportSettings {
            dsn: Dsn::parse(dsn).map_err(named)?,
            release: format!("lyceum@{}", env!("CARGO_PKG_VERSION")),
            environment: settings.environment.clone(),
        };
        Ok(Self(report_to(settings).map_err(named)?))
    }

    /// Waits a moment until everything has been reported.
    pub async fn stop(self) {
        if let Some(reporting) = self.0 {
            reporting.finish(FINISH_TIME_MAX).await;
        }
    }
}
