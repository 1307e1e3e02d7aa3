//! Spans on their way to a collector.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod collector;

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::common::v1::any_value::Value as Told;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind as ToldKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use telemetry::{
    KeptFor, OtlpOptions, OtlpProtocol, OtlpSpans, Span, SpanEvent, SpanId, SpanKind, SpanSink, SpanStatus, TraceId,
    Value,
};
use tokio::net::TcpListener;

const AT: u64 = 1_790_000_000_000_000_000;

fn span(service: &str, id: u8, parent: Option<u8>) -> Span {
    let span_id = |id: u8| SpanId::new([id; 8]).unwrap();
    Span {
        trace_id: TraceId::new([9; 16]).unwrap(),
        id: span_id(id),
        parent: parent.map(span_id),
        service: Arc::from(service),
        name: "work".into(),
        kind: SpanKind::Server,
        begin_unix_ns: AT,
        end_unix_ns: AT + 5,
        status: SpanStatus::Error("INTERNAL".into()),
        attributes: vec![
            ("http.route".into(), "/graphql".into()),
            ("http.response.status_code".into(), Value::Integer(500)),
            ("mixed".into(), Value::List(vec![Value::Integer(1), Value::Boolean(true)])),
        ],
        events: vec![SpanEvent { name: "exception".into(), at_unix_ns: AT + 1, attributes: Vec::new() }],
        links: vec![(TraceId::new([8; 16]).unwrap(), span_id(8))],
    }
}

fn options(endpoint: String, protocol: OtlpProtocol) -> OtlpOptions {
    OtlpOptions { endpoint: Some(endpoint), protocol, interval: Duration::from_millis(20), ..OtlpOptions::default() }
}

#[tokio::test]
async fn a_collector_gets_the_spans_of_each_service_whichever_way_it_is_spoken_to() {
    let (by_grpc, grpc_address) = collector::grpc().await;
    let (over_http, http_address) = collector::http().await;
    for (received, address, protocol) in
        [(by_grpc, grpc_address, OtlpProtocol::Grpc), (over_http, http_address, OtlpProtocol::Http)]
    {
        let sending = OtlpSpans::start(&options(address, protocol)).unwrap();
        sending.take(&[span("router", 1, None), span("learning", 2, Some(1))], KeptFor::Sample);
        let mut spans = received.wait_for(2).await;
        spans.sort_by(|one, other| one.1.span_id.cmp(&other.1.span_id));
        let (service, root) = &spans[0];
        assert_eq!((service.as_str(), root.trace_id.as_slice()), ("router", [9; 16].as_slice()));
        assert_eq!((root.span_id.as_slice(), root.parent_span_id.as_slice()), ([1; 8].as_slice(), [].as_slice()));
        assert_eq!((root.start_time_unix_nano, root.end_time_unix_nano), (AT, AT + 5));
        assert_eq!((root.name.as_str(), root.kind), ("work", ToldKind::Server as i32));
        let status = root.status.as_ref().unwrap();
        assert_eq!((status.code, status.message.as_str()), (StatusCode::Error as i32, "INTERNAL"));
        let told = |key: &str| {
            let attribute = root.attributes.iter().find(|attribute| attribute.key == key).unwrap();
            attribute.value.clone().unwrap().value.unwrap()
        };
        assert_eq!(told("http.route"), Told::StringValue("/graphql".to_owned()));
        assert_eq!(told("http.response.status_code"), Told::IntValue(500));
        assert!(matches!(told("mixed"), Told::ArrayValue(list) if list.values.len() == 2));
        assert_eq!((root.events[0].name.as_str(), root.events[0].time_unix_nano), ("exception", AT + 1));
        assert_eq!(root.links[0].span_id, [8; 8]);
        let (service, part) = &spans[1];
        assert_eq!((service.as_str(), part.parent_span_id.as_slice()), ("learning", [1; 8].as_slice()));
    }
}

#[tokio::test]
async fn what_waits_is_sent_before_it_stops_and_nothing_after() {
    let (received, address) = collector::grpc().await;
    let late = OtlpOptions { interval: Duration::from_secs(3_600), ..options(address, OtlpProtocol::Grpc) };
    let sending = OtlpSpans::start(&late).unwrap();
    for id in 1..=50 {
        sending.take(&[span("router", id, None)], KeptFor::Sample);
    }
    sending.stop(Duration::from_secs(60)).await;
    assert_eq!(received.spans().len(), 50);
    sending.take(&[span("router", 51, None)], KeptFor::Sample);
    sending.stop(Duration::from_secs(60)).await;
    assert_eq!(received.spans().len(), 50);
}

/// A collector that takes connections and says nothing, and one that is not there.
#[tokio::test]
async fn a_collector_that_is_away_holds_nobody_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addresses = [&silent, &gone].map(|listener| format!("http://{}", listener.local_addr().unwrap()));
    drop(gone);
    for address in addresses {
        for protocol in [OtlpProtocol::Grpc, OtlpProtocol::Http] {
            let few = OtlpOptions {
                queue_spans_max: 100,
                timeout: Duration::from_secs(3_600),
                ..options(address.clone(), protocol)
            };
            let sending = OtlpSpans::start(&few).unwrap();
            let begin = Instant::now();
            for _ in 0..10_000 {
                sending.take(&[span("router", 1, None)], KeptFor::Sample);
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "to take it is not to send it");
            let begin = Instant::now();
            sending.stop(Duration::from_millis(200)).await;
            assert!(begin.elapsed() < Duration::from_secs(30), "nobody waits for it for ever");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_at_the_start() {
    for endpoint in ["", "collector:4317", "ftp://collector", "http://", "http://a b"] {
        for protocol in [OtlpProtocol::Grpc, OtlpProtocol::Http] {
            let refused = OtlpSpans::start(&options(endpoint.to_owned(), protocol));
            assert!(refused.unwrap_err().to_string().contains("no address"), "{endpoint}");
        }
    }
}
