//! Introspection of the public schema, without a subgraph.

use apollo_compiler::ExecutableDocument;
use router_execution::{PrepareError, PreparedOperation};
use router_planning::plan::QueryPlan;
use router_schema::Supergraph;
use serde_json::json;

use crate::federated::SubgraphFile;
use crate::generated::compose;
use crate::graph::{Graph, root};

const SDL: &str = r#"type Query { a: Int new: Int old: Int @deprecated(reason: "gone") f(x: Int, y: Int @deprecated): Kind }
    enum Kind { FRESH STALE @deprecated }"#;

#[tokio::test]
async fn a_schema_is_described_without_a_request() {
    let graph = Graph::new(SDL).answering("one", json!(null));
    let query = r#"query($all: Boolean!, $name: String!) {
        __typename
        type: __type(name: "Query") { kind name fields(includeDeprecated: $all) { name isDeprecated deprecationReason args { name } } }
        __type(name: $name) { enumValues { name } }
        __schema { queryType { name } mutationType { name } directives { name } } }"#;
    let reply = graph.run_with(query, json!({"all": true, "name": "Kind"}), vec![]).await;
    assert!(reply.get("errors").is_none(), "{reply}");
    assert_eq!(reply["data"]["__typename"], "Query");
    let fields = &reply["data"]["type"]["fields"];
    assert_eq!(fields[2], json!({"name": "old", "isDeprecated": true, "deprecationReason": "gone", "args": []}));
    assert_eq!(fields[3]["args"], json!([{"name": "x"}]));
    assert_eq!(reply["data"]["__type"], json!({"enumValues": [{"name": "FRESH"}]}));
    assert_eq!(reply["data"]["__schema"]["mutationType"], json!(null));
    assert!(reply["data"]["__schema"]["directives"].as_array().unwrap().contains(&json!({"name": "include"})));
    assert!(graph.requests("one").is_empty());
}

/// GraphQL September 2025, section 4.1: inputs of which exactly one field is given, and deprecated inputs.
#[tokio::test]
async fn inputs_tell_whether_exactly_one_field_is_given_and_which_are_deprecated() {
    let sdl = "type Query { f(by: By, plain: Plain): Int }
        input By @oneOf { id: ID name: String }
        input Plain { new: Int old: Int @deprecated(reason: \"gone\") }
        directive @oneOf on INPUT_OBJECT";
    let file = SubgraphFile { name: "one".to_owned(), sdl: sdl.to_owned() };
    let supergraph = Supergraph::parse(&compose(&[file]).unwrap()).unwrap();
    let mut graph = Graph::new("type Query { a: Int }");
    graph.schema = supergraph.api_schema().clone();
    let query = r#"{ by: __type(name: "By") { isOneOf ...T ...T inputFields { name } }
        plain: __type(name: "Plain") {
          isOneOf inputFields { name }
          all: inputFields(includeDeprecated: true) { name isDeprecated deprecationReason }
        }
        query: __type(name: "Query") { isOneOf fields { args { type { name again: isOneOf ofType { isOneOf } } } } } }
        fragment T on __Type { isOneOf kind }"#;
    let reply = graph.run(query, vec![]).await;
    assert_eq!(
        reply["data"],
        json!({
            "by": { "isOneOf": true, "kind": "INPUT_OBJECT", "inputFields": [{ "name": "id" }, { "name": "name" }] },
            "plain": {
                "isOneOf": false,
                "inputFields": [{ "name": "new" }],
                "all": [
                    { "name": "new", "isDeprecated": false, "deprecationReason": null },
                    { "name": "old", "isDeprecated": true, "deprecationReason": "gone" },
                ],
            },
            "query": { "isOneOf": null, "fields": [{ "args": [
                { "type": { "name": "By", "again": true, "ofType": null } },
                { "type": { "name": "Plain", "again": false, "ofType": null } },
            ] }] },
        }),
        "{reply}"
    );
}

#[tokio::test]
async fn introspection_and_data_stand_in_the_order_of_the_operation() {
    let graph = Graph::new(SDL).answering("one", json!({"data": {"a": 1, "new": 2}}));
    let query = r#"{ new none: __type(name: "Nothing") { name } a __schema { queryType { name } } }"#;
    let reply = graph.run_text(query, json!({}), vec![root(0, "{a new}")]).await;
    assert_eq!(reply, r#"{"data":{"new":2,"none":null,"a":1,"__schema":{"queryType":{"name":"Query"}}}}"#);
}

#[tokio::test]
async fn skipped_introspection_is_left_out() {
    let graph = Graph::new(SDL).answering("one", json!({"data": {"a": 1}}));
    let query = "query($s: Boolean!) { a __schema @skip(if: $s) { queryType { name } } }";
    let reply = graph.run_with(query, json!({"s": true}), vec![root(0, "{a}")]).await;
    assert_eq!(reply, json!({"data": {"a": 1}}));
}

#[test]
fn introspection_that_would_explode_is_refused_before_it_runs() {
    // AMP-14
    let graph = Graph::new(SDL);
    let query = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    let document = ExecutableDocument::parse_and_validate(&graph.schema, query, "query.graphql").unwrap();
    let refused = PreparedOperation::new(document, None, no_fetches());
    assert!(matches!(refused, Err(PrepareError::IntrospectionTooDeep(_))));
}

#[test]
fn an_operation_must_be_named_when_there_are_several() {
    let graph = Graph::new(SDL);
    let prepare = |name: Option<&str>| {
        let query = "query One { a } query Two { new }";
        let document = ExecutableDocument::parse_and_validate(&graph.schema, query, "query.graphql").unwrap();
        let name = name.map(crate::graph::name);
        PreparedOperation::new(document, name.as_ref(), no_fetches())
    };
    assert_eq!(prepare(None).unwrap_err(), PrepareError::UnknownOperation);
    assert_eq!(prepare(Some("Three")).unwrap_err(), PrepareError::UnknownOperation);
    assert_eq!(prepare(Some("Two")).unwrap().operation().name.as_ref().unwrap(), "Two");
}

fn no_fetches() -> QueryPlan {
    QueryPlan { fetches: Vec::new(), deferred: Vec::new(), subscription: None }
}
