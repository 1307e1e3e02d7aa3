//! Pages of other origins (HS-12, HX-28).

use http::StatusCode;
use router_server::configuration::{PassThroughRoute, TokenSource};
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

/// ADV-58: nor is one without end.
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

fn with_credentials() -> Graph {
    let cookie = TokenSource::Cookie { name: "__Host-access".to_owned() };
    Graph::builder()
        .settings(|settings| {
            settings.cors.origins = vec!["https://app.example".to_owned()];
            settings.cors.credentials = true;
            settings.cors.allowed_headers = vec!["x-tenant".to_owned()];
            settings.cors.exposed_headers = vec!["x-part".to_owned()];
            settings.authentication.as_mut().unwrap().token_sources = vec![cookie];
        })
        .build()
}

/// HS-12: with credentials an origin is let in by its very name, and no other is told anything.
#[tokio::test]
async fn credentials_are_for_the_configured_origin_only() {
    let graph = with_credentials();
    let (ours, theirs) = (("origin", "https://app.example"), ("origin", "https://evil.example"));
    let preflight = graph.request("OPTIONS", "/graphql", &[PREFLIGHT, ours], "").await;
    assert_eq!(preflight.header("access-control-allow-credentials"), "true");
    assert_eq!(preflight.header("access-control-allow-origin"), "https://app.example");
    assert!(preflight.header("access-control-allow-headers").ends_with(", x-tenant"));
    assert!(preflight.header("vary").contains("access-control-request-headers"));
    let reply = graph.post(&json!({ "query": "{ __typename }" }), &[ours]).await;
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    assert!(reply.header("access-control-expose-headers").ends_with(", x-part"));
    for origins in [vec![theirs], vec![ours, theirs], vec![ours, ours], vec![("origin", "null")]] {
        let preflight = graph.request("OPTIONS", "/graphql", &[&origins[..], &[PREFLIGHT]].concat(), "").await;
        let reply = graph.post(&json!({ "query": "{ __typename }" }), &origins).await;
        for headers in [&preflight.headers, &reply.headers] {
            let told = headers.keys().any(|name| name.as_str().starts_with("access-control-"));
            assert!(!told, "{origins:?}: {headers:?}");
        }
    }
}

/// HS-11, HS-12: a cookie is believed of a page of the configured origin, and of no other site's, whatever that one says of
/// itself. A link and an image say no origin.
#[tokio::test]
async fn cookies_are_believed_of_the_configured_origin_only() {
    let graph = with_credentials();
    let cookie = format!("__Host-access={}", graph.token());
    let query = json!({ "query": "{ me { name } }" });
    let from = |headers: &[(&str, &str)]| {
        let mut all = vec![("cookie".to_owned(), cookie.clone())];
        all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        all
    };
    for (headers, status) in [
        (from(&[("sec-fetch-site", "same-site"), ("origin", "https://app.example")]), 200),
        (from(&[("sec-fetch-site", "cross-site"), ("origin", "https://app.example")]), 200),
        (from(&[("sec-fetch-site", "same-origin")]), 200),
        (from(&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]), 401),
        (from(&[("sec-fetch-site", "same-site"), ("origin", "https://sub.app.example")]), 401),
        (from(&[("sec-fetch-site", "cross-site"), ("origin", "null")]), 401),
        (from(&[("sec-fetch-site", "cross-site")]), 401),
        (
            from(&[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://app.example"),
                ("origin", "https://app.example"),
            ]),
            401,
        ),
    ] {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(graph.post(&query, &headers).await.status.as_u16(), status, "{headers:?}");
    }
}

/// HS-13: what is asked before asking runs nothing and lets nobody in, at any path.
#[tokio::test]
async fn a_preflight_runs_nothing() {
    let settings = |settings: &mut router_server::RouterSettings| {
        settings.cors.origins = vec!["https://app.example".to_owned()];
        settings.pass_through = vec![PassThroughRoute::new("/files", "identity")];
    };
    let graph = Graph::builder().settings(settings).build();
    for path in ["/graphql?query=%7Bme%7Bname%7D%7D", "/files/secret", "/playground", "/health/ready", "/nowhere"] {
        for origin in ["https://app.example", "https://evil.example"] {
            let asked = [PREFLIGHT, ("origin", origin), ("authorization", "Bearer x")];
            let told = graph.request("OPTIONS", path, &asked, "{\"query\":\"{ me { name } }\"}").await;
            assert!(!String::from_utf8_lossy(&told.body).contains("Lee"), "{path} {origin}: {told:?}");
        }
    }
    assert_eq!(graph.executed(), 0);
}

/// A setting that no browser could ever meet, or that would let in everybody, is refused at start.
#[test]
fn settings_that_cannot_be_right_are_refused() {
    let long = format!("https://{}.example", "a".repeat(300));
    for (cors, key) in [
        (json!({ "origins": ["https://APP.example"] }), "cors.origins"),
        (json!({ "origins": [long] }), "cors.origins"),
        (json!({ "origins": ["null"] }), "cors.origins"),
        (json!({ "credentials": true }), "cors.credentials"),
        (json!({ "allowed_headers": ["a b"] }), "cors.allowed_headers"),
        (json!({ "exposed_headers": ["*"] }), "cors.exposed_headers"),
    ] {
        let cors = serde_json::from_value(cors).unwrap();
        let settings = router_server::RouterSettings { cors, ..router_server::RouterSettings::default() };
        assert_eq!(settings.validate().unwrap_err().key, key);
    }
}
