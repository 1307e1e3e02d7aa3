//! Metrics on their way to a collector, in a process of its own, since there is one recorder for it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use prost::Message;
use telemetry::metrics::{OtlpMetrics, install};
use telemetry::{OtlpOptions, OtlpProtocol};
use tokio::net::TcpListener;
use tonic::{Request, Response, Status};

const OFTEN: Duration = Duration::from_millis(10);

/// What a collector was sent.
#[derive(Debug, Clone, Default)]
struct Received(Arc<Mutex<Vec<ExportMetricsServiceRequest>>>);

impl Received {
    /// The values of a counter, in the order in which they came.
    fn counted(&self, name: &str) -> Vec<f64> {
        let received = self.0.lock().unwrap();
        let metrics = received.iter().flat_map(|request| &request.resource_metrics[0].scope_metrics[0].metrics);
        let values = metrics.filter(|metric| metric.name == name).map(|metric| match &metric.data {
            Some(Data::Sum(sum)) => match sum.data_points[0].value {
                Some(Value::AsDouble(value)) => value,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        });
        values.collect()
    }

    async fn until(&self, name: &str, value: f64) {
        let reached = async {
            while self.counted(name).last().is_none_or(|last| *last < value) {
                tokio::time::sleep(OFTEN).await;
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(60), reached).await.is_ok(), "{:?}", self.counted(name));
    }
}

#[tonic::async_trait]
impl MetricsService for Received {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.0.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

/// Listens for both: gRPC, and HTTP.
async fn listen(received: &Received, listener: TcpListener) {
    let take = |State(received): State<Received>, body: Bytes| async move {
        received.0.lock().unwrap().push(ExportMetricsServiceRequest::decode(body).unwrap());
    };
    let service =
        axum::Router::new().route("/v1/metrics", axum::routing::post(take)).with_state(received.clone()).route_service(
            "/opentelemetry.proto.collector.metrics.v1.MetricsService/{method}",
            MetricsServiceServer::new(received.clone()),
        );
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
}

fn options(address: &str, protocol: OtlpProtocol) -> OtlpOptions {
    OtlpOptions { endpoint: Some(address.to_owned()), protocol, ..OtlpOptions::default() }
}

/// S0-OBS-1: a collector that is away is told everything once it is there.
#[tokio::test]
async fn a_collector_gets_what_was_counted_also_while_it_was_away() {
    let registry = install();
    for (protocol, name) in [(OtlpProtocol::Grpc, "by_grpc"), (OtlpProtocol::Http, "over_http")] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        drop(listener);
        let counter = ::metrics::counter!(format!("{name}_total"));
        let _sending =
            OtlpMetrics::start(registry, &options(&format!("http://{at}"), protocol), "router", OFTEN).unwrap();
        counter.increment(3);
        tokio::time::sleep(OFTEN * 5).await;
        let received = Received::default();
        listen(&received, TcpListener::bind(at).await.unwrap()).await;
        received.until(name, 3.0).await;
        counter.increment(2);
        received.until(name, 5.0).await;
        assert!(received.counted(name).is_sorted(), "what is cumulative never falls");
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_at_the_start() {
    for address in ["", "collector:4317", "ftp://collector", "http://"] {
        for protocol in [OtlpProtocol::Grpc, OtlpProtocol::Http] {
            let refused = OtlpMetrics::start(install(), &options(address, protocol), "router", OFTEN);
            assert!(refused.unwrap_err().to_string().contains("no address"), "{address}");
        }
    }
}
