//! What it costs to record requests: `cargo bench -p router-server --bench tracing`.
//!
//! The same query in turns: a list of 20 courses from one subgraph, each with its rating from another. The whole way through
//! the router is measured, with subgraphs in the same process that take next to no time, so that the share is larger than it
//! will ever be where somebody is waited for. Compare the medians with that of the first line.

#[path = "../tests"]
#[expect(dead_code, unused_imports, clippy::unwrap_used, reason = "the tests need more of it, and fail by panicking")]
mod tests {
    pub(crate) mod testkit;
}

use std::sync::Arc;
use std::time::{Duration, Instant};

use router_server::configuration::{CachingSettings, SamplingSettings};
use router_studio::{RequestRecord, RequestSink};
use serde_json::{Value, json};
use telemetry::{Collector, KeptFor, Span, SpanSink};

use self::tests::testkit::{Graph, reply};

const ROUNDS: usize = 5000;
const WARM_UP: usize = 300;
const COURSES: usize = 20;

const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { courses: [Course!] }
type Course @key(fields: "id") { id: ID! title: String description: String }
"#;
const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { me: String }
type Course @key(fields: "id") { id: ID! rating: Float reviews: Int }
"#;
const QUERY: &str = "query Courses { courses { id title description rating reviews } }";

/// Takes everything, and keeps nothing.
#[derive(Debug)]
struct Nobody;

impl SpanSink for Nobody {
    fn take(&self, spans: &[Span], _why: KeptFor) {
        std::hint::black_box(spans);
    }
}

impl RequestSink for Nobody {
    fn answered(&self, request: &Arc<RequestRecord>, _kept: Option<KeptFor>) {
        std::hint::black_box(request);
    }
}

struct Case {
    name: &'static str,
    graph: Graph,
    durations: Vec<Duration>,
}

fn case(name: &'static str, sampling: Option<SamplingSettings>) -> Case {
    let mut builder = Graph::builder().schemas(IDENTITY, LEARNING).settings(|settings| {
        settings.caching = CachingSettings {
            fetch_bytes_max: 0,
            reply_bytes_max: 0,
            shared_fetches: false,
            ..CachingSettings::default()
        };
    });
    if let Some(sampling) = sampling {
        let collector = Arc::new(Collector::default());
        collector.add_sink(Arc::new(Nobody));
        builder = builder.settings(|settings| settings.telemetry.sampling = sampling);
        builder = builder.watched(collector, Arc::new(Nobody));
    }
    let graph = builder.build();
    graph.learning.answer(|_| {
        let course = |index: usize| {
            let id = format!("crs_{index}");
            json!({ "__typename": "Course", "id": id, "title": "A title of some words", "description": "x".repeat(200) })
        };
        reply(200, &json!({ "data": { "courses": (0..COURSES).map(course).collect::<Vec<_>>() } }))
    });
    graph.identity.answer(|request| {
        let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let count = asked["variables"]["representations"].as_array().map_or(0, Vec::len);
        reply(200, &json!({ "data": { "_entities": vec![json!({ "rating": 4.5, "reviews": 17 }); count] } }))
    });
    Case { name, graph, durations: Vec::with_capacity(ROUNDS) }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let out = SamplingSettings { rate: 0.0, errors: false, slow_ms: 0, ..SamplingSettings::default() };
    let held = SamplingSettings { rate: 0.0, ..SamplingSettings::default() };
    let all = SamplingSettings { traces_per_second_max: 1_000_000, ..SamplingSettings::default() };
    let mut cases = [
        case("nobody watches", None),
        case("requests are told, no trace is kept", Some(out)),
        case("the same, decided at the end", Some(held)),
        case("every trace is kept", Some(all)),
    ];
    let body = json!({ "query": QUERY });
    for round in 0..WARM_UP + ROUNDS {
        for case in &mut cases {
            let begin = Instant::now();
            let reply = case.graph.post(&body, &[]).await;
            let elapsed = begin.elapsed();
            assert_eq!(reply.status, http::StatusCode::OK);
            if round >= WARM_UP {
                case.durations.push(elapsed);
            }
        }
    }
    println!("{:<40} {:>12} {:>12} {:>10}", "case", "median us", "p90 us", "over");
    let mut first = None;
    for case in &mut cases {
        case.durations.sort_unstable();
        let at = |share: usize| case.durations[case.durations.len() * share / 100].as_secs_f64() * 1e6;
        let median = at(50);
        let over = 100.0 * (median / *first.get_or_insert(median) - 1.0);
        println!("{:<40} {median:>12.1} {:>12.1} {over:>9.1}%", case.name, at(90));
    }
}
