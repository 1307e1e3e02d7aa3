//! From `tracing`'s spans to the collector, in a process of its own, since there is one subscriber for a process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::{Arc, Mutex};

use telemetry::logs::LogFormat;
use telemetry::subscriber::{self, Beginning, ROOT};
use telemetry::{Collector, KeptFor, Span, SpanKind, SpanSink, SpanStatus, Value, active};
use tracing::Instrument;

const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

#[derive(Debug, Default)]
struct Kept(Mutex<Vec<Span>>);

impl SpanSink for Kept {
    fn take(&self, spans: &[Span], _: KeptFor) {
        self.0.lock().unwrap().extend_from_slice(spans);
    }
}

impl Kept {
    fn take_all(&self) -> Vec<Span> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn open(service: &'static str, traceparent: Option<&str>) -> tracing::Span {
    Beginning::of(service, traceparent).open(
        || tracing::info_span!(target: ROOT, parent: None, "request", otel.kind = "server", otel.name = "POST /x"),
    )
}

/// S1-FLOW-5: one trace, from the caller's span to the statements of a subgraph. All in one test: there is one subscriber
/// and one recorder.
#[tokio::test]
async fn spans_join_the_trace_of_who_asked_and_know_their_service() {
    subscriber::install(LogFormat::Json, "off").unwrap();
    assert!(subscriber::install(LogFormat::Json, "off").is_err());
    // Nothing is recorded until somebody wants it.
    assert!(open("learning", Some(SAMPLED)).is_disabled());

    let (kept, collector) = (Arc::new(Kept::default()), Arc::new(Collector::default()));
    collector.add_sink(Arc::clone(&kept) as Arc<dyn SpanSink>);
    assert!(subscriber::record_spans(Arc::clone(&collector), 0.0));
    assert!(!subscriber::record_spans(Arc::clone(&collector), 1.0));

    // What comes of a request that is sampled, although the log is off.
    let inner = async {
        tokio::task::yield_now().await;
        tracing::error!("it has failed");
        active()
    };
    let seen = async {
        let outer = active().unwrap();
        let inner = inner.instrument(tracing::debug_span!("statement", db.rows = 3, is_late = true)).await.unwrap();
        (outer, inner)
    };
    let root = open("learning", Some(SAMPLED));
    let (outer, inner) = seen.instrument(root).await;
    assert_eq!(active(), None);
    let spans = kept.take_all();
    let [statement, request] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!((request.id, statement.id, statement.parent), (outer.span_id, inner.span_id, Some(outer.span_id)));
    assert_eq!(request.parent.unwrap().to_string(), "00f067aa0ba902b7");
    assert_eq!((request.name.as_ref(), request.kind, &*request.service), ("POST /x", SpanKind::Server, "learning"));
    assert_eq!((&*statement.service, statement.attribute("db.rows")), ("learning", Some(&Value::Integer(3))));
    assert_eq!(statement.attribute("service.name"), None);
    assert!(
        spans.iter().all(|span| span.trace_id.to_string() == SAMPLED[3..35] && span.end_unix_ns >= span.begin_unix_ns)
    );
    assert!(matches!(statement.status, SpanStatus::Error(_)) && statement.events.len() == 1, "{statement:?}");

    // A request that nobody wants, and work outside of any: no span is made.
    assert!(open("learning", Some(UNSAMPLED)).is_disabled());
    assert!(tracing::info_span!("elsewhere").is_disabled());
    assert!(open("learning", None).is_disabled(), "none of those that begin here are recorded");

    // One whose router has yet to decide is made, and says that it may be dropped.
    let trace = UNSAMPLED[3..35].parse().unwrap();
    collector.begin(trace);
    let root = open("enrollment", Some(UNSAMPLED));
    let flag = root.in_scope(|| active().unwrap().sampled);
    drop(root);
    assert!(!flag && kept.take_all().is_empty());
    collector.decide(trace, Some(KeptFor::Slow), Vec::new);
    let spans = kept.take_all();
    assert_eq!(spans.iter().map(|span| &*span.service).collect::<Vec<_>>(), ["enrollment"]);

    // Many attributes, long ones and many events are bounded.
    let root = open("learning", Some(SAMPLED));
    root.in_scope(|| {
        let span = tracing::info_span!("large", text = "x".repeat(100_000));
        span.in_scope(|| (0..1_000).for_each(|_| tracing::warn!("again")));
    });
    drop(root);
    let spans = kept.take_all();
    assert!(spans[0].events.len() <= 16);
    assert!(matches!(spans[0].attribute("text"), Some(Value::Text(text)) if text.len() < 5_000));
}
