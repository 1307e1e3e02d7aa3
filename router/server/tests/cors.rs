//! Pages of other origins (HS-12, HX-28).

use http::StatusCode;
use serde_json::json;

use crate::testkit::Graph;

const PREFLIGHT: (&str, &str) = ("access-control-request-method", "POST");

fn graph() -> Graph {
    Graph::builder().settings(|settings| settings.cors.origins = vec!["https://app.example".to_owned()]).build()
}

#[tokio::test]
async fn a_configured_origin_may_ask_and_read() {
    let graph = graph();
    let preflight = graph.request("OPTIONS", "/graphql", &[PREFLIGHT, ("origin", "https://app.example")], "").await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    assert_eq!(preflight.header("access-control-allow-origin"), "https://app.example");
    assert!(preflight.header("access-control-allow-headers").contains("authorization"));
    assert_eq!(preflight.header("access-control-max-age"), "600");
    let reply = graph.post(&json!({ "query": "{ __typename }" }), &[("origin", "https://app.example")]).await;
    assert_eq!(reply.header("access-control-allow-origin"), "https://app.example");
    assert!(reply.headers.get_all("vary").iter().any(|vary| vary == "origin"));
    assert!(!reply.headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn every_other_origin_is_told_nothing() {
    let long = format!("https://{}.example", "a".repeat(5000));
    for origin in [
        "https://evil.example",
        "null",
        "https://app.example.evil.example",
        "https://sub.app.example",
        "http://app.example",
        "https://app.example:8443",
        "https://APP.example",
        long.as_str(),
    ] {
        for graph in [graph(), Graph::new()] {
            let preflight = graph.request("OPTIONS", "/graphql", &[PREFLIGHT, ("origin", origin)], "").await;
            assert_eq!(preflight.status, StatusCode::METHOD_NOT_ALLOWED, "{origin}");
            let reply = graph.post(&json!({ "query": "{ __typename }" }), &[("origin", origin)]).await;
            for headers in [&preflight.headers, &reply.headers] {
                assert!(!headers.contains_key("access-control-allow-origin"), "{origin}");
            }
        }
    }
}
