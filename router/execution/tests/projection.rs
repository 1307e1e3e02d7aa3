//! The reply as GraphQL wants it: which fields, in which order, with which values.

use serde_json::{Value, json};

use crate::graph::{Graph, root};

const SDL: &str =
    "type Query { a: Int b: String c: A leaf: Leaf list: [Int] node: Node either: Either kind: Kind any: JSON
      required: Int! matrix: [[Int!]!] }
    type A { x: Int y: Int z: A }
    type Leaf { int: Int float: Float string: String boolean: Boolean id: ID }
    interface Node { id: ID common: Int } type One implements Node { id: ID common: Int! one: Int }
    type Two implements Node { id: ID common: Int two: Int } union Either = One | Two
    type Stranger { id: ID }
    enum Kind { OLD NEW } scalar JSON";

async fn text(query: &str, data: Value) -> String {
    text_with(query, json!({}), data).await
}

async fn text_with(query: &str, variables: Value, data: Value) -> String {
    // Every key of the data was asked for: the root's shape is that of the client's own query.
    let graph = Graph::new(SDL).answering("one", json!({"data": data}));
    graph.run_text(query, variables, vec![root(0, query)]).await
}

/// What `field` of `Leaf` becomes of `value`: the text and whether there is an error.
async fn leaf(field: &str, value: &str) -> (String, bool) {
    let data = serde_json::from_str(&format!("{{\"leaf\":{{\"{field}\":{value}}}}}")).unwrap();
    let reply: Value = serde_json::from_str(&text(&format!("{{ leaf {{ {field} }} }}"), data).await).unwrap();
    (reply["data"]["leaf"][field].to_string(), reply.get("errors").is_some())
}

#[tokio::test]
async fn fields_stand_in_the_order_of_the_operation_whatever_the_order_of_the_data() {
    let reply =
        text("{ b second: a c { y x } a }", json!({"a": 1, "c": {"x": 1, "y": 2}, "second": 3, "b": "s"})).await;
    assert_eq!(reply, r#"{"data":{"b":"s","second":3,"c":{"y":2,"x":1},"a":1}}"#);
}

#[tokio::test]
async fn fields_of_one_response_key_merge_where_the_key_is_first_met() {
    let query = "{ c { x } ...F b ... { c { z { x } } } } fragment F on Query { c { y z { y } } }";
    let data = json!({"c": {"x": 1, "y": 2, "z": {"x": 3, "y": 4}}, "b": "s"});
    assert_eq!(text(query, data).await, r#"{"data":{"c":{"x":1,"y":2,"z":{"y":4,"x":3}},"b":"s"}}"#);
}

/// A subgraph with an `@interfaceObject` tells the interface and no more. A fragment on another type that all of the
/// interface's objects have applies to whatever it is.
#[tokio::test]
async fn fragments_apply_to_an_unknown_object_when_they_would_to_all_of_its_interface() {
    let query = "{ node { id ... on Either { ... on Node { common } } } }";
    let reply = text(query, json!({"node": {"__typename": "Node", "id": "i", "common": 3}})).await;
    assert_eq!(reply, r#"{"data":{"node":{"id":"i","common":3}}}"#);
}

#[tokio::test]
async fn fragments_apply_by_the_runtime_type() {
    let query = "{ node { __typename ... on One { one } ... on Two { two } ...N } either { ... on Node { id } ... on One { __typename } } }
        fragment N on Node { common }";
    let data = json!({
        "node": {"__typename": "Two", "one": 1, "two": 2, "common": 3},
        "either": {"__typename": "One", "id": "i"},
    });
    let expected =
        r#"{"data":{"node":{"__typename":"Two","two":2,"common":3},"either":{"id":"i","__typename":"One"}}}"#;
    assert_eq!(text(query, data).await, expected);
}

#[tokio::test]
async fn skip_and_include_follow_literals_variables_and_defaults() {
    let query = "query($yes: Boolean!, $default: Boolean = false) {
        a @skip(if: $yes) b @include(if: $yes) ... @include(if: $default) { kind } ...F @skip(if: false) list @include(if: true) @skip(if: true) }
        fragment F on Query { any }";
    let data = json!({"a": 1, "b": "s", "kind": "OLD", "any": {"k": [1]}, "list": [1]});
    assert_eq!(text_with(query, json!({"yes": true}), data.clone()).await, r#"{"data":{"b":"s","any":{"k":[1]}}}"#);
    let all = json!({"yes": false, "default": true});
    assert_eq!(text_with(query, all, data).await, r#"{"data":{"a":1,"kind":"OLD","any":{"k":[1]}}}"#);
}

#[tokio::test]
async fn type_names_are_told_everywhere_without_asking_a_subgraph() {
    let reply = text("{ t: __typename c { __typename x } }", json!({"c": {"x": 1}})).await;
    assert_eq!(reply, r#"{"data":{"t":"Query","c":{"__typename":"A","x":1}}}"#);
}

#[tokio::test]
async fn leaf_values_are_coerced_or_refused_by_their_type() {
    let fine = [
        ("int", "-2147483648", "-2147483648"),
        ("int", "7.0", "7"),
        ("float", "7", "7"),
        ("float", "0.30000000000000004", "0.30000000000000004"),
        ("float", "2.2250738585072014e-308", "2.2250738585072014e-308"),
        ("string", r#""a\n\"\u0000é""#, r#""a\n\"\u0000é""#),
        ("boolean", "false", "false"),
        ("id", r#""x""#, r#""x""#),
        ("id", "42", r#""42""#),
        ("int", "null", "null"),
    ];
    for (field, value, expected) in fine {
        assert_eq!(leaf(field, value).await, (expected.to_owned(), false), "{field}: {value}");
    }
    let refused = [
        ("int", "2147483648"),
        ("int", "7.5"),
        ("int", r#""7""#),
        ("int", "true"),
        ("int", "1e300"),
        ("float", r#""1.0""#),
        ("float", "[]"),
        ("string", "7"),
        ("string", "{}"),
        ("boolean", "1"),
        ("boolean", r#""true""#),
        ("id", "1.5"),
        ("id", "true"),
        ("id", "[1]"),
    ];
    for (field, value) in refused {
        assert_eq!(leaf(field, value).await, ("null".to_owned(), true), "{field}: {value}");
    }
}

#[tokio::test]
async fn custom_scalars_are_given_as_they_are() {
    let reply = text("{ any }", json!({"any": {"b": [1, null, {"x": 1.50}], "a": "é"}})).await;
    assert_eq!(reply, r#"{"data":{"any":{"b":[1,null,{"x":1.5}],"a":"é"}}}"#);
}

#[tokio::test]
async fn values_that_the_public_schema_does_not_know_are_null_with_an_error() {
    let cases = [
        ("{ kind }", json!({"kind": "HIDDEN"}), "is not a value of enum Kind"),
        ("{ kind }", json!({"kind": 1}), "is not a value of enum Kind"),
        ("{ list }", json!({"list": 1}), "is not a list"),
        ("{ c { x } }", json!({"c": [1]}), "is not an object"),
        (
            "{ node { __typename id } }",
            json!({"node": {"__typename": "Hidden", "id": "1"}}),
            "is of no known type of Node",
        ),
        (
            "{ node { __typename id } }",
            json!({"node": {"__typename": "Stranger", "id": "1"}}),
            "is of no known type of Node",
        ),
        ("{ either { ... on Node { id } } }", json!({"either": {"id": "1"}}), "is of no known type of Either"),
        ("{ either { __typename } }", json!({"either": {"__typename": "Either"}}), "is of no known type of Either"),
    ];
    for (query, data, message) in cases {
        let reply: Value = serde_json::from_str(&text(query, data).await).unwrap();
        let errors = reply["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{reply}");
        assert!(errors[0]["message"].as_str().unwrap().ends_with(&format!("{message}.")), "{reply}");
        assert!(reply["data"].as_object().unwrap().values().all(Value::is_null), "{reply}");
        assert_eq!(errors[0]["locations"], json!([{"line": 1, "column": 3}]));
    }
}

#[tokio::test]
async fn an_object_of_untold_type_has_the_fields_of_its_interface_unless_the_type_matters() {
    // A subgraph with an `@interfaceObject` names the interface, and a plan that needs no type asks for none.
    for node in [json!({"id": "1", "common": 2}), json!({"__typename": "Node", "id": "1", "common": 2})] {
        let reply = text("{ node { id ... on Node { common } ... on One { one } } }", json!({"node": node})).await;
        assert_eq!(reply, r#"{"data":{"node":{"id":"1","common":2}}}"#);
        let reply = text("{ node { id t: __typename } }", json!({"node": node})).await;
        assert!(
            reply.starts_with(
                r#"{"data":{"node":null},"errors":[{"message":"The value of Node.__typename is not known.""#
            ),
            "{reply}"
        );
    }
}

#[tokio::test]
async fn a_null_in_a_non_null_place_moves_up_to_the_next_nullable_one_with_one_error() {
    let reply = text("{ a matrix }", json!({"a": 1, "matrix": [[1, 2], [3, null]]})).await;
    assert_eq!(
        reply,
        r#"{"data":{"a":1,"matrix":null},"errors":[{"message":"Cannot return null for the non-nullable field Query.matrix.","locations":[{"line":1,"column":5}],"path":["matrix",1,1],"extensions":{"code":"SUBGRAPH_INVALID_REPLY"}}]}"#
    );
}

#[tokio::test]
async fn the_runtime_types_own_nullability_counts() {
    // `common` may be null in Node and Two, but not in One.
    let node = json!({"node": {"__typename": "One", "id": "1", "common": null}});
    let graph = Graph::new(SDL).answering("one", json!({"data": node}));
    let reply = graph.run("{ node { id common } }", vec![root(0, "{node{__typename id common}}")]).await;
    assert_eq!(reply["data"], json!({"node": null}));
    assert_eq!(reply["errors"][0]["message"], "Cannot return null for the non-nullable field One.common.");
    assert_eq!(reply["errors"][0]["path"], json!(["node", "common"]));
}

#[tokio::test]
async fn a_null_that_reaches_the_root_makes_the_data_null() {
    let reply = text("{ a required }", json!({"a": 1, "required": null})).await;
    assert!(reply.starts_with(r#"{"data":null,"errors":[{"#), "{reply}");
}

#[tokio::test]
async fn many_spreads_of_one_fragment_stay_small_work() {
    // AMP-04: each fragment spreads the next one twice.
    let depth = 40;
    let mut query = "{ c { ...F0 } }".to_owned();
    for level in 0..depth {
        query.push_str(&format!(" fragment F{level} on A {{ z {{ ...F{n} }} z {{ ...F{n} }} }}", n = level + 1));
    }
    query.push_str(&format!(" fragment F{depth} on A {{ x }}"));
    let mut plain = "x".to_owned();
    let mut data = json!({"x": 1});
    for _ in 0..depth {
        plain = format!("z{{{plain}}}");
        data = json!({"z": data});
    }
    let graph = Graph::new(SDL).answering("one", json!({"data": {"c": data}}));
    let reply = graph.run(&query, vec![root(0, &format!("{{c{{{plain}}}}}"))]).await;
    assert_eq!(reply, json!({"data": {"c": data}}));
}

#[tokio::test]
async fn a_selection_as_deep_as_a_reply_may_be_is_read_to_its_end() {
    // JSON nesting of 128 is the parser's bound; `data`, `c` and the reply itself take three of it.
    let mut plain = "x".to_owned();
    let mut data = json!({"x": 1});
    for _ in 0..124 {
        plain = format!("z{{{plain}}}");
        data = json!({"z": data});
    }
    let query = format!("{{c{{{plain}}}}}");
    let graph = Graph::new(SDL).answering("one", json!({"data": {"c": data}}));
    let reply = graph.run_text(&query, json!({}), vec![root(0, &query)]).await;
    assert_eq!(reply, json!({"data": {"c": data}}).to_string());
}
