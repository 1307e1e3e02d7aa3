//! What clients read of errors (P8, P9, OW-23).

use router_execution::TransportError;
use router_server::RouterSettings;
use router_server::configuration::ErrorSettings;
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

/// A graph with these settings of errors, whose subgraph reports this error.
async fn reply_with(settings: &Value, error: &Value) -> TestReply {
    let errors: ErrorSettings = serde_json::from_value(settings.clone()).unwrap();
    let graph = Graph::builder().settings(|settings| settings.errors = errors).build();
    let body = json!({ "data": { "me": null }, "errors": [error] });
    graph.identity.answer(move |_| reply(200, &body));
    graph.query("{ me { name } }").await
}

/// Users' pain no. 7: each subgraph's errors by rules of its own.
#[tokio::test]
async fn what_clients_read_is_decided_for_each_subgraph() {
    let sold_out = json!({
        "message": "The course is sold out.",
        "extensions": { "code": "SOLD_OUT", "course": { "id": "c1" }, "seats": 0, "sql": "SELECT 1" },
    });
    let own = |rules: Value| json!({ "subgraphs": { "identity": rules } });
    let trusted = reply_with(
        &json!({ "extensions": ["seats"], "subgraphs": { "identity": { "client_codes": ["SOLD_OUT"], "extensions": ["course"] } } }),
        &sold_out,
    )
    .await;
    assert_eq!(trusted.message(), "The course is sold out.");
    let extensions = trusted.json()["errors"][0]["extensions"].clone();
    let trace_id = trusted.header("x-trace-id");
    let expected = json!({
        "code": "SOLD_OUT", "subgraph": "identity", "seats": 0, "course": { "id": "c1" }, "traceId": trace_id,
    });
    assert_eq!(extensions, expected);

    let others = json!({ "subgraphs": { "learning": { "client_codes": ["SOLD_OUT"], "messages": "pass" } } });
    assert_eq!(reply_with(&others, &sold_out).await.code(), "INTERNAL");

    let passing = reply_with(&own(json!({ "messages": "pass" })), &sold_out).await;
    assert_eq!((passing.code().as_str(), passing.message().as_str()), ("SOLD_OUT", "The course is sold out."));
    assert!(!passing.json().to_string().contains("SELECT"));

    let masked = reply_with(&own(json!({ "messages": "mask", "client_codes": ["SOLD_OUT"] })), &sold_out).await;
    assert_eq!(masked.code(), "SOLD_OUT");
    assert!(masked.message().contains("trace id"), "{}", masked.message());
}

/// FED-18: which subgraphs there are need not be told.
#[tokio::test]
async fn subgraphs_need_not_be_named() {
    let settings = json!({ "name_subgraphs": false });
    let error = json!({ "message": "Sign in.", "extensions": { "code": "UNAUTHENTICATED" } });
    let told = reply_with(&settings, &error).await;
    assert_eq!(told.message(), "Sign in.");
    assert!(!told.json().to_string().contains("identity"), "{told:?}");
    for failure in [
        Err(TransportError::Unavailable("connect to 10.0.0.7:4102 refused".to_owned())),
        Err(TransportError::Timeout(std::time::Duration::from_millis(800))),
        Err(TransportError::TooLarge(7)),
        reply(500, &json!({ "stack": "at main.rs:1" })),
        reply(200, &json!([])),
    ] {
        let errors: ErrorSettings = serde_json::from_value(settings.clone()).unwrap();
        let graph = Graph::builder().settings(|settings| settings.errors = errors).build();
        let failure = std::sync::Mutex::new(Some(failure));
        graph.identity.answer(move |_| failure.lock().unwrap().take().unwrap());
        let told = graph.query("{ me { name } }").await;
        let text = told.json().to_string();
        assert!(text.contains("SUBGRAPH_") && text.contains("part of the graph"), "{text}");
        assert!(!text.contains("identity"), "{text}");
    }
}

/// What could never be for clients is refused at start, with its place.
#[test]
fn rules_for_errors_that_cannot_be_right_are_refused() {
    for (rules, key) in [
        (json!({ "client_codes": [""] }), "errors.client_codes"),
        (json!({ "client_codes": ["INTERNAL"] }), "errors.client_codes"),
        (json!({ "extensions": ["stacktrace"] }), "errors.extensions"),
        (json!({ "extensions": ["traceId"] }), "errors.extensions"),
        (json!({ "subgraphs": { "a": { "client_codes": ["INTERNAL"] } } }), "errors.subgraphs.a.client_codes"),
        (json!({ "subgraphs": { "a": { "extensions": ["exception"] } } }), "errors.subgraphs.a.extensions"),
    ] {
        let errors: ErrorSettings = serde_json::from_value(rules.clone()).unwrap();
        let error = RouterSettings { errors, ..RouterSettings::default() }.validate().unwrap_err();
        assert_eq!(error.key, key, "{rules}");
    }
}
