//! Sends metrics to a collector by OTLP, again and again.
//!
//! A collector that does not answer costs nothing but what it was not told: the next message has everything that was
//! counted since, because it is cumulative. There is never more than one message under way.

use std::time::Duration;

use ::metrics::counter;
use bytes::Bytes;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use prost::Message;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tonic::metadata::{Ascii, MetadataKey, MetadataValue};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};

use super::exemplar::now_unix_ns;
use super::otlp::{Source, request};
use super::{Registry, own};
use crate::SpanId;
use crate::otlp::{OtlpError, OtlpOptions, OtlpProtocol};

/// The path of a collector's own, over HTTP.
const HTTP_PATH: &str = "/v1/metrics";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Between two lines of the log that say the same.
const WARNING_PAUSE: Duration = Duration::from_secs(60);
/// The environment's names, the more specific ones first (OpenTelemetry specification, "OTLP Exporter").
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const PROTOCOLS: [&str; 2] = ["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
const HEADERS: [&str; 2] = ["OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];

/// Sends metrics until it is dropped.
#[derive(Debug)]
pub struct OtlpMetrics(JoinHandle<()>);

impl OtlpMetrics {
    /// Whether the options, or the environment, name a collector, and nothing forbids to send to it.
    #[must_use]
    pub fn is_wanted(options: &OtlpOptions) -> bool {
        let is_disabled = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
        (options.endpoint.is_some() || variable(ENDPOINTS).is_some()) && !is_disabled
    }

    /// Begins to send what a registry has, each `every`, as the metrics of `service`. It needs a runtime. Where to, how, and
    /// how long an answer may take is as for spans; the environment's variables go before.
    ///
    /// # Errors
    /// When the collector's address, or how to speak to it, cannot be used.
    pub fn start(
        registry: &'static Registry,
        options: &OtlpOptions,
        service: &str,
        every: Duration,
    ) -> Result<Self, OtlpError> {
        let way = Way::new(options)?;
        let (instance, begin_unix_ns) = (SpanId::random().to_string(), now_unix_ns());
        let source = Source { service: service.to_owned(), instance, begin_unix_ns };
        Ok(Self(tokio::spawn(send(registry, way, source, options.timeout, every))))
    }
}

impl Drop for OtlpMetrics {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn send(registry: &'static Registry, mut way: Way, source: Source, time_max: Duration, every: Duration) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut warned: Option<Instant> = None;
    loop {
        ticks.tick().await;
        let message = request(&source, &registry.snapshot(), now_unix_ns());
        let failure = match timeout(time_max, way.send(message)).await {
            Ok(Ok(())) => None,
            Ok(Err(failure)) => Some(failure),
            Err(_) => Some(format!("the collector did not answer within {} ms", time_max.as_millis())),
        };
        counter!(own::EXPORTS, "outcome" => if failure.is_none() { "sent" } else { "failed" }).increment(1);
        if let Some(failure) = failure
            && warned.is_none_or(|warned| warned.elapsed() >= WARNING_PAUSE)
        {
            warned = Some(Instant::now());
            tracing::warn!(failure, "metrics could not be sent to the collector; the next ones have what is missing");
        }
    }
}

/// How a collector is reached.
#[derive(Debug)]
enum Way {
    Grpc { client: MetricsServiceClient<Channel>, metadata: Vec<(MetadataKey<Ascii>, MetadataValue<Ascii>)> },
    Http { client: reqwest::Client, url: String, headers: http::HeaderMap },
}

impl Way {
    fn new(options: &OtlpOptions) -> Result<Self, OtlpError> {
        let (from_environment, said) = match variable(ENDPOINTS) {
            Some((name, said)) => (Some(name), said),
            None => (None, options.endpoint.clone().unwrap_or_default()),
        };
        let protocol = match variable(PROTOCOLS).as_ref().map(|(_, said)| said.as_str()) {
            None => options.protocol,
            Some("grpc") => OtlpProtocol::Grpc,
            Some("http/protobuf") => OtlpProtocol::Http,
            Some(other) => {
                let problem = format!("OTEL_EXPORTER_OTLP_PROTOCOL is `{other}`; it takes grpc or http/protobuf");
                return Err(OtlpError::Unusable(problem));
            }
        };
        let uri: http::Uri = said.parse().map_err(|error| unusable(&said, &error))?;
        if uri.host().is_none() || !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(unusable(&said, &"write it like http://localhost:4317"));
        }
        // An error means that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let headers = headers()?;
        match protocol {
            OtlpProtocol::Grpc => {
                let mut endpoint = Endpoint::from(uri.clone()).connect_timeout(CONNECT_TIMEOUT);
                if uri.scheme_str() == Some("https") {
                    let tls = ClientTlsConfig::new().with_enabled_roots();
                    endpoint = endpoint.tls_config(tls).map_err(|error| unusable(&said, &error))?;
                }
                let client = MetricsServiceClient::new(endpoint.connect_lazy());
                let metadata = headers.iter().filter_map(|(name, value)| {
                    let name = MetadataKey::from_bytes(name.as_str().as_bytes()).ok()?;
                    Some((name, MetadataValue::try_from(value.as_bytes()).ok()?))
                });
                Ok(Self::Grpc { client, metadata: metadata.collect() })
            }
            OtlpProtocol::Http => {
                // An address for metrics alone is taken as it is; any other one is a collector's, whose path is known.
                let is_whole = from_environment == Some(ENDPOINTS[0]);
                let base = said.trim_end_matches('/').trim_end_matches("/v1/traces");
                let url = if is_whole { said.clone() } else { format!("{base}{HTTP_PATH}") };
                let client = reqwest::Client::builder()
                    .redirect(reqwest::redirect::Policy::none())
                    .connect_timeout(CONNECT_TIMEOUT)
                    .build()
                    .map_err(|error| unusable(&said, &error))?;
                Ok(Self::Http { client, url, headers })
            }
        }
    }

    async fn send(&mut self, message: ExportMetricsServiceRequest) -> Result<(), String> {
        match self {
            Self::Grpc { client, metadata } => {
                let mut request = tonic::Request::new(message);
                for (name, value) in metadata {
                    request.metadata_mut().insert(name.clone(), value.clone());
                }
                client.export(request).await.map(drop).map_err(|status| status.to_string())
            }
            Self::Http { client, url, headers } => {
                let body = Bytes::from(message.encode_to_vec());
                let sent = client.post(url.as_str()).headers(headers.clone());
                let sent = sent.header(http::header::CONTENT_TYPE, "application/x-protobuf").body(body).send().await;
                let status = sent.map_err(|error| error.without_url().to_string())?.status();
                if status.is_success() { Ok(()) } else { Err(format!("the collector's status is {status}")) }
            }
        }
    }
}

/// What the environment says is sent with every message: `name=value,name=value`. They may hold keys, and are in no message.
fn headers() -> Result<http::HeaderMap, OtlpError> {
    let Some((variable, said)) = variable(HEADERS) else { return Ok(http::HeaderMap::new()) };
    let pairs = said.split(',').map(str::trim).filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let mut value = http::HeaderValue::try_from(value.trim()).ok()?;
        value.set_sensitive(true);
        Some((http::HeaderName::try_from(name.trim()).ok()?, value))
    });
    let pairs: Option<http::HeaderMap> = pairs.collect();
    pairs.ok_or_else(|| OtlpError::Unusable(format!("{variable} is not of the form name=value,name=value")))
}

fn variable(names: [&'static str; 2]) -> Option<(&'static str, String)> {
    let mut said = names.into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?)));
    said.find(|(_, value)| !value.trim().is_empty())
}

fn unusable(said: &str, problem: &dyn std::fmt::Display) -> OtlpError {
    OtlpError::Unusable(format!("`{said}` is no address of a collector: {problem}"))
}
