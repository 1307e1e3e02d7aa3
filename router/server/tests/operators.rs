//! What operators see: health and metrics, on their own listener only.

use http::{Request, StatusCode};
use router_execution::TransportError;
use serde_json::json;
use tower::ServiceExt;

use crate::testkit::{Graph, TestReply};

async fn ask(graph: &Graph, path: &str) -> TestReply {
    let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
    TestReply::read(graph.server.operations_router().oneshot(request).await.unwrap()).await
}

/// P9: one subgraph less is degraded; none at all, or one that is required, is down.
#[tokio::test(start_paused = true)]
async fn readiness_follows_the_subgraphs() {
    let graph = Graph::new();
    let up = ask(&graph, "/health/ready").await;
    assert_eq!(up.status, StatusCode::OK);
    assert_eq!(up.json(), json!({ "status": "up", "subgraphs": { "identity": "up", "learning": "up" } }));

    graph.learning.answer(|_| Err(TransportError::Unavailable("gone".to_owned())));
    assert_eq!(ask(&graph, "/health/ready").await.json()["status"], "up", "the answer is kept for a moment");
    tokio::time::advance(std::time::Duration::from_secs(2)).await;
    let degraded = ask(&graph, "/health/ready").await;
    assert_eq!(degraded.status, StatusCode::OK);
    assert_eq!(degraded.json(), json!({ "status": "degraded", "subgraphs": { "identity": "up", "learning": "down" } }));

    graph.identity.answer(|_| Err(TransportError::Unavailable("gone".to_owned())));
    tokio::time::advance(std::time::Duration::from_secs(2)).await;
    assert_eq!(ask(&graph, "/health/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask(&graph, "/health/live").await.json(), json!({ "status": "up" }));
    assert_eq!(ask(&graph, "/health/startup").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_required_subgraph_that_is_away_makes_the_router_unready() {
    let graph =
        Graph::builder().settings(|settings| settings.health.required_subgraphs = vec!["learning".to_owned()]).build();
    graph.learning.answer(|_| Err(TransportError::Unavailable("gone".to_owned())));
    assert_eq!(ask(&graph, "/health/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// AMP-22: no label holds what a client wrote.
#[tokio::test]
async fn metrics_count_requests_stages_and_subgraphs_with_few_labels() {
    let graph = Graph::new();
    // The recorder is the process's, so it must be there before anything is measured.
    ask(&graph, "/metrics").await;
    graph.query("query SomeClientName { me { name } }").await;
    graph.query("{ nonsense }").await;
    let reply = ask(&graph, "/metrics").await;
    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = String::from_utf8(reply.body.to_vec()).unwrap();
    for expected in [
        "router_requests_total{kind=\"query\",status=\"200\"}",
        "router_requests_total{kind=\"none\",status=\"400\"}",
        "router_stage_duration_seconds_bucket{stage=\"admission\"",
        "router_stage_duration_seconds_bucket{stage=\"execution\"",
        "router_subgraph_request_duration_seconds_bucket{subgraph=\"identity\"",
        "router_operation_cache_total{outcome=\"miss\"}",
    ] {
        assert!(text.contains(expected), "`{expected}` is not in:\n{text}");
    }
    assert!(!text.contains("SomeClientName") && !text.contains("nonsense"));
}
