//! Which traces are kept.

use std::sync::Arc;
use std::time::Duration;

use router_execution::TransportError;
use router_server::RouterSettings;
use telemetry::{KeptFor, Span, SpanKind, SpanStatus};

use super::{Watched, told};

const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const NOT_SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

fn nothing(settings: &mut RouterSettings) {
    let sampling = &mut settings.telemetry.sampling;
    (sampling.rate, sampling.slow_ms, sampling.errors) = (0.0, 0, false);
}

async fn ask(it: &Watched, parent: &str) -> String {
    let body = serde_json::json!({ "query": "{ me { name } }" });
    let headers = if parent.is_empty() { Vec::new() } else { vec![("traceparent", parent)] };
    it.graph.post(&body, &headers).await;
    let [_, _, flags] = told(it.graph.identity.requests("/graphql").last().unwrap());
    flags
}

/// The subgraph works in the same process, and its span ends before the router's.
fn answering_with_a_span(it: &Watched, outcome: impl Fn() -> crate::testkit::Outcome + Send + Sync + 'static) {
    let collector = Arc::clone(&it.collector);
    it.graph.identity.answer(move |request| {
        let [trace, parent, flags] = told(request);
        let span = Span {
            trace_id: trace.parse().unwrap(),
            id: telemetry::SpanId::random(),
            parent: Some(parent.parse().unwrap()),
            service: Arc::from("identity"),
            name: "statement".into(),
            kind: SpanKind::Internal,
            begin_unix_ns: 1,
            end_unix_ns: 2,
            status: SpanStatus::Unset,
            attributes: Vec::new(),
            events: Vec::new(),
            links: Vec::new(),
        };
        assert!(flags == "01" || collector.wants(span.trace_id, false), "it is worth making");
        collector.ended(span, flags == "01");
        outcome()
    });
}

#[tokio::test]
async fn what_is_not_sampled_sends_nothing_and_subgraphs_are_told_so() {
    let it = Watched::new(nothing);
    for parent in ["", SAMPLED, NOT_SAMPLED] {
        assert_eq!(ask(&it, parent).await, "00", "{parent}");
    }
    assert!(it.spans().is_empty());
    let kept: Vec<_> = it.requests().into_iter().map(|(_, kept)| kept).collect();
    assert_eq!(kept, [None; 3], "who watches requests is told of all of them");
}

/// No client makes the router keep everything, neither by a flag nor by an id that is always kept.
#[tokio::test]
async fn a_client_is_believed_only_where_the_settings_say_so() {
    for (trusts, rate, parent, expected) in [
        (false, 0.0, SAMPLED, None),
        (false, 1.0, NOT_SAMPLED, Some(KeptFor::Sample)),
        (true, 0.0, SAMPLED, Some(KeptFor::Asked)),
        (true, 1.0, NOT_SAMPLED, None),
        (true, 1.0, "", Some(KeptFor::Sample)),
    ] {
        let it = Watched::new(|settings| {
            nothing(settings);
            (settings.telemetry.propagation.trust_parent, settings.telemetry.sampling.rate) = (trusts, rate);
        });
        let flags = ask(&it, parent).await;
        let (request, kept) = it.requests().remove(0);
        assert_eq!((kept, flags == "01"), (expected, expected.is_some()), "{trusts} {rate} {parent}");
        let joined = !parent.is_empty();
        assert_eq!(request.trace_id.to_string() == "4bf92f3577b34da6a3ce929d0e0e4736", joined, "it is joined anyway");
        assert_eq!(it.spans().is_empty(), expected.is_none());
    }
    // Zeros are below every share, and would always be kept.
    let it = Watched::new(|settings| {
        nothing(settings);
        settings.telemetry.sampling.rate = 0.01;
    });
    for _ in 0..50 {
        ask(&it, "00-00000000000000010000000000000000-00f067aa0ba902b7-01").await;
    }
    assert!(it.requests().iter().filter(|(_, kept)| kept.is_some()).count() < 10);
}

#[tokio::test]
async fn a_request_that_has_failed_is_kept_with_what_others_did_for_it() {
    let it = Watched::new(|settings| settings.telemetry.sampling.rate = 0.0);
    let graph = &it.graph;
    answering_with_a_span(&it, || Err(TransportError::Unavailable("gone".to_owned())));
    graph.query("{ me { name } }").await;
    assert_eq!(it.span("statement").parent, Some(it.span("fetch identity").id));
    let (request, kept) = it.requests().remove(0);
    assert_eq!((kept, it.span("query").trace_id), (Some(KeptFor::Error), request.trace_id));

    // A fault of the client is none.
    let it = Watched::new(|settings| settings.telemetry.sampling.rate = 0.0);
    it.graph.query("{ nonsense }").await;
    assert_eq!((it.spans().len(), it.requests()[0].1), (0, None));
}

#[tokio::test]
async fn a_slow_request_is_kept_and_a_quick_one_leaves_nothing() {
    let it = Watched::new(|settings| {
        nothing(settings);
        settings.telemetry.sampling.slow_ms = 10_000;
    });
    answering_with_a_span(&it, || crate::testkit::reply(200, &serde_json::json!({ "data": { "me": null } })));
    it.graph.query("{ me { name } }").await;
    assert_eq!((it.spans().len(), it.requests()[0].1), (0, None));

    let it = Watched::new(|settings| {
        nothing(settings);
        settings.telemetry.sampling.slow_ms = 20;
    });
    it.graph.identity.slow_down(Duration::from_millis(25));
    it.graph.query("{ me { name } }").await;
    assert_eq!((it.span("query").name, it.requests()[0].1), ("query".into(), Some(KeptFor::Slow)));
}

#[tokio::test]
async fn a_flood_of_failures_is_no_flood_of_traces() {
    let it = Watched::new(|settings| {
        (settings.telemetry.sampling.rate, settings.telemetry.sampling.traces_per_second_max) = (0.0, 3);
    });
    it.graph.identity.answer(|_| Err(TransportError::Unavailable("gone".to_owned())));
    let begin = std::time::Instant::now();
    for _ in 0..40 {
        it.graph.query("{ me { name } }").await;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let kept = it.requests().iter().filter(|(_, kept)| kept.is_some()).count();
    assert!((3..=4 + (3.0 * seconds) as usize).contains(&kept), "{kept} in {seconds} s");
}

/// A client that hangs up leaves nothing behind, and is told of as what it is.
#[tokio::test]
async fn a_request_that_nobody_waits_for_ends_there() {
    let it = Watched::new(|_| {});
    it.graph.identity.slow_down(Duration::from_secs(3_600));
    let asking = it.graph.query("{ me { name } }");
    assert!(tokio::time::timeout(Duration::from_millis(50), asking).await.is_err());
    let (request, kept) = it.requests().remove(0);
    assert_eq!((request.status, kept), (499, Some(KeptFor::Sample)));
    assert_eq!(request.fetches[0].outcome, router_studio::FetchOutcome::Abandoned);
    assert_eq!(super::text(&it.span("fetch identity"), "lyceum.fetch.outcome"), "abandoned");
}
