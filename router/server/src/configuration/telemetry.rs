use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use telemetry::{OtlpOptions, OtlpProtocol, PropagationFormat};

use super::{LogSettings, SettingsError};

/// What the router tells of its requests (docs/tracing.md).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// How traces are joined and passed on.
    pub propagation: PropagationSettings,
    /// Which traces are kept.
    pub sampling: SamplingSettings,
    /// Which requests the log has a line of (docs/logs.md).
    pub logs: LogSettings,
    /// What traces say, and where they go.
    pub tracing: TracingSettings,
    /// Where metrics are sent, beside being shown at `/metrics`.
    pub metrics: MetricsSettings,
}

/// Where metrics are sent, beside being shown at `/metrics` (docs/metrics.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsSettings {
    /// Whether the collector that takes traces is sent metrics as well. Default `false`.
    /// `LYCEUM_ROUTER__TELEMETRY__METRICS__OTLP`
    pub otlp: bool,
    /// How often, in milliseconds. Default 15000. `LYCEUM_ROUTER__TELEMETRY__METRICS__INTERVAL_MS`
    pub interval_ms: u64,
}

/// How traces are joined and passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PropagationSettings {
    /// The headers that tell of a trace; the first kind that a request has counts. All of them are written on requests to
    /// subgraphs, and W3C's in any case. Default `[w3c]`.
    pub formats: Vec<PropagationFormat>,
    /// The entries of a client's `baggage` that subgraphs are told of, by their names. They are what the client says, and no
    /// more. Default: none.
    pub baggage: Vec<String>,
    /// Whether a client's *sampled* flag is believed: then who asks for a trace gets it, and who does not gets none. For
    /// routers behind something that sets these headers itself, and lets no client do so. Default `false`: a client's trace
    /// is joined, and kept or not as any other. `LYCEUM_ROUTER__TELEMETRY__PROPAGATION__TRUST_PARENT`
    pub trust_parent: bool,
}

/// Which traces are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SamplingSettings {
    /// The share of requests that is kept whatever becomes of them, from 0 to 1. Default 1.
    /// `LYCEUM_ROUTER__TELEMETRY__SAMPLING__RATE`
    pub rate: f64,
    /// Whether requests that have failed by no fault of the client are kept beyond that share. Default `true`.
    /// `LYCEUM_ROUTER__TELEMETRY__SAMPLING__ERRORS`
    pub errors: bool,
    /// Requests that take at least so long are kept beyond that share, in milliseconds; 0: none. Default 1000.
    /// `LYCEUM_ROUTER__TELEMETRY__SAMPLING__SLOW_MS`
    pub slow_ms: u64,
    /// The most traces that are kept in a second: by the share, and as many again for what was slow or has failed.
    /// Default 100. `LYCEUM_ROUTER__TELEMETRY__SAMPLING__TRACES_PER_SECOND_MAX`
    pub traces_per_second_max: u32,
}

/// What traces say, and where they go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TracingSettings {
    /// Whether a trace has the text of its operation, without the texts in it (`graphql.document`). Default `false`.
    /// `LYCEUM_ROUTER__TELEMETRY__TRACING__DOCUMENTS`
    pub documents: bool,
    /// The collector that traces are sent to (docs/tracing.md). Default: absent, nobody; unless the environment names one in
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub otlp: Option<OtlpSettings>,
}

/// A collector that takes traces by OTLP. Headers that it wants, such as a key, stand in the environment only:
/// `OTEL_EXPORTER_OTLP_HEADERS`. OpenTelemetry's other variables go before these settings as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtlpSettings {
    /// Its address, such as `http://localhost:4317`, or `http://localhost:4318` over HTTP.
    /// `LYCEUM_ROUTER__TELEMETRY__TRACING__OTLP__ENDPOINT`
    pub endpoint: String,
    /// How it is spoken to. Default `grpc`. `LYCEUM_ROUTER__TELEMETRY__TRACING__OTLP__PROTOCOL`
    #[serde(default)]
    pub protocol: OtlpProtocol,
    /// The longest that it may take to answer, in milliseconds. Default 10000.
    /// `LYCEUM_ROUTER__TELEMETRY__TRACING__OTLP__TIMEOUT_MS`
    #[serde(default = "OtlpSettings::default_timeout_ms")]
    pub timeout_ms: u64,
    /// The longest that a span waits before it is sent with others, in milliseconds. Default 2000.
    /// `LYCEUM_ROUTER__TELEMETRY__TRACING__OTLP__INTERVAL_MS`
    #[serde(default = "OtlpSettings::default_interval_ms")]
    pub interval_ms: u64,
    /// The most spans that wait; more are dropped. About 1000 bytes each. Default 32768.
    /// `LYCEUM_ROUTER__TELEMETRY__TRACING__OTLP__QUEUE_SPANS_MAX`
    #[serde(default = "OtlpSettings::default_queue_spans_max")]
    pub queue_spans_max: usize,
}

impl OtlpSettings {
    const fn default_timeout_ms() -> u64 {
        10_000
    }

    const fn default_interval_ms() -> u64 {
        2_000
    }

    const fn default_queue_spans_max() -> usize {
        32_768
    }

    fn validate(&self) -> Result<(), SettingsError> {
        let zero =
            |name: &str, remedy: &str| SettingsError::new(format!("telemetry.tracing.otlp.{name}"), "it is 0", remedy);
        if self.timeout_ms == 0 {
            return Err(zero("timeout_ms", "give the milliseconds that a collector may take, such as 10000"));
        }
        if self.queue_spans_max == 0 {
            return Err(zero("queue_spans_max", "give the number of spans that may wait, such as 32768"));
        }
        let uri: Option<http::Uri> = self.endpoint.parse().ok();
        let is_address =
            uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
        if is_address {
            return Ok(());
        }
        Err(SettingsError::new(
            "telemetry.tracing.otlp.endpoint",
            format!("`{}` is no address of a collector", self.endpoint),
            "write it like http://localhost:4317",
        ))
    }
}

impl TracingSettings {
    /// How spans are sent; the environment may say more.
    #[must_use]
    pub fn otlp_options(&self) -> OtlpOptions {
        let Some(otlp) = &self.otlp else { return OtlpOptions::default() };
        OtlpOptions {
            endpoint: Some(otlp.endpoint.clone()),
            protocol: otlp.protocol,
            timeout: Duration::from_millis(otlp.timeout_ms),
            queue_spans_max: otlp.queue_spans_max,
            interval: Duration::from_millis(otlp.interval_ms),
            ..OtlpOptions::default()
        }
    }
}

impl Default for PropagationSettings {
    fn default() -> Self {
        Self { formats: vec![PropagationFormat::W3c], baggage: Vec::new(), trust_parent: false }
    }
}

impl Default for MetricsSettings {
    fn default() -> Self {
        Self { otlp: false, interval_ms: 15_000 }
    }
}

impl Default for SamplingSettings {
    fn default() -> Self {
        Self { rate: 1.0, errors: true, slow_ms: 1_000, traces_per_second_max: 100 }
    }
}

/// Everything is sent each time.
const METRICS_INTERVAL_MS_MIN: u64 = 1_000;
/// Longer names of baggage are no names.
const BAGGAGE_NAME_BYTES_MAX: usize = 256;

impl TelemetrySettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        let rate = self.sampling.rate;
        if !(0.0..=1.0).contains(&rate) {
            return Err(SettingsError::new(
                "telemetry.sampling.rate",
                format!("{rate} is no share"),
                "give a number from 0 (none) to 1 (all), such as 0.1",
            ));
        }
        if let Some(otlp) = &self.tracing.otlp {
            otlp.validate()?;
        }
        if self.metrics.interval_ms < METRICS_INTERVAL_MS_MIN {
            return Err(SettingsError::new(
                "telemetry.metrics.interval_ms",
                format!("{} ms is too often", self.metrics.interval_ms),
                "give the milliseconds between two messages, 1000 or more, such as 15000",
            ));
        }
        let formats = &self.propagation.formats;
        if let Some(twice) = (1..formats.len()).find(|index| formats[..*index].contains(&formats[*index])) {
            return Err(SettingsError::new(
                format!("telemetry.propagation.formats[{twice}]"),
                "it stands there twice",
                "name each kind of headers once, the one that counts first",
            ));
        }
        let is_name = |name: &str| {
            (1..=BAGGAGE_NAME_BYTES_MAX).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
        };
        if let Some(name) = self.propagation.baggage.iter().find(|name| !is_name(name)) {
            return Err(SettingsError::new(
                "telemetry.propagation.baggage",
                format!("`{name}` can be no name in baggage"),
                "name the entries that subgraphs may be told of, like [tenant]",
            ));
        }
        Ok(())
    }
}
