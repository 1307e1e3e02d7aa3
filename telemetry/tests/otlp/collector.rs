//! Collectors that remember what they were sent.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tonic::{Request, Response, Status};

/// What was sent, by the service that it is of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Received(Arc<Mutex<Vec<(String, Span)>>>);

impl Received {
    fn add(&self, request: ExportTraceServiceRequest) {
        let mut received = self.0.lock().unwrap();
        for of_resource in request.resource_spans {
            let attributes = of_resource.resource.unwrap().attributes;
            let name = attributes.into_iter().find(|attribute| attribute.key == "service.name").unwrap();
            let Some(Value::StringValue(service)) = name.value.unwrap().value else { panic!("a name is a text") };
            let spans = of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans);
            received.extend(spans.map(|span| (service.clone(), span)));
        }
    }

    pub(crate) fn spans(&self) -> Vec<(String, Span)> {
        self.0.lock().unwrap().clone()
    }

    /// Waits until there are so many.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<(String, Span)> {
        let until = Instant::now() + Duration::from_secs(60);
        while self.spans().len() < count {
            assert!(Instant::now() < until, "{:?}", self.spans());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.spans()
    }
}

#[tonic::async_trait]
impl TraceService for Received {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.add(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// One that is spoken to by gRPC, and its address.
pub(crate) async fn grpc() -> (Received, String) {
    let (received, listener) = (Received::default(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = format!("http://{}", listener.local_addr().unwrap());
    let service = axum::Router::new().route_service(
        "/opentelemetry.proto.collector.trace.v1.TraceService/{method}",
        TraceServiceServer::new(received.clone()),
    );
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    (received, address)
}

/// One that is spoken to over HTTP, and its address.
pub(crate) async fn http() -> (Received, String) {
    let (received, listener) = (Received::default(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = format!("http://{}", listener.local_addr().unwrap());
    let take = |State(received): State<Received>, headers: HeaderMap, body: Bytes| async move {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        received.add(ExportTraceServiceRequest::decode(body).unwrap());
        ([("content-type", "application/x-protobuf")], ExportTraceServiceResponse::default().encode_to_vec())
    };
    let service = axum::Router::new().route("/v1/traces", axum::routing::post(take)).with_state(received.clone());
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    (received, address)
}
