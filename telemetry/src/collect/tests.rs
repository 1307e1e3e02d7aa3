use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Collector, Limits};
use crate::sink::{KeptFor, SpanSink};
use crate::span::{Span, SpanId, SpanKind, SpanStatus, TraceId};

#[derive(Debug, Default)]
struct Kept(Mutex<Vec<(String, KeptFor)>>);

impl SpanSink for Kept {
    fn take(&self, spans: &[Span], why: KeptFor) {
        self.0.lock().unwrap().extend(spans.iter().map(|span| (span.name.to_string(), why)));
    }
}

impl Kept {
    fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(name, _)| name.clone()).collect()
    }
}

fn collector(limits: Limits) -> (Collector, Arc<Kept>) {
    let (collector, kept) = (Collector::new(limits), Arc::new(Kept::default()));
    collector.add_sink(Arc::clone(&kept) as Arc<dyn SpanSink>);
    (collector, kept)
}

fn trace(number: u8) -> TraceId {
    TraceId::new([number; 16]).unwrap()
}

fn span(trace_id: TraceId, name: &'static str) -> Span {
    Span {
        trace_id,
        id: SpanId::new([7; 8]).unwrap(),
        parent: None,
        service: Arc::from("reviews"),
        name: Cow::Borrowed(name),
        kind: SpanKind::Internal,
        begin_unix_ns: 1,
        end_unix_ns: 2,
        status: SpanStatus::Unset,
        attributes: Vec::new(),
        events: Vec::new(),
        links: Vec::new(),
    }
}

#[test]
fn a_trace_that_is_kept_goes_out_whole_and_so_does_what_comes_later() {
    let (collector, kept) = collector(Limits::default());
    collector.begin(trace(1));
    assert!(collector.wants(trace(1), false));
    collector.ended(span(trace(1), "statement"), false);
    assert!(kept.names().is_empty(), "it is not decided yet");
    let why = collector.decide(trace(1), Some(KeptFor::Slow), || vec![span(trace(1), "root")]);
    assert_eq!(why, Some(KeptFor::Slow));
    collector.ended(span(trace(1), "afterwards"), false);
    assert_eq!(kept.names(), ["statement", "root", "afterwards"]);
    assert!(kept.0.lock().unwrap().iter().all(|(_, why)| *why == KeptFor::Slow));
}

#[test]
fn a_trace_that_is_not_kept_leaves_nothing_and_its_own_spans_are_not_made() {
    let (collector, kept) = collector(Limits::default());
    collector.begin(trace(1));
    collector.ended(span(trace(1), "statement"), false);
    assert_eq!(collector.decide(trace(1), None, || panic!("nobody wants them")), None);
    assert!(!collector.wants(trace(1), false));
    collector.ended(span(trace(1), "afterwards"), false);
    assert!(kept.names().is_empty());
    assert_eq!(collector.bytes.load(std::sync::atomic::Ordering::Relaxed), 0);
}

#[test]
fn a_trace_of_two_requests_is_kept_for_the_sake_of_either() {
    let (collector, kept) = collector(Limits::default());
    collector.begin(trace(1));
    collector.begin(trace(1));
    collector.ended(span(trace(1), "statement"), false);
    assert_eq!(collector.decide(trace(1), None, Vec::new), None);
    assert_eq!(collector.decide(trace(1), Some(KeptFor::Error), Vec::new), Some(KeptFor::Error));
    assert_eq!(kept.names(), ["statement"]);
}

/// Else a client that knows one id that is kept would have everything kept.
#[test]
fn one_trace_id_sent_again_and_again_is_one_trace() {
    let (collector, kept) = collector(Limits { spans_per_trace: 10, ..Limits::default() });
    let two = || vec![span(trace(1), "root"), span(trace(1), "stage")];
    collector.begin(trace(1));
    collector.decide(trace(1), Some(KeptFor::Error), two);
    let decided: Vec<_> = (0..100)
        .map(|_| {
            collector.begin(trace(1));
            collector.decide(trace(1), None, two)
        })
        .collect();
    assert_eq!(decided.iter().filter(|kept| kept.is_some()).count(), 5);
    assert_eq!(kept.names().len(), 12);
}

#[test]
fn what_no_router_here_has_begun_goes_by_its_own_flag() {
    let (collector, kept) = collector(Limits::default());
    collector.ended(span(trace(1), "asked for"), true);
    collector.ended(span(trace(2), "not asked for"), false);
    assert_eq!(kept.names(), ["asked for"]);
    assert!(collector.wants(trace(1), true) && !collector.wants(trace(2), false));
}

#[test]
fn everything_is_bounded() {
    let one = super::size::of(&span(trace(1), "a"));
    let (bounded, kept) = collector(Limits { spans_per_trace: 2, bytes: 3 * one, traces: 32, ..Limits::default() });
    for number in 1..=2 {
        bounded.begin(trace(number));
        for _ in 0..5 {
            bounded.ended(span(trace(number), "a"), true);
        }
    }
    for number in 1..=2 {
        bounded.decide(trace(number), Some(KeptFor::Sample), Vec::new);
    }
    assert_eq!(kept.names().len(), 3, "two of the first, and one of the second for which there was room");

    // Those for which there is no room are decided without what others know of them.
    for number in 1..=200 {
        bounded.begin(trace(number));
    }
    assert!((1..=200).filter(|number| bounded.wants(trace(*number), false)).count() <= 32 + super::SHARDS);
}

#[test]
fn what_nobody_decides_in_time_goes_by_the_flags_of_its_spans() {
    let (collector, kept) = collector(Limits { undecided: Duration::ZERO, ..Limits::default() });
    for (number, sampled) in [(1, true), (2, false)] {
        // At once it is too late: whatever comes next finds that out.
        collector.begin(trace(number));
        collector.ended(span(trace(number), "late"), sampled);
        collector.ended(span(trace(number), "later"), sampled);
    }
    assert_eq!(kept.names(), ["late", "later"]);
}
