//! What is told is counted, and kept where it is to be kept.

use std::sync::Arc;
use std::time::Duration;

use router_studio::store::traces::{TraceFilter, TraceOrder};
use router_studio::view::operations::{OperationFilter, OperationOrder};
use router_studio::{CacheVerdict, RequestSink, Window};
use serde_json::json;
use telemetry::{KeptFor, SpanSink};

use crate::testkit::{in_memory, operation, request, span, trace};

/// S1-GOAL-1: every request is counted, whether its trace is kept or not.
#[tokio::test]
async fn every_request_is_counted_and_some_are_kept() {
    let (studio, clock) = in_memory().await;
    let home = operation("Home");
    for number in 0..100 {
        let mut told = request(number, &clock, &home, 100);
        if number % 10 == 0 {
            told.errors = vec!["SUBGRAPH_UNAVAILABLE".into()];
        }
        let kept = (number % 10 == 0).then_some(KeptFor::Error);
        studio.answered(&Arc::new(told), kept);
    }
    let told = studio.overview(Window::FiveMinutes).await.unwrap();
    assert_eq!((&told["requests"], &told["errors"], &told["errorRate"]), (&json!(100), &json!(10), &json!(0.1)));
    assert_eq!(told["store"]["traces"], 10);
    assert_eq!((told["failing"].as_array().unwrap().len(), told["slowest"].as_array().unwrap().len()), (10, 10));
    let p95 = told["latency"]["p95Ms"].as_f64().unwrap();
    assert!((p95 - 128.0).abs() < 5.0, "{p95}");
    let counts = told["heatmap"]["counts"].as_array().unwrap().iter().flat_map(|step| step.as_array().unwrap());
    assert_eq!(counts.map(|count| count.as_u64().unwrap()).sum::<u64>(), 100);
    assert_eq!(told["series"]["requests"]["points"].as_array().unwrap().len(), 60);
    let whats: Vec<_> =
        told["alerts"].as_array().unwrap().iter().map(|alert| alert["what"].as_str().unwrap()).collect();
    assert_eq!(whats, ["10.0 % of requests fail", "Home is over its budget"]);
}

#[tokio::test]
async fn operations_are_listed_sorted_and_found() {
    let (studio, clock) = in_memory().await;
    let (home, profile) = (operation("Home"), operation("Profile"));
    for number in 0..6 {
        let (operation, media_ms) = if number < 4 { (&home, 10) } else { (&profile, 200) };
        let cache = (number == 0).then_some(CacheVerdict::Hit { age: 3 });
        studio.answered(
            &Arc::new(router_studio::RequestRecord { cache, ..request(number, &clock, operation, media_ms) }),
            None,
        );
    }
    let names = |filter: OperationFilter| {
        let studio = studio.clone();
        async move {
            let told = studio.operations(&OperationFilter { limit: 50, ..filter }).await;
            let names = told["operations"].as_array().unwrap().iter();
            names.map(|operation| operation["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(names(OperationFilter::default()).await, ["Home", "Profile"]);
    assert_eq!(names(OperationFilter { order: OperationOrder::P95, ..Default::default() }).await, ["Profile", "Home"]);
    let by_name = OperationFilter { order: OperationOrder::Name, ascending: true, ..Default::default() };
    assert_eq!(names(by_name).await, ["Home", "Profile"]);
    assert_eq!(names(OperationFilter { search: Some("prof".into()), ..Default::default() }).await, ["Profile"]);
    assert!(names(OperationFilter { client: Some("other".into()), ..Default::default() }).await.is_empty());

    let page = studio.operations(&OperationFilter { limit: 1, ..Default::default() }).await;
    assert_eq!((&page["total"], &page["next"]), (&json!(2), &json!("1")));
    assert_eq!(page["operations"][0]["cacheShare"], 0.25);
    let told = studio.operation("hash-of-Home", Window::Week).await.unwrap().unwrap();
    assert_eq!(told["plan"]["fetches"][1]["name"], "Course.stream");
    assert_eq!((&told["plan"]["fetches"][1]["executions"], &told["clients"][0]["name"]), (&json!(4), &json!("web")));
    assert_eq!(told["fields"][0], json!({ "coordinate": "Course.stream", "requests": 4 }));
    assert_eq!(studio.operation("unknown", Window::Week).await.unwrap(), None);
}

#[tokio::test]
async fn traces_are_found_by_what_is_known_of_them_a_page_at_a_time() {
    let (studio, clock) = in_memory().await;
    let home = operation("Home");
    for number in 0..30 {
        clock.advance(Duration::from_millis(10));
        let mut told = request(number, &clock, &home, number + 1);
        told.status = if number == 7 { 503 } else { 200 };
        studio.answered(&Arc::new(told), Some(KeptFor::Sample));
    }
    let all = TraceFilter { limit: 12, ..TraceFilter::default() };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let told = studio.traces(&TraceFilter { after, ..all.clone() }).await.unwrap();
        assert_eq!(told["total"], 30);
        seen.extend(told["traces"].as_array().unwrap().iter().map(|one| one["traceId"].as_str().unwrap().to_owned()));
        let Some(next) = told["next"].as_str() else { break };
        after = Some(next.parse().unwrap());
    }
    assert_eq!(seen, (0..30).rev().map(|number| trace(number).to_string()).collect::<Vec<_>>());
    let found = async |filter: TraceFilter| {
        let told = studio.traces(&TraceFilter { limit: 50, ..filter }).await.unwrap();
        told["total"].as_u64().unwrap()
    };
    let any = TraceFilter::default;
    assert_eq!(found(TraceFilter { failed: Some(true), ..any() }).await, 1);
    assert_eq!(found(TraceFilter { subgraph: Some("media".into()), ..any() }).await, 30);
    assert_eq!(found(TraceFilter { subgraph: Some("medi".into()), ..any() }).await, 0);
    assert_eq!(found(TraceFilter { min_us: Some(50_000), ..any() }).await, 9);
    assert_eq!(found(TraceFilter { max_us: Some(50_000), ..any() }).await, 22);
    assert_eq!(found(TraceFilter { search: Some("FLOW-29".into()), ..any() }).await, 1);
    assert_eq!(found(TraceFilter { search: Some("%".into()), ..any() }).await, 0, "a pattern is no pattern here");
    assert_eq!(
        found(TraceFilter { operation: Some("hash-of-Home".into()), client: Some("web".into()), ..any() }).await,
        30
    );
    assert_eq!(found(TraceFilter { cache: Some("hit".into()), ..any() }).await, 0);
    let slowest = TraceFilter { order: TraceOrder::Slowest, limit: 1, ..any() };
    assert_eq!(studio.traces(&slowest).await.unwrap()["traces"][0]["traceId"], trace(29).to_string());
}

/// Spans come late, from several processes, and in any order.
#[tokio::test]
async fn spans_are_added_to_the_trace_that_they_belong_to() {
    let (studio, clock) = in_memory().await;
    let home = operation("Home");
    let router = span(1, &clock, 0, None, "router", "graphql request", (0, 100));
    studio.take(&[router], KeptFor::Slow);
    studio.answered(&Arc::new(request(1, &clock, &home, 72)), Some(KeptFor::Slow));
    let early = studio.trace(trace(1)).await.unwrap().unwrap();
    assert_eq!((early["spans"].as_array().unwrap().len(), &early["summary"]["keptFor"]), (1, &json!("slow")));

    studio.take_foreign(vec![span(1, &clock, 1, Some(0), "media", "Course.stream", (10, 90))]);
    let later = studio.trace(trace(1)).await.unwrap().unwrap();
    assert_eq!(later["spans"][1]["service"], "media");
    assert_eq!(later["spans"][1]["parent"], later["spans"][0]["id"]);
    assert_eq!((&later["spans"][0]["selfMs"], &later["spans"][1]["beginMs"]), (&json!(20.0), &json!(10.0)));

    studio.take_foreign(vec![span(2, &clock, 1, None, "media", "Course.stream", (10, 90))]);
    assert_eq!(studio.trace(trace(2)).await.unwrap(), None, "nobody has kept that one");
    studio.answered(&Arc::new(request(2, &clock, &home, 72)), Some(KeptFor::Sample));
    let kept = studio.trace(trace(2)).await.unwrap().unwrap();
    assert_eq!(kept["spans"][0]["name"], "Course.stream", "what came before it was kept");
}
