//! Requests and spans to tell the studio of.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use router_studio::{
    FetchOutcome, FetchRecord, OperationKind, OperationRecord, PlannedFetch, RequestRecord, Studio, StudioOptions,
};
use telemetry::{Span, SpanId, SpanKind, SpanStatus, TraceId};

/// 2026-09-21, at a full day: all windows have their steps at the same place.
pub(crate) const NOW_MS: u64 = 1_789_948_800_000;

/// A clock that is moved by hand.
#[derive(Debug, Clone)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(NOW_MS)))
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_millis() as u64, Ordering::Relaxed);
    }

    pub(crate) fn options(&self) -> StudioOptions {
        let clock = self.clone();
        StudioOptions { now: Arc::new(move || clock.now_ms()), ..StudioOptions::default() }
    }
}

pub(crate) async fn in_memory() -> (Studio, Clock) {
    let clock = Clock::new();
    (Studio::open(clock.options()).await.unwrap(), clock)
}

pub(crate) fn trace(number: u64) -> TraceId {
    format!("{:032x}", number + 1).parse().unwrap()
}

pub(crate) fn span_id(number: u64) -> SpanId {
    format!("{:016x}", number + 1).parse().unwrap()
}

/// An operation that asks `learning` for courses, and `media` for the streams of them.
pub(crate) fn operation(name: &str) -> Arc<OperationRecord> {
    let fetch = |subgraph: &str, depends_on: &[usize], document: &str, paths: &[&str]| PlannedFetch {
        subgraph: subgraph.to_owned(),
        depends_on: depends_on.to_vec(),
        document: document.to_owned(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
    };
    Arc::new(OperationRecord {
        hash: format!("hash-of-{name}"),
        name: Some(name.to_owned()),
        kind: OperationKind::Query,
        text: format!("query {name} {{ courses {{ stream {{ url }} }} }}"),
        fields: vec!["Course.stream".to_owned(), "Query.courses".to_owned()],
        plan: vec![
            fetch("learning", &[], "{ courses { __typename id } }", &[]),
            fetch(
                "media",
                &[0],
                "query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Course { stream { url } } } }",
                &["courses.@"],
            ),
        ],
    })
}

pub(crate) fn fetch(place: usize, subgraph: &str, begin_ms: u64, duration_ms: u64) -> FetchRecord {
    FetchRecord {
        fetch: place,
        subgraph: subgraph.into(),
        span: span_id(90 + place as u64),
        begin: Duration::from_millis(begin_ms),
        duration: Duration::from_millis(duration_ms),
        outcome: FetchOutcome::Answered,
        entities: place * 3,
        kept: 0,
        age: None,
        status: Some(200),
        request_bytes: 100,
        reply_bytes: 1_000,
    }
}

/// A request in which `media` took so long.
pub(crate) fn request(number: u64, clock: &Clock, operation: &Arc<OperationRecord>, media_ms: u64) -> RequestRecord {
    let duration = Duration::from_millis(media_ms + 28);
    RequestRecord {
        trace_id: trace(number),
        correlation_id: format!("flow-{number}").into(),
        begin_unix_us: clock.now_ms() * 1000 - duration.as_micros() as u64,
        duration,
        overhead: Duration::from_millis(8),
        stages: vec![
            ("operation".into(), Duration::ZERO, Duration::from_millis(4)),
            ("execution".into(), Duration::from_millis(4), Duration::from_millis(media_ms + 22)),
        ],
        endpoint: "/graphql".into(),
        operation: Some(Arc::clone(operation)),
        client: Some("web".into()),
        viewer: None,
        status: 200,
        errors: Vec::new(),
        cost: Some(12),
        cache: None,
        reply_bytes: 2_000,
        fetches: vec![fetch(0, "learning", 4, 20), fetch(1, "media", 26, media_ms)],
    }
}

/// A span of a trace, in milliseconds after it began.
pub(crate) fn span(
    number: u64,
    clock: &Clock,
    id: u64,
    parent: Option<u64>,
    service: &str,
    name: &'static str,
    (begin_ms, end_ms): (u64, u64),
) -> Span {
    let at_ns = |ms: u64| (clock.now_ms() + ms) * 1_000_000;
    Span {
        trace_id: trace(number),
        id: span_id(id),
        parent: parent.map(span_id),
        service: service.into(),
        name: name.into(),
        kind: SpanKind::Internal,
        begin_unix_ns: at_ns(begin_ms),
        end_unix_ns: at_ns(end_ms),
        status: SpanStatus::Unset,
        attributes: Vec::new(),
        events: Vec::new(),
        links: Vec::new(),
    }
}
