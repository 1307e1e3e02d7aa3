//! Where the spans and the metrics of this process go.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use telemetry::metrics::{OtlpMetrics, install};
use telemetry::{Collector, OtlpOptions, OtlpSpans, SpanSink, subscriber};

use crate::configuration::Configuration;

/// The longest that a process which stops waits for its collector.
const STOP_TIME_MAX: Duration = Duration::from_secs(5);

/// Collects the spans of this process, and sends those of traces that are kept to whom the configuration names.
#[derive(Debug)]
pub struct Traces {
    collector: Arc<Collector>,
    otlp: Option<Arc<OtlpSpans>>,
    /// Sends until it is dropped.
    _metrics: Option<OtlpMetrics>,
    /// Of traces that no request begins.
    share: f64,
}

impl Traces {
    /// Opens the way to the collector that the configuration or the environment names, if any. Needs a runtime.
    ///
    /// # Errors
    /// When that is none, or cannot be spoken to so.
    pub fn open(configuration: &Configuration) -> Result<Self, Box<dyn Error>> {
        let settings = &configuration.router.telemetry;
        let options = settings.tracing.otlp_options();
        let metrics = settings.metrics.otlp.then(|| metrics(&options, settings.metrics.interval_ms)).transpose()?;
        let collector = Arc::new(Collector::default());
        let otlp = if OtlpSpans::is_wanted(&options) { Some(OtlpSpans::start(&options)?) } else { None };
        if let Some(otlp) = &otlp {
            collector.add_sink(Arc::clone(otlp) as Arc<dyn SpanSink>);
        }
        Ok(Self { collector, otlp, _metrics: metrics, share: settings.sampling.rate })
    }

    /// What holds spans of traces under way; whoever shows traces is another sink of it.
    #[must_use]
    pub fn collector(&self) -> &Arc<Collector> {
        &self.collector
    }

    /// From now on what this process does is recorded, if anybody wants to know of it. Once for a process, after all sinks
    /// were added.
    pub fn begin(&self) {
        if self.collector.has_sinks() {
            subscriber::record_spans(Arc::clone(&self.collector), self.share);
        }
    }

    /// Sends what waits.
    pub async fn stop(&self) {
        if let Some(otlp) = &self.otlp {
            otlp.stop(STOP_TIME_MAX).await;
        }
    }
}

/// What OpenTelemetry calls this process where metrics are concerned, which are of all that runs in it.
const SERVICE: &str = "lyceum";

/// Begins to send metrics.
fn metrics(options: &OtlpOptions, interval_ms: u64) -> Result<OtlpMetrics, Box<dyn Error>> {
    if !OtlpMetrics::is_wanted(options) {
        return Err("router.telemetry.metrics.otlp: nobody is named who takes metrics\n  remedy: name a collector in \
                    router.telemetry.tracing.otlp.endpoint, or in OTEL_EXPORTER_OTLP_ENDPOINT"
            .into());
    }
    let service = std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| SERVICE.to_owned());
    Ok(OtlpMetrics::start(install(), options, &service, Duration::from_millis(interval_ms))?)
}
