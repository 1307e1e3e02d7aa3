//! Traces that begin in this process, and which of them are kept.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use telemetry::logs::LogFormat;
use telemetry::subscriber::{self, Beginning, IDLE, ROOT};
use telemetry::{Collector, KeptFor, Span, SpanSink};
use tracing::field::Empty;

#[derive(Debug, Default)]
struct Kept(Mutex<Vec<(Vec<String>, KeptFor)>>);

impl SpanSink for Kept {
    fn take(&self, spans: &[Span], why: KeptFor) {
        let names = spans.iter().map(|span| span.name.to_string()).collect();
        self.0.lock().unwrap().push((names, why));
    }
}

/// Work that looks for something to do, in a trace of its own.
fn work(and: impl FnOnce(&tracing::Span)) {
    let span = Beginning::of("learning", None).open(
        || tracing::info_span!(target: ROOT, parent: None, "work", otel.status_code = Empty, lyceum.idle = Empty),
    );
    span.in_scope(|| drop(tracing::info_span!("statement")));
    and(&span);
}

/// P14, S0-OBS-2: what a schedule does is a trace; what it looks at in vain, every second of a year, is none.
#[test]
fn a_trace_that_begins_here_is_kept_when_something_was_done() {
    subscriber::install(LogFormat::Json, "off").unwrap();
    let (kept, collector) = (Arc::new(Kept::default()), Arc::new(Collector::default()));
    collector.add_sink(Arc::clone(&kept) as Arc<dyn SpanSink>);
    assert!(subscriber::record_spans(collector, 1.0));

    work(|span| {
        span.record(IDLE, true);
    });
    assert!(kept.0.lock().unwrap().is_empty());

    work(|_| {});
    work(|span| {
        span.record(IDLE, true).record("otel.status_code", "ERROR");
    });
    let whole = || vec!["statement".to_owned(), "work".to_owned()];
    assert_eq!(*kept.0.lock().unwrap(), [(whole(), KeptFor::Sample), (whole(), KeptFor::Error)]);
}
