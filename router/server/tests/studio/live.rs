//! What happens is told while it does.

use http::{Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::{ask, assert_problem, remembering, token};
use crate::testkit::Graph;

async fn listen(graph: &Graph) -> axum::body::Body {
    let request = Request::get("/ops/live").header("authorization", format!("Bearer {}", token(graph, "ops:read")));
    let request = request.body(axum::body::Body::empty()).unwrap();
    let reply = graph.server.operations_router().oneshot(request).await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.headers()["content-type"].as_bytes()), (200, &b"text/event-stream"[..]));
    reply.into_body()
}

#[tokio::test]
async fn requests_and_seconds_are_told_as_they_come() {
    let graph = remembering(|_| {}).await;
    let mut body = listen(&graph).await;
    graph.query("query Courses { me { id courses } }").await;
    let mut text = String::new();
    let whole = async {
        while !(text.contains("event: trace") && text.contains("\"requests\":1")) {
            let frame = body.frame().await.unwrap().unwrap();
            text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), whole).await.unwrap();
    assert!(text.starts_with(": open\n\n"), "{text}");
    let summary = text.lines().find(|line| line.starts_with("data: {\"traceId\"")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary["data: ".len()..]).unwrap();
    assert_eq!(summary["operation"]["name"], "Courses");
}

#[tokio::test]
async fn so_many_may_listen_and_no_more() {
    let graph = remembering(|_| {}).await;
    let router = graph.server.operations_router();
    let mut listening = Vec::new();
    for _ in 0..32 {
        listening.push(listen(&graph).await);
    }
    drop(router);
    assert!(assert_problem(&ask(&graph, Method::GET, "/ops/live", "ops:read", None).await, 429).contains("32"));
    listening.pop();
    drop(listen(&graph).await);
}
