//! Several operations in one request.

use http::StatusCode;
use router_registry::{ClientName, FolderStore, RegisteredOperation, RegistryStore};
use router_server::configuration::{
    BatchingSettings, EndpointOperations, EndpointSettings, OperationMode, Rate, RateLimit, RateSettings,
};
use router_server::{Registry, RouterSettings};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::testkit::{Graph, GraphBuilder, reply};

const ME: &str = "{ me { name } }";

fn batching() -> GraphBuilder {
    Graph::builder().settings(|settings| {
        settings.batching = BatchingSettings { enabled: true, operations_max: 10 };
        // So that what is counted is what each operation causes.
        settings.caching.shared_fetches = false;
    })
}

fn operation(query: &str) -> Value {
    json!({ "query": query })
}

/// The codes of a list of replies; nothing for those with data.
async fn codes(graph: &Graph, batch: &Value) -> Vec<String> {
    let answered = graph.post(batch, &[]).await;
    assert_eq!(answered.status, 200, "{answered:?}");
    let replies = answered.json();
    let code = |reply: &Value| {
        assert_ne!(reply.get("data").is_some(), reply.get("errors").is_some(), "{reply}");
        reply["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    };
    replies.as_array().unwrap().iter().map(code).collect()
}

/// OW-15: each gets its own answer, in its place, whatever becomes of the others.
#[tokio::test]
async fn each_operation_is_answered_in_its_place() {
    let graph = batching().build();
    let batch = json!([
        operation(ME),
        operation("{ nonsense }"),
        { "query": "query($n: Int!) { courses(first: $n) }", "variables": { "n": 1 } },
        { "query": 1 },
        [operation(ME)],
        "{ me { name } }",
        operation("subscription { me }"),
        { "query": "query A { me { name } } query B { __typename }", "operationName": "B" },
    ]);
    let answered = graph.post(&batch, &[("x-cost", "1")]).await;
    assert_eq!(answered.status, 200, "{answered:?}");
    let replies = answered.json();
    assert_eq!(replies.as_array().unwrap().len(), 8, "{replies}");
    assert_eq!(replies[0]["data"], json!({ "me": { "name": "Lee" } }));
    assert_eq!(replies[0]["extensions"]["cost"]["requested"], 1);
    assert_eq!(replies[2]["data"], json!({ "courses": ["Rust"] }));
    assert_eq!(replies[7]["data"], json!({ "__typename": "Query" }));
    for (index, words) in [
        (1, "nonsense"),
        (3, "\"query\" is a number"),
        (4, "A list in the list"),
        (5, "expected an object"),
        (6, "subscription"),
    ] {
        let error = &replies[index]["errors"][0];
        assert!(error["message"].as_str().unwrap().contains(words), "{index}: {error}");
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["traceId"], answered.header("x-trace-id"));
        assert!(replies[index].get("data").is_none());
    }
    assert_eq!(graph.executed(), 2);
}

/// AMP-18: how many there may be is bounded before one of them is read.
#[tokio::test]
async fn a_list_has_a_bounded_length() {
    let graph = batching().build();
    for count in [0, 11, 1_000] {
        let refused = graph.post(&vec![operation(ME); count].into(), &[]).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (400, "BAD_USER_INPUT"), "{refused:?}");
        assert!(refused.message().contains(&format!("a list of {count} operations; a list may have 1 to 10")));
    }
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let refused = graph.request("POST", "/graphql", &[("content-type", "application/json")], &nested).await;
    assert_eq!(refused.json()[0]["errors"][0]["message"], "A list in the list of operations is none.");
    for unreadable in ["[", "[{]", "[{\"query\":\"{ me { name } }\"}] 1"] {
        let refused = graph.request("POST", "/graphql", &[("content-type", "application/json")], unreadable).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (400, "BAD_USER_INPUT"), "{refused:?}");
    }
    assert_eq!(graph.executed(), 0);
    assert_eq!(codes(&graph, &vec![operation(ME); 10].into()).await, [""; 10]);
    let settings = |operations_max| BatchingSettings { enabled: true, operations_max };
    let error = RouterSettings { batching: settings(0), ..RouterSettings::default() }.validate().unwrap_err();
    assert!(error.to_string().starts_with("batching.operations_max: "), "{error}");
}

/// OW-13, OW-14: a list of ten is ten operations, readable or not; the first get what is left.
#[tokio::test]
async fn a_list_is_counted_by_its_operations() {
    let limit = RateLimit { operations: Some(Rate { per_second: 1, burst: 10 }), cost: None };
    let rates = RateSettings { address: Some(limit), ..RateSettings::default() };
    let graph = batching().settings(|settings| settings.rates = rates).build();
    let batch = json!([operation(ME), operation("{ nonsense }"), operation(ME), { "query": 1 }]);
    let answered = graph.post(&batch, &[]).await;
    assert_eq!(answered.header("ratelimit"), "\"operations\";r=6;t=4");
    let guesses = "mutation { a: rename(name: \"a\") { id } b: rename(name: \"b\") { id } }";
    // Four are asked, of which the first is two.
    let mixed = json!([operation(guesses), operation(ME), operation(ME), operation(ME)]);
    assert_eq!(codes(&graph, &mixed).await, [""; 4]);
    assert_eq!(codes(&graph, &json!([operation(ME), operation(ME)])).await, ["", "RATE_LIMITED"]);
    let executed = graph.executed();
    let refused = graph.post(&json!([operation(ME), operation(ME)]), &[]).await;
    assert_eq!(refused.json()[1]["errors"][0]["extensions"]["retryAfterMs"], 1000);
    assert_eq!(refused.header("ratelimit"), "\"operations\";r=0;t=10");
    assert_eq!(graph.executed(), executed);
}

/// OW-15, AMP-23: each is reckoned and bounded by itself.
#[tokio::test]
async fn each_operation_has_its_own_limits() {
    let graph = batching().settings(|settings| settings.operations.cost.budget = 9).build();
    let mutation = operation("mutation { rename(name: \"a\") { name } }");
    let deep = format!("{{ node {{ {} id {} }} }}", "node { ".repeat(15), "}".repeat(15));
    let batch = json!([operation(ME), mutation, operation(&deep), operation(ME)]);
    assert_eq!(codes(&graph, &batch).await, ["", "OPERATION_TOO_COMPLEX", "OPERATION_TOO_DEEP", ""]);
}

/// OW-15, OW-17: each is authorised by itself, and a bad token ends them all.
#[tokio::test]
async fn each_operation_is_authorised() {
    let identity = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@authenticated"])
        type Query { me: User secret: String @authenticated } type User { name: String }"#;
    let graph = batching().schemas(identity, "type Query { courses: [String!] }").build();
    let answered = graph.post(&json!([operation(ME), operation("{ secret }"), operation(ME)]), &[]).await.json();
    assert_eq!((&answered[0], &answered[2]), (&json!({ "data": { "me": { "name": "Lee" } } }), &answered[0]));
    assert_eq!((&answered[1]["data"]["secret"], graph.executed()), (&Value::Null, 2), "{answered}");
    assert!(answered[1]["errors"][0]["extensions"]["code"].is_string(), "{answered}");
    let refused = graph.post(&json!([operation(ME), operation(ME)]), &[("authorization", "Bearer a.b.c")]).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (401, "UNAUTHENTICATED"));
    let everybody = batching().settings(|settings| settings.authorization.require_authentication = true).build();
    let refused = everybody.post(&json!([operation(ME), operation(ME)]), &[]).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (401, "UNAUTHENTICATED"));
    assert_eq!((graph.executed(), everybody.executed()), (2, 0));
}

/// Queries need not wait for each other. What follows a mutation may read what it has changed.
#[tokio::test]
async fn lists_with_mutations_are_executed_in_order() {
    let graph = batching().build();
    graph.identity.answer(|_| reply(200, &json!({ "data": { "me": null, "rename": null } })));
    let rename = operation("mutation { rename(name: \"a\") { id } }");
    let ordered = json!([operation(ME), rename, operation(ME), rename]);
    assert_eq!(codes(&graph, &ordered).await, [""; 4]);
    assert_eq!(graph.identity.waiting_max(), 1);
    let kinds: Vec<bool> =
        graph.identity.requests("/graphql").iter().map(|request| contains(request.body(), "rename")).collect();
    assert_eq!(kinds, [false, true, false, true]);
    assert_eq!(codes(&graph, &json!([operation(ME), operation(ME), operation(ME)])).await, [""; 3]);
    assert_eq!(graph.identity.waiting_max(), 3);
}

fn contains(body: &[u8], word: &str) -> bool {
    String::from_utf8_lossy(body).contains(word)
}

/// PQ-05, PQ-07: a list is no way around what an endpoint executes.
#[tokio::test]
async fn a_list_has_what_the_endpoint_executes() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    let registered = RegisteredOperation { id: "me".into(), name: None, text: ME.into() };
    store.publish(&ClientName::parse("public").unwrap(), vec![registered]).await.unwrap();
    let registry = Arc::new(Registry::open(Arc::new(store)).await.unwrap());
    let operations = EndpointOperations { mode: OperationMode::Registered, ..EndpointOperations::default() };
    let graph = batching()
        .registry(registry)
        .settings(|settings| {
            settings.endpoints = vec![EndpointSettings { operations, ..EndpointSettings::new("/graphql") }];
        })
        .build();
    let batch = json!([{ "id": "me" }, operation("{ me { id } }"), operation(ME), { "id": "other" }]);
    assert_eq!(codes(&graph, &batch).await, ["", "PERSISTED_QUERY_ONLY", "", "PERSISTED_QUERY_NOT_FOUND"]);
}

/// Who reads only streams would not understand a list.
#[tokio::test]
async fn a_list_is_no_stream() {
    let graph = batching().build();
    for accept in ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"] {
        let headers = [("content-type", "application/json"), ("accept", accept)];
        let refused = graph.request("POST", "/graphql", &headers, &json!([operation(ME)]).to_string()).await;
        assert_eq!(refused.status, StatusCode::NOT_ACCEPTABLE, "{refused:?}");
    }
    assert_eq!(graph.executed(), 0);
}
