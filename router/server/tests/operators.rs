//! What operators see: health and metrics, on their own listener only.

use http::{Request, StatusCode};
use router_execution::TransportError;
use serde_json::json;
use tower::ServiceExt;

use crate::testkit::{Graph, Issuer, TestReply, reply};

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

/// S0-OBS-1: what is measured begins with zero, and is there without any setting.
#[tokio::test]
async fn metrics_count_requests_stages_and_subgraphs() {
    let graph = Graph::new();
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
        "router_operation_duration_seconds_bucket{operation=\"",
        "router_shared_cache_looks_total{outcome=\"away\"} 0",
        "process_resident_memory_bytes ",
        "lyceum_build_info{version=\"",
    ] {
        assert!(text.contains(expected), "`{expected}` is not in:\n{text}");
    }
    assert!(!text.contains("nonsense"));
}

/// The format with exemplars is for who asks for it, as Prometheus does.
#[tokio::test]
async fn metrics_are_written_as_they_are_asked_for() {
    let graph = Graph::new();
    let accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    let request = Request::get("/metrics").header("accept", accept).body(axum::body::Body::empty()).unwrap();
    let open = TestReply::read(graph.server.operations_router().oneshot(request).await.unwrap()).await;
    assert_eq!(open.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = String::from_utf8(open.body.to_vec()).unwrap();
    assert!(text.ends_with("\n# EOF\n"), "{text}");
    assert!(text.contains("# TYPE router_requests counter\n"), "{text}");
    assert_eq!(graph.request("GET", "/metrics", &[], "").await.status, StatusCode::NOT_FOUND, "AS-137");
}

/// AMP-22: however many names clients think of, there is a bounded number of series, and nothing goes uncounted.
#[tokio::test]
async fn the_names_of_operations_do_not_grow_the_metrics() {
    let graph = Graph::new();
    for flood in 0..300 {
        graph.query(&format!("query Flood{flood} {{ me {{ name }} }}")).await;
    }
    let text = String::from_utf8(ask(&graph, "/metrics").await.body.to_vec()).unwrap();
    let answered = text.lines().filter(|line| {
        line.starts_with("router_operation_requests_total{operation=") && line.contains("outcome=\"answered\"")
    });
    let answered: Vec<_> = answered.filter_map(|line| line.rsplit_once(' ')).collect();
    assert!(answered.len() <= 201, "{}", answered.len());
    assert!(answered.iter().any(|(series, _)| series.contains("operation=\"other\"")), "{answered:?}");
    assert!(answered.iter().map(|(_, count)| count.parse::<u64>().unwrap()).sum::<u64>() >= 300);
}

async fn operate(graph: &Graph, method: &str, path: &str, scope: Option<&str>) -> TestReply {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(scope) = scope {
        let mut claims = Issuer::claims(graph.clock.seconds());
        claims["scope"] = json!(scope);
        let token = graph.issuer.sign(&graph.issuer.header(), &claims);
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(axum::body::Body::empty()).unwrap();
    TestReply::read(graph.server.operations_router().oneshot(request).await.unwrap()).await
}

/// Section 4.4: `/ops/*` needs `ops:read`; anybody else learns nothing, and no subgraph is asked.
#[tokio::test]
async fn what_operators_ask_needs_their_scope() {
    let graph = Graph::new();
    for (scope, status, code) in [(None, 401, "UNAUTHENTICATED"), (Some("user:read course:write"), 403, "FORBIDDEN")] {
        for (method, path) in
            [("GET", "/ops/outbox"), ("GET", "/ops/dead-letters"), ("POST", "/ops/dead-letters/e1/replay")]
        {
            let refused = operate(&graph, method, path, scope).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (status, &json!(code)), "{path}");
            assert_eq!(refused.header("content-type"), "application/problem+json");
            assert!(graph.identity.requests(path).is_empty() && graph.learning.requests(path).is_empty());
        }
    }
    assert_eq!(graph.request("GET", "/ops/outbox", &[], "").await.status, StatusCode::NOT_FOUND, "on the public side");
}

/// Section 4.4, P10: every subgraph is asked in the viewer's name; those that are away are named.
#[tokio::test]
async fn operators_hear_of_all_subgraphs_at_once() {
    let graph = Graph::new();
    graph.learning.answer(|_| reply(200, &json!({ "unpublished": 3 })));
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(503, &json!({})),
    });
    let told = operate(&graph, "GET", "/ops/outbox?x=1", Some("ops:read")).await;
    assert_eq!(told.status, StatusCode::OK);
    assert_eq!(told.json(), json!({ "subgraphs": { "learning": { "unpublished": 3 } }, "unavailable": ["identity"] }));
    let asked = graph.learning.requests("/ops/outbox").remove(0);
    assert_eq!(asked.uri().to_string(), "/ops/outbox?x=1");
    assert!(asked.headers()["x-viewer-sig"].to_str().unwrap().starts_with("v1;kid=k1;"));
    assert!(asked.headers().get("authorization").is_none());

    graph.learning.answer(|_| Err(TransportError::Unavailable("gone".to_owned())));
    let away = operate(&graph, "GET", "/ops/outbox", Some("ops:read")).await;
    assert_eq!((away.status.as_u16(), &away.json()["unavailable"]), (503, &json!(["identity", "learning"])));
}

/// Section 4.4: what nobody knows is not found; what one subgraph refuses is refused.
#[tokio::test]
async fn a_replay_goes_to_whoever_knows_the_event() {
    let graph = Graph::new();
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(404, &json!({})),
    });
    let path = "/ops/dead-letters/e1/replay";
    graph.learning.answer(|_| reply(404, &json!({})));
    assert_eq!(operate(&graph, "POST", path, Some("ops:read")).await.status, StatusCode::NOT_FOUND);
    graph.learning.answer(|_| reply(200, &json!({ "replays": [] })));
    assert_eq!(
        operate(&graph, "POST", path, Some("ops:read")).await.json()["subgraphs"],
        json!({ "learning": { "replays": [] } })
    );
    graph.learning.answer(|_| reply(403, &json!({ "code": "FORBIDDEN" })));
    let refused = operate(&graph, "POST", path, Some("ops:read")).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (403, &json!("FORBIDDEN")));
    assert_eq!(operate(&graph, "GET", path, Some("ops:read")).await.status, StatusCode::METHOD_NOT_ALLOWED);
}
