//! OW-23, FED-17, FED-18, ADV-41: whatever goes wrong, no reply says what things are like inside. A corpus of failures, and a
//! search through every reply to them.

use std::sync::Mutex;

use regex::RegexSet;
use router_execution::TransportError;
use serde_json::{Value, json};

use crate::testkit::{Graph, TestReply, reply};

/// What subgraphs say when they should not.
const LEAKS: [&str; 12] = [
    "SELECT password FROM users WHERE id = 7",
    "INSERT INTO accounts VALUES (1)",
    "Duplicate entry 'a@b' for key 'users.email'",
    "/srv/identity/src/store/users.rs:17:5",
    "C:\\services\\identity\\main.exe",
    "at Object.resolve (/app/node_modules/graphql/execute.js:12:3)",
    "thread 'main' panicked at src/main.rs:7",
    "http://identity.invalid/graphql",
    "connect ECONNREFUSED 10.0.0.7:4101",
    "MySQL 8.0.36",
    "nginx/1.25.3",
    "Traceback (most recent call last):\n  File \"app.py\", line 1",
];

/// What none of the replies may hold.
const INSIDE: [&str; 11] = [
    r"(?i)\b(select|insert|update|delete)\b.*\b(from|into|set|where)\b",
    r"(?i)duplicate entry",
    r"(/[\w.-]+)+\.(rs|js|py|go|java)\b",
    r"[A-Z]:\\",
    r"\bat \S+ \(",
    r"(?i)panicked|traceback|stack",
    r"https?://",
    r"\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b",
    r"(?i)mysql|nginx|hyper|reqwest|tokio|sqlx|serde",
    r"\b\d+\.\d+\.\d+\b",
    r"_entities|_service|representations",
];

fn assert_nothing_is_told(replies: &[TestReply]) {
    let inside = RegexSet::new(INSIDE).unwrap();
    for reply in replies {
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        let found: Vec<_> = inside.matches(&text).into_iter().map(|index| INSIDE[index]).collect();
        assert!(found.is_empty(), "{found:?} in {text}");
        for (name, value) in &reply.headers {
            let value = value.to_str().unwrap();
            assert!(!LEAKS.iter().any(|leak| value.contains(leak)) && name != "server", "{name}: {value}");
        }
    }
}

/// Replies of a subgraph with a leak in every place.
fn with_leak(leak: &str) -> Vec<(u16, Value)> {
    let coded = |code: &str, message: &str| json!({ "message": message, "path": ["me"], "extensions": { "code": code, "exception": leak, "url": leak } });
    vec![
        (200, json!({ "data": { "me": null }, "errors": [coded("", leak)] })),
        (200, json!({ "errors": [coded("INTERNAL", leak)] })),
        (200, json!({ "errors": [coded("BAD_USER_INPUT", "The name is too long.")] })),
        // A code for clients is no licence for a stack.
        (200, json!({ "errors": [coded("BAD_USER_INPUT", &format!("The name is wrong.\n{leak}"))] })),
        (200, json!({ "errors": [coded(leak, leak)] })),
        (200, json!({ "data": { "me": { "name": { "leak": leak } } } })),
        (200, json!({ "data": { "me": { "__typename": leak, "name": "Lee" } } })),
        (200, json!({ "data": leak })),
        (200, json!(leak)),
        (500, json!({ "error": leak })),
        (404, json!(leak)),
        (302, json!(leak)),
    ]
}

#[tokio::test]
async fn no_failure_of_a_subgraph_tells_of_the_inside() {
    let mut replies = Vec::new();
    let graph = Graph::new();
    for leak in LEAKS {
        for (status, body) in with_leak(leak) {
            let whole = body.clone();
            graph.identity.answer(move |_| reply(status, &whole));
            replies.push(graph.query("{ me { name } }").await);
            graph.identity.answer(|_| {
                reply(200, &json!({ "data": { "me": { "__typename": "User", "id": "1", "name": "Lee" } } }))
            });
            graph.learning.answer(move |_| reply(status, &body));
            replies.push(graph.query("{ me { name courses } }").await);
        }
        graph.identity.answer(move |_| Err(TransportError::Unavailable(leak.to_owned())));
        replies.push(graph.query("{ me { name } }").await);
        // The issuer's keys are there, too.
        replies.push(graph.query_as(&graph.token()).await);
    }
    assert_eq!(replies.len(), LEAKS.len() * 26);
    assert_nothing_is_told(&replies);
}

/// A message for clients that says where a subgraph is is none.
#[tokio::test]
async fn no_message_says_where_a_subgraph_is() {
    let graph = Graph::new();
    for message in ["identity.invalid does not know you", "See http://learning.invalid/graphql for more."] {
        let error = json!({ "message": message, "extensions": { "code": "FORBIDDEN" } });
        let answer = Mutex::new(json!({ "data": { "me": null }, "errors": [error] }));
        graph.identity.answer(move |_| reply(200, &answer.lock().unwrap()));
        let told = graph.query("{ me { name } }").await;
        assert_eq!((told.code().as_str(), told.message().contains("invalid")), ("FORBIDDEN", false), "{told:?}");
    }
}

#[tokio::test]
async fn no_refusal_tells_of_the_inside() {
    let graph = Graph::new();
    let mut replies = Vec::new();
    for query in [
        "",
        "{",
        "}",
        "{ nothing }",
        "query A { me { id } } query A { me { id } }",
        "subscription { me { id } }",
        "{ me { name(x: 1) } }",
        "{ __type(name: 1) { name } }",
        "mutation { rename { id } }",
        "fragment F on User { ...F } { me { ...F } }",
    ] {
        replies.push(graph.query(query).await);
    }
    for (method, target, header, body) in [
        ("POST", "/graphql", ("content-type", "text/plain"), "x"),
        ("POST", "/graphql", ("content-type", "application/json"), "{\"query\": 1}"),
        ("POST", "/graphql", ("content-type", "application/json"), "nonsense"),
        ("POST", "/graphql", ("content-encoding", "x"), "x"),
        ("PUT", "/graphql", ("accept", "*/*"), ""),
        ("GET", "/graphql?variables=%", ("accept", "*/*"), ""),
        ("GET", "/nowhere", ("accept", "text/html"), ""),
        ("GET", "/graphql", ("authorization", "Bearer a.b.c"), ""),
        ("GET", "/graphql?query=%7Bme%7Bid%7D%7D", ("accept", "image/png"), ""),
    ] {
        replies.push(graph.request(method, target, &[header], body).await);
    }
    assert_nothing_is_told(&replies);
}

/// RL-14, ADV-69: a fault of the router itself costs its own request, and tells nothing but where the log tells more.
#[tokio::test]
async fn a_fault_of_the_router_is_told_by_its_trace_id() {
    let graph = Graph::new();
    graph.learning.answer(|_| panic!("SELECT secret FROM /srv/router/src/main.rs:7"));
    let told = graph.query("{ me { name } courses(first: 1) }").await;
    assert_eq!((told.status.as_u16(), told.code().as_str()), (500, "INTERNAL"));
    assert_eq!(told.json()["errors"][0]["extensions"]["traceId"], told.header("x-trace-id"));
    assert_nothing_is_told(&[told]);
    assert_eq!(graph.query("{ me { name } }").await.json(), json!({ "data": { "me": { "name": "Lee" } } }));
}

/// FED-17: nobody is shown plans, costs or traces of subgraphs by asking for them in another router's way.
#[tokio::test]
async fn no_header_of_another_router_opens_anything() {
    let graph = Graph::new();
    for header in [
        ("apollo-query-plan-experimental", "1"),
        ("apollo-expose-query-plan", "true"),
        ("apollo-federation-include-trace", "ftv1"),
        ("x-apollo-tracing", "1"),
        ("x-wg-include-query-plan", "true"),
        ("x-wg-trace", "true"),
        ("hive-expose-query-plan", "true"),
        ("x-plan", "1"),
        ("x-debug", "true"),
    ] {
        let told = graph.post(&json!({ "query": "{ me { name } }" }), &[header]).await;
        assert_eq!(told.json(), json!({ "data": { "me": { "name": "Lee" } } }), "{header:?}");
        assert!(!told.headers.keys().any(|name| name.as_str().contains("plan")), "{header:?}: {told:?}");
    }
}
