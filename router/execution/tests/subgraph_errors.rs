//! Errors that a subgraph reports, on the client's paths.

use std::sync::Arc;

use router_execution::{ErrorOrigin, ExecutionLimits, NoForwarding, RequestContext, coerce_variables};
use router_planning::plan::Fetch;
use serde_json::{Value, json};

use crate::graph::{FetchExtension, Graph, entities, key, reply, root, status};

const SDL: &str = "type Query { me: User users: [User] }
    type User { id: ID! name: String tags: [Tag] strict: Int! } type Tag { text: String }";

fn graph(answer: Value) -> Graph {
    let users = json!([{"__typename": "User", "id": "1"}, {"__typename": "User", "id": "2"}, {"__typename": "User", "id": "1"}]);
    Graph::new(SDL).answering("users", json!({"data": {"users": users}})).answering("names", answer)
}

fn plan(selection: &str) -> Vec<Fetch> {
    vec![root(0, "{users{__typename id}}"), entities(1, "users", "User", vec![key("id")], selection).after(&[0])]
}

fn paths(reply: &Value) -> Vec<Value> {
    reply["errors"].as_array().unwrap().iter().map(|error| error["path"].clone()).collect()
}

#[tokio::test]
async fn an_error_of_an_entity_is_reported_at_every_position_of_it() {
    let graph = graph(json!({
        "data": {"_entities": [{"tags": [{"text": "a"}, {"text": null}]}, {"tags": []}]},
        "errors": [{"message": "m", "path": ["_entities", 0, "tags", 1, "text"], "locations": [{"line": 9, "column": 9}]}],
    }));
    let reply = graph.run("{ users { tags { text } } }", plan("tags{text}")).await;
    assert_eq!(paths(&reply), [json!(["users", 0, "tags", 1, "text"]), json!(["users", 2, "tags", 1, "text"])]);
    // The locations are those in the subgraph's own document, which the client never saw.
    assert!(reply["errors"][0].get("locations").is_none());
}

#[tokio::test]
async fn an_error_of_an_entity_speaks_for_the_nulls_it_leaves() {
    let graph = graph(json!({
        "data": {"_entities": [null, {"strict": 1}]},
        "errors": [{"message": "m", "path": ["_entities", 0], "extensions": {"code": "FORBIDDEN"}}],
    }));
    let reply = graph.run("{ users { strict } }", plan("strict")).await;
    assert_eq!(reply["data"], json!({"users": [null, {"strict": 1}, null]}));
    assert_eq!(paths(&reply), [json!(["users", 0]), json!(["users", 2])]);
}

#[tokio::test]
async fn the_paths_of_a_root_fetch_are_the_clients_own() {
    let graph = Graph::new(SDL).answering(
        "users",
        json!({"data": {"me": {"name": null}}, "errors": [{"message": "m", "path": ["me", "name"]}]}),
    );
    let reply = graph.run("{ me { name } }", vec![root(0, "{me{name}}")]).await;
    assert_eq!(paths(&reply), [json!(["me", "name"])]);
}

#[tokio::test]
async fn an_error_without_usable_path_stands_at_the_first_null_of_its_fetch() {
    for path in
        [json!(null), json!([]), json!(["_entities", 7, "name"]), json!(["_entities"]), json!([-1, {}]), json!("x")]
    {
        let answer = json!({"data": null, "errors": [{"message": "down", "path": path}]});
        let reply = graph(answer).run("{ users { id name } }", plan("name")).await;
        assert_eq!(paths(&reply), [json!(["users", 0, "name"])]);
    }
}

#[tokio::test]
async fn entries_of_any_shape_are_errors_without_a_message() {
    let answer = json!({"data": null, "errors": [7, {"message": {}, "extensions": [], "path": 1}]});
    let reply = graph(answer).run("{ users { id name } }", plan("name")).await;
    let messages: Vec<_> = reply["errors"].as_array().unwrap().iter().map(|error| &error["message"]).collect();
    assert_eq!(messages, ["The error has no message."; 2]);
}

#[tokio::test]
async fn the_code_is_kept_and_other_extensions_are_for_the_operator_only() {
    let graph = Graph::new(SDL).answering(
        "users",
        json!({"data": {"me": null}, "errors": [
            {"message": "SELECT failed", "path": ["me"],
             "extensions": {"code": "RATE_LIMITED", "retryAfterMs": 40, "stacktrace": ["secret"]}},
            {"message": "no code"},
        ]}),
    );
    let operation = graph.prepare("{ me { name } }", vec![root(0, "{me{name}}")]);
    let variables = coerce_variables(&graph.schema, operation.operation(), &Default::default()).unwrap();
    let context = RequestContext { forwarding: Arc::new(NoForwarding), trace_id: None, cache: None, observer: None };
    let reply = graph.executor().execute(&operation, &variables, &context).await;
    let [limited, uncoded] = reply.errors.as_slice() else { panic!("{:?}", reply.errors) };
    assert_eq!(limited.origin, ErrorOrigin::Subgraph("users".to_owned()));
    assert_eq!((limited.code(), uncoded.code()), ("RATE_LIMITED", "INTERNAL"));
    assert!(limited.detail.as_ref().unwrap().contains("stacktrace"));
    let shown = serde_json::to_value(&limited.extensions).unwrap();
    assert_eq!(shown, json!({"code": "RATE_LIMITED", "subgraph": "users", "retryAfterMs": 40}));
}

#[tokio::test]
async fn a_graphql_response_is_read_whatever_its_status() {
    // GraphQL over HTTP 6.4.2
    let graph = Graph::new(SDL).subgraph("users", |_| {
        let body = json!({"errors": [{"message": "m", "extensions": {"code": "UNAUTHENTICATED"}}]}).to_string();
        let mut response = status(401, body)?;
        let media_type = "application/graphql-response+json; charset=utf-8".parse().unwrap();
        response.headers_mut().insert(http::header::CONTENT_TYPE, media_type);
        Ok(response)
    });
    let reply = graph.run("{ me { name } }", vec![root(0, "{me{name}}")]).await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(paths(&reply), [json!(["me"])]);
}

#[tokio::test]
async fn errors_beyond_the_bound_of_a_fetch_are_dropped_and_those_of_others_are_not() {
    let noise: Vec<_> = (0..500).map(|_| json!({"message": "m", "path": ["_entities", 0, "name"]})).collect();
    let users = json!([{"__typename": "User", "id": "1"}]);
    let mut graph = Graph::new(SDL)
        .answering("users", json!({"data": {"users": users}}))
        .subgraph("names", move |_| reply(&json!({"data": {"_entities": [{"name": null}]}, "errors": noise})))
        .subgraph("dead", |_| status(500, ""));
    graph.limits = ExecutionLimits { errors_max: 3, ..ExecutionLimits::default() };
    let mut plan = plan("name");
    plan.push(entities(2, "users", "User", vec![key("id")], "tags{text}").after(&[0]));
    let reply = graph.run("{ users { id name tags { text } } }", plan).await;
    let codes: Vec<_> = reply["errors"].as_array().unwrap().iter().map(|error| &error["extensions"]["code"]).collect();
    assert_eq!(codes, ["INTERNAL", "INTERNAL", "INTERNAL", "SUBGRAPH_UNAVAILABLE"]);
}
