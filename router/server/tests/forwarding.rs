//! What reaches a subgraph beside the operation (P10, P14, W3C Trace Context).

use serde_json::json;

use crate::testkit::Graph;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// P10
#[tokio::test]
async fn nothing_that_a_client_says_of_a_viewer_reaches_a_subgraph() {
    let graph = Graph::new();
    let forged = [
        ("x-viewer", "eyJhY3QiOiJyb3V0ZXIiLCJzdWIiOiJhZG1pbiJ9"),
        ("x-viewer-sig", "v1;kid=k1;t=1;sig=AAAA"),
        ("x-viewer-roles", "ADMIN"),
        ("x-forwarded-for", "127.0.0.1"),
        ("cookie", "session=1"),
        ("x-anything", "1"),
    ];
    graph.post(&json!({ "query": "{ me { name courses } }" }), &forged).await;
    let requests = [graph.identity.requests("/graphql"), graph.learning.requests("/graphql")].concat();
    assert_eq!(requests.len(), 2);
    for request in requests {
        let mut names: Vec<&str> = request.headers().keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        let expected = ["accept", "content-type", "traceparent", "x-correlation-id", "x-viewer", "x-viewer-sig"];
        assert_eq!(names, expected);
        assert_eq!(request.headers()["x-viewer"], "eyJhY3QiOiJyb3V0ZXIifQ");
        assert!(request.headers()["x-viewer-sig"].to_str().unwrap().starts_with("v1;kid=k1;t=1790000000000;sig="));
    }
}

/// Each request is signed for its own subgraph, so that it cannot be replayed to another.
#[tokio::test]
async fn every_request_has_a_signature_of_its_own() {
    let graph = Graph::new();
    graph.query("{ me { name } courses(first: 1) }").await;
    let signature_of = |requests: Vec<http::Request<bytes::Bytes>>| requests[0].headers()["x-viewer-sig"].clone();
    assert_ne!(signature_of(graph.identity.requests("/graphql")), signature_of(graph.learning.requests("/graphql")));
}

#[tokio::test]
async fn a_clients_trace_is_joined_and_shown_in_the_reply() {
    let graph = Graph::new();
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-00");
    let headers = [("traceparent", parent.as_str()), ("tracestate", "vendor=1"), ("x-correlation-id", "order-17")];
    let reply = graph.post(&json!({ "query": "{ me { name } }" }), &headers).await;
    assert_eq!((reply.header("x-trace-id"), reply.header("x-correlation-id")), (TRACE, "order-17"));
    let request = graph.identity.requests("/graphql").remove(0);
    let onward = request.headers()["traceparent"].to_str().unwrap().to_owned();
    assert!(onward.starts_with(&format!("00-{TRACE}-")) && onward.ends_with("-00"), "{onward}");
    assert!(!onward.contains("00f067aa0ba902b7"), "the request to the subgraph is a span of its own");
    assert_eq!(
        (&request.headers()["tracestate"], &request.headers()["x-correlation-id"]),
        (&"vendor=1".parse().unwrap(), &"order-17".parse().unwrap())
    );
}

#[tokio::test]
async fn a_request_without_a_trace_begins_one() {
    let graph = Graph::new();
    let replies = [graph.query("{ nonsense }").await, graph.query("{ nonsense }").await];
    for reply in &replies {
        assert_eq!((reply.header("x-trace-id").len(), reply.header("x-correlation-id").len()), (32, 32));
        assert_eq!(reply.json()["errors"][0]["extensions"]["traceId"], reply.header("x-trace-id"));
    }
    assert_ne!(replies[0].header("x-trace-id"), replies[1].header("x-trace-id"));
}
