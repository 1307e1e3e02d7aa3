//! Paths that a subgraph answers by itself (domain sections 4 and 4.2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use router_execution::TransportError;
use router_server::configuration::PassThroughRoute;
use serde_json::{Value, json};

use crate::testkit::Graph;

fn graph() -> Graph {
    let graph = Graph::builder()
        .settings(|settings| {
            settings.pass_through = vec![
                PassThroughRoute::new("/auth/v1", "identity"),
                PassThroughRoute::new("/.well-known/jwks.json", "identity"),
                PassThroughRoute { streaming: true, ..PassThroughRoute::new("/media/v1", "identity") },
            ];
        })
        .build();
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    graph.identity.answer(move |request| {
        if request.uri().path() == "/.well-known/jwks.json" {
            let reply = Response::builder().header("cache-control", "public, max-age=300");
            return Ok(reply.body(Bytes::from(keys.to_string())).unwrap());
        }
        let reply = Response::builder()
            .status(201)
            .header("location", "/auth/v1/sessions/1")
            .header("set-cookie", "rt=1; HttpOnly")
            .header("set-cookie", "a=2")
            .header("connection", "x-hop")
            .header("x-hop", "1")
            .header("keep-alive", "timeout=5")
            .header("x-viewer", "leak");
        Ok(reply.body(Bytes::from_static(b"{\"accessToken\":\"t\"}")).unwrap())
    });
    graph
}

/// The same of a request that may change something, without the id that it has for that.
fn viewer_once_of(request: &Request<Bytes>) -> Value {
    let mut viewer = viewer_of(request);
    let id = viewer.as_object_mut().unwrap().shift_remove("jti");
    assert_eq!(id.unwrap().as_str().unwrap().len(), 32);
    viewer
}

fn viewer_of(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&request.headers()["x-viewer"]).unwrap()).unwrap()
}

#[tokio::test]
async fn method_path_query_body_and_end_to_end_headers_go_through() {
    let graph = graph();
    let headers = [
        ("content-type", "application/json"),
        ("authorization", "Basic cGFydG5lcjpzZWNyZXQ="),
        ("cookie", "rt=0"),
        ("origin", "http://localhost:4000"),
        ("x-requested-with", "playground"),
        ("connection", "close, x-secret-hop"),
        ("x-secret-hop", "1"),
        ("te", "trailers"),
        ("x-viewer", "forged"),
        ("x-viewer-sig", "forged"),
        ("x-forwarded-for", "127.0.0.1"),
        ("user-agent", "curl/8.5"),
    ];
    let reply = graph.request("PATCH", "/auth/v1/login?a=%20b", &headers, "{\"email\":1}").await;

    let request = graph.identity.requests("/auth/v1/login").remove(0);
    assert_eq!((request.method().as_str(), request.uri().to_string().as_str()), ("PATCH", "/auth/v1/login?a=%20b"));
    assert_eq!(request.body(), "{\"email\":1}");
    for name in ["content-type", "authorization", "cookie", "origin", "x-requested-with"] {
        assert!(request.headers().contains_key(name), "{name}");
    }
    for name in ["connection", "x-secret-hop", "te", "x-forwarded-for"] {
        assert!(!request.headers().contains_key(name), "{name}");
    }
    assert_eq!(viewer_once_of(&request), json!({ "act": "router", "ua": "curl/8.5" }));
    assert!(request.headers()["x-viewer-sig"].to_str().unwrap().starts_with("v1;kid=k1;"));

    assert_eq!((reply.status, reply.body.as_ref()), (StatusCode::CREATED, b"{\"accessToken\":\"t\"}".as_slice()));
    assert_eq!(reply.headers.get_all("set-cookie").iter().count(), 2);
    assert_eq!(reply.header("location"), "/auth/v1/sessions/1");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("x-correlation-id").len(), 32);
    for name in ["connection", "x-hop", "keep-alive", "x-viewer"] {
        assert!(!reply.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn the_subgraphs_cache_policy_is_kept() {
    let graph = graph();
    let reply = graph.request("GET", "/.well-known/jwks.json", &[], "").await;
    assert_eq!((reply.status, reply.header("cache-control")), (StatusCode::OK, "public, max-age=300"));
}

/// A token that is sound makes the viewer; an expired one leaves it anonymous, so that it can be renewed.
#[tokio::test]
async fn the_viewer_is_told_when_the_token_is_sound() {
    let graph = graph();
    let bearer = format!("Bearer {}", graph.token());
    graph.request("POST", "/auth/v1/logout", &[("authorization", &bearer)], "").await;
    assert_eq!(viewer_of(&graph.identity.requests("/auth/v1/logout")[0])["sub"], "usr_1");
    graph.clock.advance(3600);
    graph.request("POST", "/auth/v1/token/refresh", &[("authorization", &bearer)], "").await;
    assert_eq!(viewer_once_of(&graph.identity.requests("/auth/v1/token/refresh")[0]), json!({ "act": "router" }));
}

/// P10: what may change something has an id of its own each time, for subgraphs to hear it once; what only asks has none.
#[tokio::test]
async fn changes_have_ids() {
    let graph = graph();
    for _ in 0..2 {
        graph.request("POST", "/auth/v1/logout", &[], "").await;
        graph.request("GET", "/auth/v1/sessions", &[], "").await;
        graph.query("mutation { a: rename(name: \"x\") { id } }").await;
        graph.query("{ me { id } }").await;
    }
    let id = |request: &Request<Bytes>| viewer_of(request).get("jti").cloned();
    let mut changes = [graph.identity.requests("/auth/v1/logout"), graph.identity.requests("/graphql")].concat();
    changes.retain(|request| !String::from_utf8_lossy(request.body()).contains("me{"));
    let ids: std::collections::BTreeSet<String> =
        changes.iter().map(|change| id(change).unwrap().to_string()).collect();
    assert_eq!((changes.len(), ids.len()), (4, 4));
    let asks = [graph.identity.requests("/auth/v1/sessions"), graph.identity.requests("/graphql")].concat();
    assert_eq!(asks.iter().filter(|request| id(request).is_none()).count(), 4);
}

/// Only the prefix is let through, whatever the path is written like: the subgraph's GraphQL endpoint stays unreachable.
#[tokio::test]
async fn no_path_leads_beyond_the_prefix() {
    let graph = graph();
    for path in [
        "/auth/v1/../../graphql",
        "/auth/v1/%2e%2e/%2E%2e/graphql",
        "/auth/v1/.%2e/graphql",
        "/auth/v1/..%2f..%2fgraphql",
        "/auth/v1/..%5c..%5cgraphql",
        "/auth/v1//graphql",
        "/auth/v1/./login",
    ] {
        let reply = graph.request("POST", path, &[], "{}").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(reply.json()["code"], "BAD_USER_INPUT");
    }
    for path in ["/auth/v2/login", "/auth", "/auth/v1x", "/.well-known/openid-configuration"] {
        assert_eq!(graph.request("POST", path, &[], "{}").await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(graph.executed(), 0);
    assert!(graph.identity.requests("/auth/v1/login").is_empty());
}

/// RFC 9457
#[tokio::test]
async fn failures_on_the_way_are_problem_details() {
    let graph = graph();
    let reply = graph.request("POST", "/auth/v1/login", &[], &"x".repeat(64 * 1024 + 1)).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (413, "application/problem+json"));

    for (failure, status, code) in [
        (TransportError::Unavailable("10.0.0.7 refused".to_owned()), 503, "SUBGRAPH_UNAVAILABLE"),
        (TransportError::Timeout(std::time::Duration::from_secs(5)), 504, "SUBGRAPH_TIMEOUT"),
        (TransportError::TooLarge(1), 502, "INTERNAL"),
    ] {
        graph.identity.answer(move |_| Err(failure.clone()));
        let reply = graph.request("POST", "/auth/v1/login", &[], "{}").await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (status, "application/problem+json"));
        let problem = reply.json();
        assert_eq!(problem["code"], code);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["instance"], "/auth/v1/login");
        assert_eq!(problem["traceId"], reply.header("x-trace-id"));
        assert!(problem["type"].as_str().unwrap().starts_with("/problems/"));
        assert!(problem["detail"].as_str().unwrap().contains("identity"));
        assert!(!problem.to_string().contains("10.0.0.7"));
    }
}

/// PS-20, P10: a path that proves itself what may be done gets nothing else that speaks of a viewer.
#[tokio::test]
async fn a_stream_of_any_length_goes_through_without_who_sends_it() {
    let graph = graph();
    graph.identity.answer(|request| {
        let reply = Response::builder().status(206).header("content-range", "bytes 0-3/9").header("x-viewer", "leak");
        Ok(reply.body(request.body().clone()).unwrap())
    });
    let long = "x".repeat(200_000);
    let headers = [
        ("authorization", "Bearer secret"),
        ("cookie", "rt=0"),
        ("range", "bytes=0-3"),
        ("content-length", "200000"),
        ("x-viewer", "forged"),
        ("x-viewer-sig", "forged"),
    ];
    let reply = graph.request("PUT", "/media/v1/uploads/1?sig=a", &headers, &long).await;
    assert_eq!((reply.status, reply.header("content-range")), (StatusCode::PARTIAL_CONTENT, "bytes 0-3/9"));
    assert_eq!(reply.body.len(), long.len());
    assert!(!reply.headers.contains_key("x-viewer"));

    let request = graph.identity.requests("/media/v1/uploads/1").remove(0);
    assert_eq!(request.uri().query(), Some("sig=a"));
    assert_eq!(
        (&request.headers()["range"], &request.headers()["content-length"]),
        (&"bytes=0-3".parse().unwrap(), &"200000".parse().unwrap())
    );
    for name in ["authorization", "cookie", "x-viewer", "x-viewer-sig"] {
        assert!(!request.headers().contains_key(name), "{name}");
    }

    let refused = graph.request("GET", "/media/v1/files/%2e%2e/secret", &[], "").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    graph.identity.answer(|_| Err(TransportError::Unavailable("gone".to_owned())));
    let away = graph.request("GET", "/media/v1/files/1/content", &[], "").await;
    assert_eq!(
        (away.status, away.json()["code"].as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, Some("SUBGRAPH_UNAVAILABLE"))
    );
}
