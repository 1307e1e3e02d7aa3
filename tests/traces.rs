//! One trace through the whole product: from the router's request to the statements of a subgraph, and on, by an event, to
//! those of another; and the lines and the flow that belong to it.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::product::{Client, Product, Shape};

/// Long enough for any machine; only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);
const FLOW: &str = "flow-of-a-change";

/// A collector: what was sent to it, by service.
#[derive(Debug, Clone, Default)]
struct Collector(Arc<Mutex<Vec<(String, Span)>>>);

impl Collector {
    /// One that listens, and its address.
    async fn start() -> (Self, String) {
        let (collector, listener) = (Self::default(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let address = format!("http://{}", listener.local_addr().unwrap());
        let take = |State(collector): State<Self>, body: Bytes| async move {
            let sent = ExportTraceServiceRequest::decode(body).unwrap();
            let mut kept = collector.0.lock().unwrap();
            for of_resource in sent.resource_spans {
                let attributes = of_resource.resource.unwrap().attributes;
                let name = attributes.into_iter().find(|attribute| attribute.key == "service.name").unwrap();
                let Some(AnyValue::StringValue(service)) = name.value.unwrap().value else {
                    panic!("a name is a text")
                };
                let spans = of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans);
                kept.extend(spans.map(|span| (service.clone(), span)));
            }
        };
        let service = axum::Router::new().route("/v1/traces", axum::routing::post(take)).with_state(collector.clone());
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        (collector, address)
    }

    /// The spans of a trace, once there is what is waited for.
    async fn wait(&self, trace: &str, is_whole: impl Fn(&[(String, Span)]) -> bool) -> Vec<(String, Span)> {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut spans = self.0.lock().unwrap().clone();
            spans.retain(|(_, span)| hexadecimal(&span.trace_id) == trace);
            if is_whole(&spans) {
                return spans;
            }
            let names = || spans.iter().map(|(service, span)| format!("{service}: {}", span.name)).collect::<Vec<_>>();
            assert!(Instant::now() < until, "{trace}: {:#?}", names());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn hexadecimal(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Services and names from where the trace begins to a span.
fn way(spans: &[(String, Span)], service: &str, span: &Span) -> Vec<String> {
    let parent = spans.iter().find(|(_, parent)| parent.span_id == span.parent_span_id);
    let mut way = parent.map(|(service, parent)| self::way(spans, service, parent)).unwrap_or_default();
    way.push(format!("{service}: {}", span.name));
    way
}

/// An operation in the flow; the id of its trace.
async fn change_a_course(product: &Product, admin: &Client) -> String {
    let found = admin.query("{ courses(first: 1) { edges { node { id version } } } }").await;
    let course = found.at("/data/courses/edges/0/node");
    let operation = "mutation Rename($input: UpdateCourseInput!) { updateCourse(input: $input) { course { id } } }";
    let input = json!({ "courseId": course["id"], "expectedVersion": course["version"], "title": "A secret title" });
    let request = admin.request_to(reqwest::Method::POST, &product.client().address("/graphql"));
    let request = request.header("authorization", format!("Bearer {}", admin.token()));
    let request = request.header("content-type", "application/json").header("x-correlation-id", FLOW);
    let body = json!({ "query": operation, "variables": { "input": input } }).to_string();
    let reply = request.body(body).send().await.unwrap();
    assert_eq!(reply.headers()["x-correlation-id"], FLOW);
    let trace = reply.headers()["x-trace-id"].to_str().unwrap().to_owned();
    let told: Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
    assert!(told["data"]["updateCourse"]["course"]["id"].is_string(), "{told}");
    trace
}

async fn one_trace_shows_the_whole_way(shape: Shape) {
    let (collector, address) = Collector::start().await;
    let product = tokio::task::spawn_blocking(move || {
        Product::start_with(shape, &|command: &mut Command| {
            command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &address).env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
            command.env("LYCEUM_LOG_FORMAT", "json").env("LYCEUM_ROUTER__TELEMETRY__LOGS__REQUESTS", "all");
        })
    });
    let product = product.await.unwrap();
    let admin = product.signed_in("admin").await;
    let trace = change_a_course(&product, &admin).await;

    let is_heard = |(service, span): &(String, Span)| service == "enrollment" && span.name.starts_with("process ");
    let spans = collector.wait(&trace, |spans| {
        let is_begun = spans.iter().any(|(service, span)| service == "router" && span.parent_span_id.is_empty());
        is_begun && spans.iter().any(is_heard)
    });
    let spans = spans.await;
    let (service, heard) = spans.iter().find(|span| is_heard(span)).unwrap();
    let way = way(&spans, service, heard);
    // The router, its fetch, the request, its execution, the event, and who hears of it.
    assert!(way[0].starts_with("router: ") && way[1].starts_with("router: "), "{way:?}");
    let event = way[way.len() - 1].trim_start_matches("enrollment: process ").to_owned();
    let expected = ["learning: POST /graphql", "learning: mutation", &format!("learning: send {event}")];
    assert_eq!(way[way.len() - 4..way.len() - 1], expected, "{way:?}");
    let beneath = |parent: &Span| spans.iter().filter(|(_, span)| span.parent_span_id == parent.span_id).count();
    assert!(beneath(heard) > 1, "statements of who hears: {spans:#?}");
    // What was said is in no span (OW-24).
    assert!(!format!("{spans:?}").contains("A secret title"));

    // P14: the flow is found, as the operators' pages tell it.
    let operator = Client::new(&product.ops_url).with_token(product.signed_in("ops").await.token());
    let flow = operator.get(&format!("/ops/flow/{FLOW}")).await;
    let text = flow.body.to_string();
    assert!(text.contains(&event) && text.contains(FLOW) && text.contains(&trace), "{flow:#?}");

    // S0-OBS-2: and so is the line of the request.
    let line = || {
        product
            .front
            .log()
            .lines()
            .find(|line| line.contains("\"target\":\"access\"") && line.contains(&trace))
            .map(str::to_owned)
    };
    let until = Instant::now() + PATIENCE;
    while line().is_none() {
        assert!(Instant::now() < until, "{}", product.front.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let line: Value = serde_json::from_str(&line().unwrap()).unwrap();
    for (name, value) in
        [("operation", "Rename"), ("correlation_id", FLOW), ("subgraphs", "learning:1"), ("service", "router")]
    {
        assert_eq!(line[name], value, "{line:#}");
    }
    assert_eq!(line["viewer"].as_str().map(str::len), Some(16), "{line:#}");
    assert!(!product.front.log().contains("A secret title"));
    product.stop();
}

/// S0-OBS-1, S1-FLOW-5, S4-COR-1.
#[tokio::test]
async fn one_trace_shows_the_whole_way_through_one_process() {
    one_trace_shows_the_whole_way(Shape::OneProcess).await;
}

/// S0-OBS-1, S1-FLOW-5, S4-COR-1.
#[tokio::test]
async fn one_trace_shows_the_whole_way_through_many_processes() {
    one_trace_shows_the_whole_way(Shape::Distributed).await;
}
