//! Traces: what the router records of requests, which of it is kept, and how services tell each other of it.

mod keeping;
mod propagating;
mod recording;
mod telling;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::Request;
use router_server::RouterSettings;
use router_studio::{RequestRecord, RequestSink};
use telemetry::{Collector, KeptFor, Span, SpanSink};

use crate::testkit::{Graph, GraphBuilder};

/// Remembers what is kept, and what it is told of requests.
#[derive(Debug, Default)]
struct Watcher {
    spans: Mutex<Vec<Span>>,
    requests: Mutex<Vec<(Arc<RequestRecord>, Option<KeptFor>)>>,
}

impl SpanSink for Watcher {
    fn take(&self, spans: &[Span], _why: KeptFor) {
        self.spans.lock().unwrap().extend_from_slice(spans);
    }
}

impl RequestSink for Watcher {
    fn answered(&self, request: &Arc<RequestRecord>, kept: Option<KeptFor>) {
        self.requests.lock().unwrap().push((Arc::clone(request), kept));
    }
}

/// A graph, and who watches it.
struct Watched {
    graph: Graph,
    watcher: Arc<Watcher>,
    collector: Arc<Collector>,
}

fn watched(builder: GraphBuilder, change: impl FnOnce(&mut RouterSettings)) -> Watched {
    let (watcher, collector) = (Arc::new(Watcher::default()), Arc::new(Collector::default()));
    collector.add_sink(Arc::clone(&watcher) as Arc<dyn SpanSink>);
    let sink = Arc::clone(&watcher) as Arc<dyn RequestSink>;
    let graph = builder.settings(change).watched(Arc::clone(&collector), sink).build();
    Watched { graph, watcher, collector }
}

impl Watched {
    fn new(change: impl FnOnce(&mut RouterSettings)) -> Self {
        watched(Graph::builder(), change)
    }

    fn spans(&self) -> Vec<Span> {
        self.watcher.spans.lock().unwrap().clone()
    }

    /// The only span of this name.
    fn span(&self, name: &str) -> Span {
        let spans = self.spans();
        let mut found = spans.iter().filter(|span| span.name == name);
        let span = found.next().unwrap_or_else(|| panic!("no `{name}` among {:?}", names(&spans)));
        assert!(found.next().is_none(), "`{name}` is there twice: {:?}", names(&spans));
        span.clone()
    }

    fn requests(&self) -> Vec<(Arc<RequestRecord>, Option<KeptFor>)> {
        self.watcher.requests.lock().unwrap().clone()
    }
}

fn names(spans: &[Span]) -> Vec<&str> {
    spans.iter().map(|span| &*span.name).collect()
}

fn text(span: &Span, attribute: &str) -> String {
    match span.attribute(attribute) {
        Some(telemetry::Value::Text(text)) => text.to_string(),
        Some(telemetry::Value::Integer(number)) => number.to_string(),
        other => panic!("`{attribute}` of `{}` is {other:?}", span.name),
    }
}

/// The parts of the trace context that a subgraph was told: trace, span, flags.
fn told(request: &Request<bytes::Bytes>) -> [String; 3] {
    let parent = request.headers()["traceparent"].to_str().unwrap();
    let parts: Vec<&str> = parent.split('-').collect();
    [parts[1], parts[2], parts[3]].map(str::to_owned)
}

async fn until(what: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(60);
    while !what() {
        assert!(Instant::now() < limit, "it did not come to that");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
