//! Who may look: the machine itself where the settings say so, else who has a token.

use http::Method;
use router_server::configuration::StudioAccess;
use serde_json::json;

use super::{ask, assert_problem, remembering, token};
use crate::listeners::{exchange, serve};

const PATHS: [&str; 8] = [
    "/ops/overview",
    "/ops/operations",
    "/ops/traces",
    "/ops/subgraphs",
    "/ops/graph",
    "/ops/bottlenecks",
    "/ops/session",
    "/ops/faults",
];

/// Section 4.4: `/ops/*` needs `ops:read`.
#[tokio::test]
async fn a_token_with_the_scope_of_operators_is_needed() {
    let graph = remembering(|settings| settings.faults = true).await;
    for path in PATHS {
        assert_problem(&ask(&graph, Method::GET, path, "", None).await, 401);
        assert_problem(&ask(&graph, Method::GET, path, "user:read admin", None).await, 403);
        assert_eq!(ask(&graph, Method::GET, path, "ops:read", None).await.status, 200, "{path}");
    }
    assert_problem(&ask(&graph, Method::GET, "/ops/live", "", None).await, 401);
    assert_problem(&ask(&graph, Method::POST, "/v1/traces", "", Some(&json!({}))).await, 401);
    let order = json!({ "subgraph": "learning", "delayMs": 5, "seconds": 5 });
    for (scopes, status) in [("", 401), ("admin", 403), ("ops:read", 403)] {
        assert_problem(&ask(&graph, Method::POST, "/ops/faults", scopes, Some(&order)).await, status);
        assert_problem(&ask(&graph, Method::DELETE, "/ops/faults/learning", scopes, None).await, status);
    }
    for path in PATHS {
        assert_eq!(graph.request("GET", path, &[], "").await.status, 404, "{path} on the public side");
    }
}

async fn status(address: &str, target: &str, headers: &str) -> u16 {
    let request = format!("GET {target} HTTP/1.1\r\nconnection: close\r\n{headers}\r\n");
    let reply = exchange(address, &request).await;
    reply.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Issue 6: "loopback by default"; a name that somebody else's resolver gives is not this machine's (DNS rebinding), and
/// who comes by a proxy is not on it.
#[tokio::test]
async fn the_machine_itself_needs_no_token_unless_something_speaks_against_it() {
    let graph = remembering(|_| {}).await;
    let (_, operations, serving) = serve(&graph, std::future::pending()).await;
    let port = operations.rsplit(':').next().unwrap();
    for (headers, expected) in [
        ("host: localhost\r\n".to_owned(), 200),
        (format!("host: localhost:{port}\r\n"), 200),
        (format!("host: {operations}\r\n"), 200),
        (format!("host: [::1]:{port}\r\n"), 200),
        (format!("host: LOCALHOST:{port}\r\nsec-fetch-site: same-origin\r\n"), 200),
        (format!("host: {operations}\r\norigin: http://{operations}\r\n"), 200),
        (format!("host: {operations}\r\nsec-fetch-site: none\r\n"), 200),
        // By another name.
        ("host: attacker.example\r\n".to_owned(), 401),
        ("host: localhost.attacker.example\r\n".to_owned(), 401),
        (format!("host: attacker.example:{port}\r\norigin: http://attacker.example:{port}\r\n"), 401),
        ("host: user@localhost\r\n".to_owned(), 400),
        // By a proxy.
        ("host: localhost\r\nx-forwarded-for: 127.0.0.1\r\n".to_owned(), 401),
        ("host: localhost\r\nforwarded: for=127.0.0.1\r\n".to_owned(), 401),
        ("host: localhost\r\nvia: 1.1 proxy\r\n".to_owned(), 401),
        ("host: localhost\r\nx-real-ip: 127.0.0.1\r\n".to_owned(), 401),
        // From another page.
        (format!("host: {operations}\r\norigin: http://localhost:3000\r\n"), 403),
        (format!("host: {operations}\r\norigin: null\r\n"), 403),
        (format!("host: {operations}\r\nsec-fetch-site: cross-site\r\n"), 403),
        (format!("host: {operations}\r\nsec-fetch-site: same-site\r\n"), 403),
        // A token that is not good is not overlooked.
        (format!("host: {operations}\r\nauthorization: Bearer nonsense\r\n"), 401),
        (format!("host: {operations}\r\nauthorization: Bearer {}\r\n", token(&graph, "ops:read")), 200),
        // A token helps no other page.
        (
            format!("host: x\r\nsec-fetch-site: cross-site\r\nauthorization: Bearer {}\r\n", token(&graph, "ops:read")),
            403,
        ),
    ] {
        assert_eq!(status(&operations, "/ops/session", &headers).await, expected, "{headers}");
    }
    let told = exchange(&operations, "GET /ops/session HTTP/1.1\r\nconnection: close\r\nhost: localhost\r\n\r\n").await;
    assert!(told.contains(r#""identity":"loopback""#), "{told}");
    for header in
        ["x-content-type-options: nosniff", "x-frame-options: DENY", "cross-origin-resource-policy: same-origin"]
    {
        assert!(told.to_lowercase().contains(&header.to_lowercase()), "{header}: {told}");
    }
    let change = "DELETE /ops/faults/learning HTTP/1.1\r\nconnection: close\r\nhost: localhost\r\n\r\n";
    assert!(exchange(&operations, change).await.starts_with("HTTP/1.1 403"));
    serving.abort();
}

#[tokio::test]
async fn in_production_the_machine_itself_needs_a_token_too() {
    let graph = remembering(|settings| settings.access = StudioAccess::Token).await;
    let (_, operations, serving) = serve(&graph, std::future::pending()).await;
    assert_eq!(status(&operations, "/ops/session", "host: localhost\r\n").await, 401);
    let headers = format!("host: localhost\r\nauthorization: Bearer {}\r\n", token(&graph, "ops:read"));
    assert_eq!(status(&operations, "/ops/session", &headers).await, 200);
    serving.abort();
}
