//! The sentence that explains a trace is true, whatever the shape of the trace.

use std::sync::Arc;
use std::time::Duration;

use router_studio::{CacheVerdict, FetchOutcome, RequestRecord, RequestSink, Studio};
use telemetry::{KeptFor, Span, SpanKind, SpanSink, Value};

use crate::testkit::{Clock, fetch, in_memory, operation, request, span, trace};

async fn sentence(studio: &Studio, number: u64) -> String {
    let told = studio.trace(trace(number)).await.unwrap().unwrap();
    told["explanation"]["sentence"].as_str().unwrap().to_owned()
}

async fn told(change: impl FnOnce(&mut RequestRecord)) -> String {
    let (studio, clock) = in_memory().await;
    let mut request = request(1, &clock, &operation("Home"), 312);
    change(&mut request);
    studio.answered(&Arc::new(request), Some(KeptFor::Slow));
    sentence(&studio, 1).await
}

/// S1-GOAL-1: the bottleneck is located in one sentence.
#[tokio::test]
async fn a_slow_subgraph_is_named_and_how_much_slower_than_usual_it_was() {
    let (studio, clock) = in_memory().await;
    let home = operation("Home");
    for number in 0..20 {
        studio.answered(&Arc::new(request(number, &clock, &home, 39)), None);
    }
    studio.answered(&Arc::new(request(100, &clock, &home, 312)), Some(KeptFor::Slow));
    assert_eq!(
        sentence(&studio, 100).await,
        "media took 312 of 340 ms: Course.stream waited for one request to media, 8× its usual time."
    );
    let told = studio.trace(trace(100)).await.unwrap().unwrap();
    let culprit = &told["explanation"]["culprit"];
    assert_eq!((&culprit["service"], &culprit["selfMs"]), (&"media".into(), &312.0.into()));
    assert_eq!(told["summary"]["culprit"]["service"], "media");
    assert_eq!(told["request"]["fetches"][1]["critical"], true);
}

#[tokio::test]
async fn every_shape_of_a_request_has_its_sentence() {
    assert_eq!(told(|_| {}).await, "media took 312 of 340 ms: Course.stream waited for one request to media.");
    let no_answer = told(|request| request.fetches[1].outcome = FetchOutcome::TimedOut).await;
    assert_eq!(no_answer, "media took 312 of 340 ms: Course.stream got no answer from media within 312 ms.");
    let unusable = told(|request| request.fetches[1].outcome = FetchOutcome::Failed).await;
    assert_eq!(unusable, "media took 312 of 340 ms: Course.stream got no usable answer from media after 312 ms.");
    let joined = told(|request| request.fetches[1].outcome = FetchOutcome::Joined).await;
    assert_eq!(
        joined,
        "media took 312 of 340 ms: Course.stream waited 312 ms for an answer that another request had asked media for."
    );
    let several = told(|request| {
        request.fetches = vec![fetch(1, "media", 10, 100), fetch(1, "media", 120, 150), fetch(0, "learning", 0, 9)];
    })
    .await;
    assert_eq!(
        several,
        "media took 250 of 340 ms: 2 requests to it one after the other, the longest for Course.stream (150 ms)."
    );
    let at_once = told(|request| {
        request.fetches = vec![fetch(0, "learning", 10, 300), fetch(1, "media", 10, 310)];
    })
    .await;
    assert_eq!(at_once, "media took 310 of 340 ms: Course.stream waited for one request to media.");
}

#[tokio::test]
async fn what_the_router_did_itself_is_its_own() {
    let own = told(|request| {
        request.fetches.clear();
        request.stages = vec![
            ("operation".into(), Duration::ZERO, Duration::from_millis(300)),
            ("execution".into(), Duration::from_millis(300), Duration::from_millis(40)),
        ];
    })
    .await;
    assert_eq!(own, "The router itself took 340 of 340 ms, 300 ms of it in the stage operation.");
    let hit = told(|request| {
        request.fetches.clear();
        request.cache = Some(CacheVerdict::Hit { age: 12 });
        request.duration = Duration::from_micros(420);
    })
    .await;
    assert_eq!(hit, "The whole reply was kept, for 12 s: nobody was asked, in 0.42 ms.");
    let refused = told(|request| {
        request.fetches.clear();
        request.operation = None;
        request.status = 401;
        request.errors = vec!["UNAUTHENTICATED".into()];
        request.duration = Duration::from_micros(1_500);
    })
    .await;
    assert_eq!(refused, "It was refused with 401 after 1.5 ms: UNAUTHENTICATED.");
}

fn client_and_server(clock: &Clock) -> Vec<Span> {
    let mut client = span(1, clock, 1, Some(0), "router", "media", (26, 338));
    client.kind = SpanKind::Client;
    client.attributes = vec![("lyceum.subgraph".into(), Value::Text("media".into()))];
    // The clock of the other process is two seconds ahead.
    let mut server = span(1, clock, 2, Some(1), "media", "graphql", (2_026, 2_330));
    server.kind = SpanKind::Server;
    let mut statement = span(1, clock, 3, Some(2), "media", "query", (2_036, 2_326));
    statement.attributes = vec![("db.query.text".into(), Value::Text("SELECT url FROM stream".into()))];
    vec![span(1, clock, 0, None, "router", "graphql request", (0, 340)), client, server, statement]
}

/// A statement deep within a subgraph is found, although the clocks of the processes differ.
#[tokio::test]
async fn spans_tell_where_within_the_subgraph() {
    let (studio, clock) = in_memory().await;
    studio.take(&client_and_server(&clock), KeptFor::Slow);
    studio.answered(&Arc::new(request(1, &clock, &operation("Home"), 312)), Some(KeptFor::Slow));
    assert_eq!(
        sentence(&studio, 1).await,
        "media took 312 of 340 ms: Course.stream waited for one request to media; there, a statement took 290 ms: SELECT url FROM stream."
    );
    let told = studio.trace(trace(1)).await.unwrap().unwrap();
    assert_eq!((&told["spans"][2]["beginMs"], &told["spans"][2]["durationMs"]), (&30.0.into(), &304.0.into()), "moved");
    assert_eq!((&told["services"][0]["service"], &told["summary"]["complete"]), (&"media".into(), &true.into()));
    assert_eq!(told["services"][0]["share"], 0.9176);
}

#[tokio::test]
async fn a_trace_without_a_request_is_explained_by_its_spans() {
    let (studio, clock) = in_memory().await;
    let spans = [
        span(1, &clock, 0, None, "media", "GET /media/v1/files", (0, 50)),
        span(1, &clock, 1, Some(0), "media", "read", (5, 45)),
    ];
    studio.take(&spans, KeptFor::Asked);
    let begin = std::time::Instant::now();
    let told = loop {
        if let Some(told) = studio.trace(trace(1)).await.unwrap() {
            break told;
        }
        assert!(begin.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(told["explanation"]["sentence"], "media took 50 of 50 ms: there, read took 40 ms by itself.");
    assert_eq!(
        (&told["summary"]["endpoint"], &told["request"]),
        (&"GET /media/v1/files".into(), &serde_json::Value::Null)
    );
}
