//! The exporters of OpenTelemetry's own library, one for each service.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanExporter as _;
use tonic::transport::ClientTlsConfig;

use super::{OtlpError, OtlpOptions, OtlpProtocol, span_data};
use crate::span::Span;

/// Where the environment names a collector, the more specific one first.
pub(super) const ENDPOINTS: [&str; 2] =
    [opentelemetry_otlp::OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, opentelemetry_otlp::OTEL_EXPORTER_OTLP_ENDPOINT];
const PROTOCOLS: [&str; 2] =
    [opentelemetry_otlp::OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, opentelemetry_otlp::OTEL_EXPORTER_OTLP_PROTOCOL];
const TIMEOUTS: [&str; 2] =
    [opentelemetry_otlp::OTEL_EXPORTER_OTLP_TRACES_TIMEOUT, opentelemetry_otlp::OTEL_EXPORTER_OTLP_TIMEOUT];
/// The path of a collector's own.
const HTTP_PATH: &str = "/v1/traces";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// What sends spans, by the service that they are of: a service is a resource, of which an exporter has one.
#[derive(Debug)]
pub(super) struct Exporters {
    protocol: OtlpProtocol,
    /// None where the environment names it.
    endpoint: Option<String>,
    timeout: Option<Duration>,
    http: reqwest::Client,
    exporters: HashMap<Arc<str>, SpanExporter>,
}

impl Exporters {
    pub(super) fn new(options: &OtlpOptions) -> Result<Self, OtlpError> {
        let protocol = match variable(PROTOCOLS).as_deref() {
            None => options.protocol,
            Some("grpc") => OtlpProtocol::Grpc,
            Some("http/protobuf") => OtlpProtocol::Http,
            Some(other) => {
                let problem = format!("OTEL_EXPORTER_OTLP_PROTOCOL is `{other}`; it takes grpc or http/protobuf");
                return Err(OtlpError::Unusable(problem));
            }
        };
        let endpoint = options.endpoint.clone().filter(|_| variable(ENDPOINTS).is_none());
        let timeout = Some(options.timeout).filter(|_| variable(TIMEOUTS).is_none());
        // An error means that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(options.timeout)
            .build()
            .map_err(|error| OtlpError::Unusable(error.to_string()))?;
        let endpoint = endpoint.map(|endpoint| with_path(protocol, endpoint)).transpose()?;
        let exporters = Self { protocol, endpoint, timeout, http, exporters: HashMap::new() };
        // What is wrong with the settings is said at the start.
        exporters.make("router")?;
        Ok(exporters)
    }

    /// Sends spans of one service.
    pub(super) async fn send(&mut self, service: &Arc<str>, spans: &[Span]) -> Result<(), String> {
        if !self.exporters.contains_key(service) {
            let made = self.make(service).map_err(|error| error.to_string())?;
            self.exporters.insert(Arc::clone(service), made);
        }
        let exporter = &self.exporters[service];
        let spans = spans.iter().map(span_data::of).collect();
        exporter.export(spans).await.map_err(|error| error.to_string())
    }

    fn make(&self, service: &str) -> Result<SpanExporter, OtlpError> {
        let made = match self.protocol {
            OtlpProtocol::Grpc => {
                let mut builder =
                    SpanExporter::builder().with_tonic().with_tls_config(ClientTlsConfig::new().with_enabled_roots());
                if let Some(endpoint) = &self.endpoint {
                    builder = builder.with_endpoint(endpoint);
                }
                if let Some(timeout) = self.timeout {
                    builder = builder.with_timeout(timeout);
                }
                builder.build()
            }
            OtlpProtocol::Http => {
                let mut builder = SpanExporter::builder()
                    .with_http()
                    .with_protocol(opentelemetry_otlp::Protocol::HttpBinary)
                    .with_http_client(self.http.clone());
                if let Some(endpoint) = &self.endpoint {
                    builder = builder.with_endpoint(endpoint);
                }
                if let Some(timeout) = self.timeout {
                    builder = builder.with_timeout(timeout);
                }
                builder.build()
            }
        };
        let mut exporter = made.map_err(|error| OtlpError::Unusable(error.to_string()))?;
        let resource = Resource::builder().with_service_name(service.to_owned()).build();
        exporter.set_resource(&resource);
        Ok(exporter)
    }
}

/// The first of these that says something.
fn variable(names: [&str; 2]) -> Option<String> {
    names.into_iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.trim().is_empty())
}

/// An address over HTTP with no path of its own is a collector's, whose path is known.
fn with_path(protocol: OtlpProtocol, endpoint: String) -> Result<String, OtlpError> {
    let uri: http::Uri =
        endpoint.parse().map_err(|error| OtlpError::Unusable(format!("`{endpoint}` is no address: {error}")))?;
    let is_address = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
    if !is_address {
        let problem = format!("`{endpoint}` is no address: write it like http://localhost:4317");
        return Err(OtlpError::Unusable(problem));
    }
    let has_path = !matches!(uri.path(), "" | "/");
    Ok(match protocol {
        OtlpProtocol::Http if !has_path => format!("{}{HTTP_PATH}", endpoint.trim_end_matches('/')),
        OtlpProtocol::Http | OtlpProtocol::Grpc => endpoint,
    })
}
