//! The default: an operation is answered without what its viewer may not see.

use http::StatusCode;
use serde_json::{Value, json};

use super::graph::filtering;

fn errors(reply: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = reply["errors"].as_array().into_iter().flatten();
    errors
        .map(|error| {
            let extensions = &error["extensions"];
            (error["path"].to_string(), text(&extensions["code"]), text(&extensions["coordinate"]))
        })
        .collect()
}

fn error(path: &str, code: &str, coordinate: &str) -> (String, String, String) {
    (path.to_owned(), code.to_owned(), coordinate.to_owned())
}

/// P11, FED-26, ADV-63: null, one error, and no request to a subgraph.
#[tokio::test]
async fn nothing_is_fetched_for_what_may_not_be_seen() {
    let graph = filtering();
    let reply = graph.query("{ audit { entry } }").await;
    assert_eq!(reply.status, StatusCode::OK);
    let body = reply.json();
    assert_eq!(body["data"], json!({ "audit": null }));
    let first = &body["errors"][0];
    assert_eq!(first["message"], "Sign in to see Query.audit.");
    assert_eq!(first["path"], json!(["audit"]));
    assert_eq!(first["locations"], json!([{ "line": 1, "column": 3 }]));
    assert_eq!(first["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(first["extensions"]["coordinate"], "Query.audit");
    assert_eq!(first["extensions"]["required"], json!([{ "authenticated": true }]));
    assert!(first["extensions"]["traceId"].is_string());
    assert_eq!(body["errors"].as_array().unwrap().len(), 1);
    assert_eq!(graph.executed(), 0);

    // Nor is a join made for it.
    let reply = graph.ask_as("", "{ me { level grade } }").await;
    assert_eq!(reply.json()["data"]["me"], json!({ "level": 7, "grade": null }));
    assert_eq!(graph.executed(), 2);
    let reply = graph.ask_as("", "{ me { name grade } }").await;
    assert_eq!(errors(&reply.json()), [error(r#"["me","grade"]"#, "FORBIDDEN", "User.grade")]);
    assert_eq!(graph.executed(), 3, "the grade's subgraph is not asked");
    assert!(!graph.documents().concat().contains("grade"));
}

/// One error for a selection, at the first of its places; null propagates as for any error.
#[tokio::test]
async fn a_selection_in_a_list_has_one_error() {
    let graph = filtering();
    let reply = graph.query("{ people { name mail: email } }").await.json();
    let person = json!({ "name": "User's name", "mail": null });
    assert_eq!(reply["data"], json!({ "people": [person, person] }));
    assert_eq!(errors(&reply), [error(r#"["people",0,"mail"]"#, "UNAUTHENTICATED", "User.email")]);

    let reply = graph.query("{ me { friends { phone } } }").await.json();
    assert_eq!(reply["data"], json!({ "me": { "friends": [null, null] } }));
    assert_eq!(errors(&reply), [error(r#"["me","friends",0,"phone"]"#, "UNAUTHENTICATED", "User.phone")]);

    let reply = graph.query("{ people { phone } me { name } }").await.json();
    assert_eq!(reply["data"], Value::Null);
    assert_eq!(errors(&reply).len(), 1);
    assert!(!graph.documents().concat().contains("phone"));
}

/// FED-19, ADV-12: what an object is decides, however the operation comes to it.
#[tokio::test]
async fn fragments_aliases_interfaces_and_unions_lead_around_nothing() {
    for (operation, expected) in [
        ("{ node { name } }", json!({ "node": { "name": null } })),
        ("{ node { ... on Robot { name } } }", json!({ "node": { "name": null } })),
        ("{ node { ...N } } fragment N on Node { x: name }", json!({ "node": { "x": null } })),
        ("{ node { ... on User { name } id } }", json!({ "node": { "id": "Robot's id" } })),
        ("{ node { ... on Node { ... on Robot { ... on Node { name } } } } }", json!({ "node": { "name": null } })),
        ("{ found { ... on Node { name } } }", json!({ "found": [{ "name": "User's name" }, { "name": null }, {}] })),
        (
            "{ found { __typename ... on Audit { entry } } }",
            json!({ "found": [{ "__typename": "User" }, { "__typename": "Robot" }, { "__typename": "Audit", "entry": null }] }),
        ),
        // No vault may be seen, so neither may the field that returns one.
        ("{ vault { code } }", json!({ "vault": null })),
        ("{ vault { __typename ... on Steel { code } } }", json!({ "vault": null })),
    ] {
        let graph = filtering();
        let reply = graph.query(operation).await.json();
        assert_eq!(reply["data"], expected, "{operation}");
        let is_about_robots = |document: &String| document.contains("Robot") && document.contains("name");
        assert!(!graph.documents().iter().any(is_about_robots), "{operation}: {:?}", graph.documents());
        assert!(!graph.documents().concat().contains("entry") && !graph.documents().concat().contains("code"));
    }
    // Whoever may see it sees it, by every way.
    let graph = filtering();
    let reply = graph.ask_as("robots", "{ node { name } vault { code } audit { entry } }").await.json();
    assert_eq!(
        reply,
        json!({ "data": { "node": { "name": "Robot's name" }, "vault": { "code": 7 }, "audit": { "entry": "Audit's entry" } } })
    );
}

/// Alternatives of scopes, each of which has to be had in full.
#[tokio::test]
async fn scopes_are_alternatives_of_conjunctions() {
    let graph = filtering();
    for (scope, is_seen) in [
        ("", false),
        ("phone", false),
        ("user:read", false),
        ("user:read phone", true),
        ("admin", true),
        ("Admin", false),
    ] {
        let reply = graph.ask_as(scope, "{ me { phone } }").await.json();
        assert_eq!(!reply["data"]["me"].is_null(), is_seen, "{scope}: {reply}");
        if !is_seen {
            let required = json!([{ "scopes": [["user:read", "phone"], ["admin"]] }]);
            assert_eq!(reply["errors"][0]["extensions"]["required"], required);
            assert_eq!(reply["errors"][0]["message"], "You may not see User.phone.");
        }
    }
}

/// A mutation that may not be made is not; the others are, in their order.
#[tokio::test]
async fn a_mutation_leaves_out_what_the_viewer_may_not_do() {
    let graph = filtering();
    let reply =
        graph.ask_as("user:write", "mutation { first: touch { id } erase last: rename(name: \"x\") { id } }").await;
    let user = json!({ "id": "User's id" });
    assert_eq!(reply.json()["data"], json!({ "first": user, "erase": null, "last": user }));
    assert_eq!(errors(&reply.json()), [error(r#"["erase"]"#, "FORBIDDEN", "Mutation.erase")]);
    let documents = graph.documents().concat();
    assert!(!documents.contains("erase") && documents.find("touch") < documents.find("rename"), "{documents}");
    for scope in ["user:write admin", "ops"] {
        assert_eq!(graph.ask_as(scope, "mutation { erase }").await.json(), json!({ "data": { "erase": true } }));
    }
}

/// What is skipped is not denied.
#[tokio::test]
async fn what_is_not_asked_for_has_no_error() {
    let graph = filtering();
    let query = "query($x: Boolean!) { me { name email @include(if: $x) } }";
    for (include, errors) in [(false, 0), (true, 1)] {
        let reply = graph.post(&json!({ "query": query, "variables": { "x": include } }), &[]).await.json();
        assert_eq!(reply["errors"].as_array().map_or(0, Vec::len), errors, "{reply}");
    }
}

/// The schema is no secret.
#[tokio::test]
async fn introspection_shows_the_whole_schema() {
    let graph = filtering();
    let query = "{ __type(name: \"Audit\") { fields { name } } __typename audit { id } }";
    let reply = graph.query(query).await.json();
    assert_eq!(reply["data"]["__type"], json!({ "fields": [{ "name": "id" }, { "name": "entry" }] }));
    assert_eq!(reply["data"]["__typename"], "Query");
    assert_eq!(graph.executed(), 0);
}
