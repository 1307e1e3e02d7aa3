//! Faults that administrators put in the way of requests (S1-DEMO-1, S1-FLOW-3).

use std::time::{Duration, Instant};

use http::Method;
use serde_json::json;

use super::{ask, assert_problem, remembering, token, told};

const COURSES: &str = "query Courses { me { id courses } }";
const OPERATOR: &str = "ops:read admin";

/// S1-DEMO-1: with a delay, one request is enough to name the culprit.
#[tokio::test]
async fn one_request_names_the_subgraph_with_the_fault() {
    let graph = remembering(|settings| settings.faults = true).await;
    let order = json!({ "subgraph": "learning", "delayMs": 300, "seconds": 60 });
    let ordered = ask(&graph, Method::POST, "/ops/faults", OPERATOR, Some(&order)).await.json();
    assert_eq!((&ordered["allowed"], &ordered["faults"][0]["delayMs"]), (&json!(true), &json!(300)));
    assert_eq!((&ordered["faults"][0]["subgraph"], &ordered["faults"][0]["by"]), (&json!("learning"), &json!("usr_1")));
    let begin = Instant::now();
    assert_eq!(graph.query(COURSES).await.json()["data"]["me"]["courses"][0], "Rust");
    assert!(begin.elapsed() >= Duration::from_millis(300));

    let traces = told(&graph, "/ops/traces").await;
    let summary = &traces["traces"][0];
    assert_eq!((&summary["keptFor"], &summary["culprit"]["service"]), (&json!("fault"), &json!("learning")));
    let trace = told(&graph, &format!("/ops/traces/{}", summary["traceId"].as_str().unwrap())).await;
    let sentence = trace["explanation"]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("learning took 3"), "{sentence}");
    assert!(sentence.contains("User.courses waited for one request to learning"), "{sentence}");
    assert_eq!(trace["explanation"]["fault"], true);
    let worst = told(&graph, "/ops/bottlenecks?window=5m").await["items"][0].clone();
    assert_eq!((&worst["kind"], &worst["service"]), (&json!("subgraph"), &json!("learning")));
    assert_eq!(worst["traceId"], summary["traceId"]);

    let lifted = ask(&graph, Method::DELETE, "/ops/faults/learning", OPERATOR, None).await;
    assert_eq!((lifted.status.as_u16(), &lifted.json()["faults"]), (200, &json!([])));
    let begin = Instant::now();
    graph.query(COURSES).await;
    assert!(begin.elapsed() < Duration::from_millis(300));
}

#[tokio::test]
async fn an_administrator_orders_a_fault_for_one_request() {
    let graph = remembering(|settings| settings.faults = true).await;
    let ask_as = async |scopes: &str, fault: &str| {
        let token = format!("Bearer {}", token(&graph, scopes));
        graph.post(&json!({ "query": COURSES }), &[("authorization", &token), ("x-fault", fault)]).await.json()
    };
    assert_eq!(ask_as("admin", "learning;error=unavailable").await["data"]["me"]["courses"], json!(null));
    assert_eq!(told(&graph, "/ops/traces").await["traces"][0]["keptFor"], "fault");
    let begin = Instant::now();
    assert_eq!(ask_as("admin", "identity;delay=200ms, learning;delay=100ms").await["errors"], json!(null));
    assert!(begin.elapsed() >= Duration::from_millis(300));
    for (scopes, fault) in [("user:read", "learning;error=unavailable"), ("admin", "learning;error=explode")] {
        assert_eq!(ask_as(scopes, fault).await["errors"], json!(null), "{scopes} {fault}");
    }
    for subgraph in [&graph.identity, &graph.learning] {
        assert!(subgraph.requests("/graphql").iter().all(|request| !request.headers().contains_key("x-fault")));
    }
}

#[tokio::test]
async fn where_they_are_switched_off_there_are_none() {
    let graph = remembering(|_| {}).await;
    let order = json!({ "subgraph": "learning", "delayMs": 1, "seconds": 5 });
    assert!(
        assert_problem(&ask(&graph, Method::POST, "/ops/faults", OPERATOR, Some(&order)).await, 403)
            .contains("router.studio.faults")
    );
    assert_eq!(told(&graph, "/ops/faults").await, json!({ "allowed": false, "faults": [] }));
    let token = format!("Bearer {}", token(&graph, "admin"));
    let headers = [("authorization", token.as_str()), ("x-fault", "learning;error=unavailable")];
    assert_eq!(graph.post(&json!({ "query": COURSES }), &headers).await.json()["errors"], json!(null));
    assert!(graph.learning.requests("/graphql").iter().all(|request| !request.headers().contains_key("x-fault")));
}

#[tokio::test]
async fn an_order_is_bounded() {
    let graph = remembering(|settings| settings.faults = true).await;
    for (order, says) in [
        (json!({ "subgraph": "nobody", "delayMs": 1, "seconds": 5 }), "identity, learning"),
        (json!({ "subgraph": "learning", "seconds": 5 }), "delayMs"),
        (json!({ "subgraph": "learning", "delayMs": 60_000, "seconds": 5 }), "at most 10000"),
        (json!({ "subgraph": "learning", "delayMs": 1, "seconds": 601 }), "600"),
        (json!({ "subgraph": "learning", "delayMs": 1, "seconds": 0 }), "600"),
        (json!({ "subgraph": "learning", "delayMs": 1, "seconds": 1, "share": 0 }), "share"),
        (json!({ "subgraph": "learning", "error": "explode", "seconds": 1 }), "unavailable"),
        (json!({ "subgraph": "learning", "delay": 1, "seconds": 1 }), "delay"),
        (json!([]), "no fault"),
    ] {
        let refused = ask(&graph, Method::POST, "/ops/faults", OPERATOR, Some(&order)).await;
        let detail = assert_problem(&refused, 400);
        assert!(detail.contains(says), "{order}: {detail}");
    }
    let error = json!({ "subgraph": "learning", "error": "timeout", "share": 0.5, "seconds": 1 });
    assert_eq!(
        ask(&graph, Method::POST, "/ops/faults", OPERATOR, Some(&error)).await.json()["faults"][0]["error"],
        "timeout"
    );
}
