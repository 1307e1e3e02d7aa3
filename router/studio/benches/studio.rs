//! How long it takes to count a request, and to answer what the page asks, with ten thousand traces and a week of counts:
//! `cargo bench -p router-studio`.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on ends where it stands")]

#[path = "../tests/testkit.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod testkit;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use router_studio::store::traces::{TraceFilter, TraceOrder};
use router_studio::view::operations::OperationFilter;
use router_studio::{RequestSink, Studio, StudioOptions, Window};
use telemetry::{KeptFor, SpanSink};

use crate::testkit::{Clock, operation, request, span, trace};

const TRACES: u64 = 10_000;
const OPERATIONS: u64 = 100;
const ROUNDS: u32 = 10;

#[tokio::main]
async fn main() {
    let (clock, folder) = (Clock::new(), tempfile::tempdir().unwrap());
    let path = Some(folder.path().join("studio.sqlite"));
    let studio = Studio::open(StudioOptions { path, ..clock.options() }).await.unwrap();
    let operations: Vec<_> = (0..OPERATIONS).map(|number| operation(&format!("Operation{number}"))).collect();
    let week_ms = Window::Week.seconds() * 1000;
    let begin = Instant::now();
    for number in 0..TRACES {
        for again in 0..10 {
            let told = request(number, &clock, &operations[((number + again) % OPERATIONS) as usize], number % 300);
            studio.answered(&Arc::new(told), (again == 0).then_some(KeptFor::Sample));
        }
        let spans: Vec<_> =
            (0..20).map(|id| span(number, &clock, id, id.checked_sub(1), "media", "work", (id, 300 - id))).collect();
        studio.take(&spans, KeptFor::Sample);
        clock.advance(Duration::from_millis(week_ms / TRACES));
        if number % 100 == 99 {
            studio.settle().await;
        }
    }
    studio.settle().await;
    let each = begin.elapsed() / u32::try_from(TRACES * 10).unwrap();
    println!("told of {} requests, {TRACES} of them kept: {each:?} each, {} dropped", TRACES * 10, studio.dropped());
    for window in [Window::FifteenMinutes, Window::Day, Window::Week] {
        let name = window.name();
        measure(&format!("overview {name}"), || async { studio.overview(window).await.unwrap() }).await;
        let filter = OperationFilter { window, limit: 50, ..OperationFilter::default() };
        measure(&format!("operations {name}"), || studio.operations(&filter)).await;
        let hash = &operations[0].hash;
        measure(&format!("operation {name}"), || async { studio.operation(hash, window).await.unwrap() }).await;
        measure(&format!("bottlenecks {name}"), || async { studio.bottlenecks(window).await.unwrap() }).await;
        measure(&format!("graph {name}"), || studio.graph(window)).await;
        measure(&format!("subgraphs {name}"), || async { studio.subgraphs(window, &BTreeMap::new()).await.unwrap() })
            .await;
    }
    let slowest = TraceFilter { order: TraceOrder::Slowest, limit: 50, ..TraceFilter::default() };
    measure("traces, slowest of all", || async { studio.traces(&slowest).await.unwrap() }).await;
    let search = TraceFilter { search: Some("operation42".to_owned()), limit: 50, ..TraceFilter::default() };
    measure("traces, searched", || async { studio.traces(&search).await.unwrap() }).await;
    measure("a trace", || async { studio.trace(trace(TRACES / 2)).await.unwrap() }).await;
    studio.close().await;
}

async fn measure<T, F: Future<Output = T>>(what: &str, mut work: impl FnMut() -> F) {
    let begin = Instant::now();
    for _ in 0..ROUNDS {
        drop(work().await);
    }
    println!("{what:<28} {:?}", begin.elapsed() / ROUNDS);
}
