//! From a request to a collector.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use router_studio::RequestSink;
use telemetry::{Collector, OtlpOptions, OtlpProtocol, OtlpSpans, SpanSink};
use tokio::net::TcpListener;

use super::Watcher;
use crate::testkit::Graph;

fn sending(graph_rate: f64, endpoint: String, interval: Duration) -> (Graph, Arc<OtlpSpans>) {
    let options =
        OtlpOptions { endpoint: Some(endpoint), protocol: OtlpProtocol::Http, interval, ..OtlpOptions::default() };
    let (otlp, collector) = (OtlpSpans::start(&options).unwrap(), Arc::new(Collector::default()));
    collector.add_sink(Arc::clone(&otlp) as Arc<dyn SpanSink>);
    let sink = Arc::new(Watcher::default()) as Arc<dyn RequestSink>;
    let graph = Graph::builder()
        .settings(|settings| settings.telemetry.sampling.rate = graph_rate)
        .watched(collector, sink)
        .build();
    (graph, otlp)
}

/// A collector over HTTP: what it was sent, and its address.
async fn collector() -> (Arc<Mutex<Vec<Span>>>, String) {
    let received = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&received);
    let take = move |body: Bytes| async move {
        let request = ExportTraceServiceRequest::decode(body).unwrap();
        let scopes = request.resource_spans.into_iter().flat_map(|of_resource| of_resource.scope_spans);
        into.lock().unwrap().extend(scopes.flat_map(|of_scope| of_scope.spans));
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let service = axum::Router::new().route("/v1/traces", axum::routing::post(take));
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    (received, address)
}

#[tokio::test]
async fn a_collector_gets_the_whole_tree_of_a_request_at_the_latest_when_the_router_stops() {
    let (received, address) = collector().await;
    let (graph, otlp) = sending(1.0, address, Duration::from_secs(3_600));
    let reply = graph.query("query Mine { me { name courses } }").await;
    otlp.stop(Duration::from_secs(60)).await;
    let spans = received.lock().unwrap().clone();
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no `{name}`"));
    let root = named("query Mine");
    assert!(root.parent_span_id.is_empty() && spans.len() == 9);
    let hexadecimal: String = root.trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hexadecimal, reply.header("x-trace-id"));
    let execution = named("execution");
    assert_eq!(execution.parent_span_id, root.span_id);
    for fetch in ["fetch identity", "fetch learning"] {
        assert_eq!(named(fetch).parent_span_id, execution.span_id);
    }
}

#[tokio::test]
async fn what_is_not_kept_is_not_sent() {
    let (received, address) = collector().await;
    let (graph, otlp) = sending(0.0, address, Duration::from_millis(5));
    for _ in 0..5 {
        graph.query("{ me { name courses } }").await;
    }
    otlp.stop(Duration::from_secs(60)).await;
    assert!(received.lock().unwrap().is_empty());
}

/// One that takes connections and never answers.
#[tokio::test]
async fn a_dead_collector_costs_no_request_anything() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (graph, otlp) = sending(1.0, format!("http://{}", silent.local_addr().unwrap()), Duration::ZERO);
    for _ in 0..100 {
        assert_eq!(graph.query("{ me { name courses } }").await.status, 200);
    }
    let begin = Instant::now();
    otlp.stop(Duration::from_millis(100)).await;
    assert!(begin.elapsed() < Duration::from_secs(30), "nor does it keep the router from stopping");
}
