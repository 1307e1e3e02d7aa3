//! What clients read of errors (P8, P9, OW-23).

use router_execution::TransportError;
use serde_json::{Value, json};

use crate::testkit::{Graph, TestReply, reply};

async fn reply_to_error(error: &Value, client_codes: &[&str]) -> TestReply {
    let codes = client_codes.iter().map(|code| (*code).to_owned()).collect();
    let graph = Graph::builder().settings(|settings| settings.errors.client_codes = codes).build();
    let body = json!({ "data": { "me": null }, "errors": [error] });
    graph.identity.answer(move |_| reply(200, &body));
    graph.query("{ me { name } }").await
}

#[tokio::test]
async fn a_subgraphs_own_text_is_masked_unless_its_code_is_for_clients() {
    let leak = "SELECT password FROM users at /srv/identity/src/store.rs:7";
    for extensions in [
        json!({}),
        json!({ "code": "INTERNAL" }),
        json!({ "code": "SQL_ERROR", "stacktrace": [leak] }),
        json!({ "code": 7 }),
    ] {
        let reply = reply_to_error(&json!({ "message": leak, "path": ["me"], "extensions": extensions }), &[]).await;
        let error = reply.json()["errors"][0].clone();
        assert_eq!(error["extensions"]["code"], "INTERNAL", "{extensions}");
        assert_eq!(error["extensions"]["subgraph"], "identity");
        assert_eq!(error["extensions"]["traceId"], reply.header("x-trace-id"));
        assert_eq!(error["path"], json!(["me"]));
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        assert!(!text.contains("password") && !text.contains("SQL") && !text.contains("stacktrace"), "{text}");
    }
}

#[tokio::test]
async fn codes_for_clients_keep_their_message_and_nothing_else() {
    let error = json!({
        "message": "Sign in to see this.", "path": ["me"],
        "extensions": { "code": "UNAUTHENTICATED", "retryAfterMs": 1500, "sql": "SELECT 1" },
    });
    let reply = reply_to_error(&error, &[]).await;
    let trace_id = reply.header("x-trace-id");
    assert_eq!(
        reply.json()["errors"][0],
        json!({
            "message": "Sign in to see this.", "path": ["me"],
            "extensions": { "code": "UNAUTHENTICATED", "subgraph": "identity", "retryAfterMs": 1500, "traceId": trace_id },
        })
    );
}

#[tokio::test]
async fn more_codes_for_clients_can_be_configured() {
    let error = json!({ "message": "The course is sold out.", "extensions": { "code": "SOLD_OUT" } });
    assert_eq!(reply_to_error(&error, &["SOLD_OUT"]).await.message(), "The course is sold out.");
    assert_eq!(reply_to_error(&error, &[]).await.code(), "INTERNAL");
}

/// P9, S4-ISO-1
#[tokio::test]
async fn a_dead_subgraph_costs_its_own_fields_and_is_named() {
    for (failure, code) in [
        (TransportError::Unavailable("connect to 10.0.0.7:4102 refused".to_owned()), "SUBGRAPH_UNAVAILABLE"),
        (TransportError::Timeout(std::time::Duration::from_millis(800)), "SUBGRAPH_TIMEOUT"),
    ] {
        let graph = Graph::new();
        graph.learning.answer(move |_| Err(failure.clone()));
        let reply = graph.query("{ me { name } courses(first: 1) }").await;
        let document = reply.json();
        assert_eq!(document["data"], json!({ "me": { "name": "Lee" }, "courses": null }));
        assert_eq!(document["errors"].as_array().unwrap().len(), 1);
        let extensions = &document["errors"][0]["extensions"];
        assert_eq!(*extensions, json!({ "code": code, "subgraph": "learning", "traceId": reply.header("x-trace-id") }));
        assert!(!reply.message().contains("10.0.0.7"), "{}", reply.message());
    }
}
