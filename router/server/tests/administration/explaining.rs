//! Errors, explained to administrators who ask for it, and to nobody else (P8, OW-23).

use http::StatusCode;
use router_execution::TransportError;
use serde_json::{Value, json};

use super::graph::{graph, graph_with};
use super::log::Log;
use crate::testkit::{Graph, TestReply, reply};

const LEAK: &str = "SELECT password FROM users at /srv/identity/src/store.rs:7";

async fn ask(graph: &Graph, token: Option<&str>, query: &str, more: &[(&str, &str)]) -> TestReply {
    let token = token.map(|token| ("authorization", token));
    let headers: Vec<_> = token.into_iter().chain(more.iter().copied()).collect();
    graph.post(&json!({ "query": query }), &headers).await
}

fn failing() -> Graph {
    let graph = graph();
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    let error = json!({ "message": LEAK, "path": ["name"], "extensions": { "code": "SQL_ERROR", "sql": "SELECT 1" } });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(200, &json!({ "data": { "name": null }, "errors": [error] })),
    });
    graph
}

/// The error is the one that clients get; what it says in truth stands beside it, and the log tells who has read it.
#[tokio::test]
async fn administrators_read_what_a_masked_error_says() {
    let graph = failing();
    let admin = graph.admin("");
    let log = Log::begin();
    let body = ask(&graph, Some(&admin), "{ name }", &[("x-lyceum-why", "1")]).await.json();
    let error = &body["errors"][0];
    assert_eq!(error["extensions"]["code"], "INTERNAL");
    assert!(!error["message"].as_str().unwrap().contains("SELECT"), "{error}");
    let masked = &error["extensions"]["why"]["masked"];
    assert_eq!((&masked["message"], &masked["code"]), (&json!(LEAK), &json!("SQL_ERROR")));
    assert!(masked["detail"].as_str().unwrap().contains("SELECT 1"), "{masked}");
    let lines = log.take();
    assert!(lines.iter().any(|line| line.contains("masked errors") && line.contains("usr_1")), "{lines:?}");

    // Acting as another, it is still the administrator who reads.
    let as_nobody = [("x-lyceum-why", "1"), ("x-lyceum-as", r#"{"anonymous":true}"#)];
    let body = ask(&graph, Some(&admin), "{ name }", &as_nobody).await.json();
    assert_eq!(body["errors"][0]["extensions"]["why"]["masked"]["message"], LEAK);
}

#[tokio::test]
async fn nobody_else_reads_it() {
    let graph = failing();
    let token = |scope: &str, roles: &[&str]| format!("Bearer {}", graph.token_with(scope, &json!({ "roles": roles })));
    let (learner, operator, partner) = (token("reports", &[]), token("ops:read", &[]), token("admin", &["PARTNER"]));
    let admin = graph.admin("");
    let asked = [("x-lyceum-why", "1")];
    for (token, headers) in [
        (None, &asked[..]),
        (Some(&learner), &asked[..]),
        (Some(&operator), &asked[..]),
        (Some(&partner), &asked[..]),
        (Some(&admin), &[("x-lyceum-why", "0")]),
        (Some(&admin), &[("x-lyceum-plan", "1")]),
        (Some(&admin), &[]),
    ] {
        let reply = ask(&graph, token.map(String::as_str), "{ name }", headers).await;
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        assert!(text.contains("INTERNAL") && !text.contains("SELECT") && !text.contains("why"), "{text}");
    }
    for change in [None, Some([].into())] {
        let graph = graph_with(|settings| match (change, &mut settings.playground) {
            (Some(scopes), Some(playground)) => playground.admin_scopes = scopes,
            (_, playground) => *playground = None,
        });
        graph.learning.answer(|_| Err(TransportError::Unavailable("connect to 10.0.0.7:4102 refused".to_owned())));
        let body = ask(&graph, Some(&graph.admin("")), "{ courses(first: 1) }", &asked).await.json();
        assert!(!body.to_string().contains("10.0.0.7"), "{body}");
    }
}

/// P9: of a subgraph that does not answer, what the connection said.
#[tokio::test]
async fn a_failure_is_told_with_its_cause() {
    let graph = graph();
    graph.learning.answer(|_| Err(TransportError::Unavailable("connect to 10.0.0.7:4102 refused".to_owned())));
    let body = ask(&graph, Some(&graph.admin("")), "{ courses(first: 1) }", &[("x-lyceum-why", "1")]).await.json();
    let masked = &body["errors"][0]["extensions"]["why"]["masked"];
    assert_eq!(masked["code"], "SUBGRAPH_UNAVAILABLE");
    assert!(masked["detail"].as_str().unwrap().contains("10.0.0.7:4102"), "{masked}");
}

/// What a subgraph says to clients is all there is to it.
#[tokio::test]
async fn an_error_for_clients_needs_no_explanation() {
    let graph = failing();
    let error = json!({ "message": "No such course.", "path": ["name"], "extensions": { "code": "BAD_USER_INPUT" } });
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(200, &json!({ "data": { "name": null }, "errors": [error] })),
    });
    let body = ask(&graph, Some(&graph.admin("")), "{ name }", &[("x-lyceum-why", "1")]).await.json();
    assert_eq!(body["errors"][0]["message"], "No such course.");
    assert_eq!(body["errors"][0]["extensions"]["why"], Value::Null);
}

/// P11: which rule a policy is, in both modes.
#[tokio::test]
async fn a_policy_is_told_with_its_rule() {
    let asked = [("x-lyceum-why", "1")];
    let family = json!({ "policies": { "family": { "role": "PARENT" } } });
    let graph = graph();
    let body = ask(&graph, Some(&graph.admin("")), "{ diary }", &asked).await.json();
    assert_eq!(body["errors"][0]["extensions"]["why"], family);
    let body = ask(&graph, Some(&graph.admin("")), "{ diary }", &[]).await.json();
    assert_eq!(body["errors"][0]["extensions"]["why"], Value::Null);
    let rejecting = graph_with(|settings| {
        settings.authorization.mode = router_server::configuration::AuthorizationMode::Reject;
        settings.authorization.policies.clear();
    });
    let refused = ask(&rejecting, Some(&rejecting.admin("")), "{ diary }", &asked).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.json()["errors"][0]["extensions"]["why"], json!({ "policies": { "family": null } }));
}

/// P12: what a contract leaves out does not exist for others; an administrator learns why.
#[tokio::test]
async fn what_a_contract_leaves_out_is_told_with_the_tag() {
    let graph = graph();
    let admin = graph.admin("");
    let as_nobody = ("x-lyceum-as", r#"{"anonymous":true}"#);
    let refused = ask(&graph, Some(&admin), "{ ledger nonsense }", &[("x-lyceum-why", "1"), as_nobody]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let errors = refused.json()["errors"].clone();
    let (ledger, nonsense) = (&errors[0], &errors[1]);
    assert!(ledger["message"].as_str().unwrap().contains("ledger"), "{errors}");
    assert_eq!(
        ledger["extensions"]["why"]["contract"],
        json!({
            "name": "public", "tags": { "include": [], "exclude": ["admin"] }, "seenWith": ["admin"],
            "coordinate": "Query.ledger", "tagged": ["admin"],
        })
    );
    assert_eq!(nonsense["extensions"]["why"], Value::Null, "nobody has that");
    let refused = ask(&graph, Some(&admin), "{ ledger }", &[as_nobody]).await;
    assert_eq!(refused.json()["errors"][0]["extensions"]["why"], Value::Null);
    let learner = format!("Bearer {}", graph.token_with("reports", &json!({})));
    let refused = ask(&graph, Some(&learner), "{ ledger }", &[("x-lyceum-why", "1")]).await;
    assert!(!refused.json().to_string().contains("contract"));
}
