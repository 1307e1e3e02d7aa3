//! The studio at the HTTP boundary.

mod access;
mod answers;
mod documentation;
mod faults;
mod live;
mod receiving;

use http::{Method, Request};
use router_server::configuration::StudioSettings;
use router_studio::{Studio, StudioOptions};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::testkit::{Graph, Issuer, TestReply, reply};

/// A graph that remembers its requests, in memory.
pub(crate) async fn remembering(change: impl FnOnce(&mut StudioSettings)) -> Graph {
    let studio = Studio::open(StudioOptions::default()).await.unwrap();
    let graph = Graph::builder().settings(|settings| change(&mut settings.studio)).studio(studio).build();
    graph.learning.answer(|_| {
        let data = json!({ "courses": ["Rust"], "_entities": [{ "__typename": "User", "courses": ["Rust"] }] });
        reply(200, &json!({ "data": data }))
    });
    graph
}

/// A token with these scopes.
pub(crate) fn token(graph: &Graph, scopes: &str) -> String {
    let mut claims = Issuer::claims(graph.clock.seconds());
    claims["scope"] = json!(scopes);
    graph.issuer.sign(&graph.issuer.header(), &claims)
}

/// Asks the operations listener, with a token that has these scopes.
pub(crate) async fn ask(graph: &Graph, method: Method, target: &str, scopes: &str, body: Option<&Value>) -> TestReply {
    let mut request = Request::builder().method(method).uri(target);
    if !scopes.is_empty() {
        request = request.header("authorization", format!("Bearer {}", token(graph, scopes)));
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    let request = request.body(axum::body::Body::from(body)).unwrap();
    TestReply::read(graph.server.operations_router().oneshot(request).await.unwrap()).await
}

/// What an operator is told.
pub(crate) async fn told(graph: &Graph, target: &str) -> Value {
    let reply = ask(graph, Method::GET, target, "ops:read", None).await;
    assert_eq!(reply.status, 200, "{target}: {reply:?}");
    assert_eq!((reply.header("content-type"), reply.header("cache-control")), ("application/json", "no-store"));
    reply.json()
}

/// Problems say what is wrong (RFC 9457).
pub(crate) fn assert_problem(reply: &TestReply, status: u16) -> String {
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (status, "application/problem+json"),
        "{reply:?}"
    );
    let problem = reply.json();
    for member in ["type", "title", "detail", "instance", "code", "traceId"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {problem}");
    }
    problem["detail"].as_str().unwrap().to_owned()
}
