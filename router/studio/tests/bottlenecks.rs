//! What holds up requests is named.

use std::sync::Arc;
use std::time::Duration;

use router_studio::view::operations::OperationFilter;
use router_studio::{RequestSink, Window};
use serde_json::json;
use telemetry::{KeptFor, SpanSink, Value};

use crate::testkit::{in_memory, operation, request, span, trace};

/// S1-GOAL-1, S1-DEMO-1: one request is enough to see what took its time.
#[tokio::test]
async fn one_request_names_the_subgraph_that_took_the_time() {
    let (studio, clock) = in_memory().await;
    studio.answered(&Arc::new(request(1, &clock, &operation("Home"), 312)), Some(KeptFor::Fault));
    let told = studio.bottlenecks(Window::FiveMinutes).await.unwrap();
    let worst = &told["items"][0];
    assert_eq!(
        (&worst["kind"], &worst["service"], &worst["traceId"]),
        (&json!("subgraph"), &json!("media"), &json!(trace(1)))
    );
    assert_eq!(worst["sentence"], "92 % of all time was spent waiting for media (p95 312 ms).");
    assert_eq!(worst["saves"]["ifHalvedMs"], 156.0);
    assert_eq!(
        worst["saves"]["sentence"],
        "If media answered in half the time, requests would be answered 156 ms sooner on average."
    );
    assert_eq!(told["items"][1]["name"], "Course.stream in Home");
    assert_eq!(told["services"][0]["service"], "media");
    assert_eq!(
        told["budget"],
        json!({ "p95BudgetMs": 100.0, "over": [{ "hash": "hash-of-Home", "name": "Home", "p95Ms": 340.0 }] })
    );
}

/// What spans tell of some requests stands for all of them.
#[tokio::test]
async fn statements_and_repeated_work_are_named() {
    let (studio, clock) = in_memory().await;
    let home = operation("Home");
    for number in 0..4 {
        studio.answered(&Arc::new(request(number, &clock, &home, 72)), (number == 0).then_some(KeptFor::Sample));
    }
    let mut spans = vec![
        span(0, &clock, 0, None, "router", "graphql request", (0, 100)),
        span(0, &clock, 1, Some(0), "media", "graphql", (20, 100)),
    ];
    for number in 0..20 {
        let times = (20 + number * 4, 22 + number * 4);
        let mut statement = span(0, &clock, 2 + number, Some(1), "media", "query", times);
        statement.attributes =
            vec![("db.query.text".into(), Value::Text("SELECT *\n  FROM stream WHERE id = ?".into()))];
        spans.push(statement);
    }
    studio.take(&spans, KeptFor::Sample);
    studio.settle().await;
    let told = studio.bottlenecks(Window::FiveMinutes).await.unwrap();
    let items = told["items"].as_array().unwrap();
    let batch = items.iter().find(|item| item["kind"] == "batch").unwrap();
    assert_eq!(batch["name"], "SELECT * FROM stream WHERE id = ?");
    let sentence = batch["sentence"].as_str().unwrap();
    assert!(sentence.ends_with("media does this up to 20 times in one request; at once would do."), "{sentence}");
    assert_eq!(batch["criticalMs"], 144.0, "40 of 80 ms in one trace, of 288 ms in all");
}

#[tokio::test]
async fn an_operation_that_takes_longer_since_the_start_is_told() {
    let (clock, folder) = (crate::testkit::Clock::new(), tempfile::tempdir().unwrap());
    let options =
        || router_studio::StudioOptions { path: Some(folder.path().join("studio.sqlite")), ..clock.options() };
    let studio = router_studio::Studio::open(options()).await.unwrap();
    for number in 0..60 {
        studio.answered(&Arc::new(request(number, &clock, &operation("Home"), 10)), None);
    }
    studio.settle().await;
    studio.close().await;
    clock.advance(Duration::from_secs(600));
    let studio = router_studio::Studio::open(options()).await.unwrap();
    for number in 0..60 {
        studio.answered(&Arc::new(request(number, &clock, &operation("Home"), 90)), None);
    }
    clock.advance(Duration::from_secs(600));
    let told = studio.operations(&OperationFilter { window: Window::Hour, limit: 1, ..Default::default() }).await;
    let found = &told["operations"][0]["regression"];
    assert!((found["factor"].as_f64().unwrap() - 3.1).abs() < 0.3, "{found}");
    assert_eq!(found["sinceAt"], "2026-09-21T00:10:00.000Z");
}
