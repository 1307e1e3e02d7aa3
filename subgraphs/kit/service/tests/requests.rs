use axum::body::Body;
use http::{Request, StatusCode};
use kit_service::GRAPHQL_PATH;
use kit_service::limits::{GRAPHQL_BODY_BYTES_MAX, LIST_VALUES_MAX};
use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::stage::{Stage, alice, signed, unsigned};

kit_testing::on_each_database! {
    /// P7, P10, P16: a mutation, a page, and many entities with one statement.
    async fn a_signed_request_is_answered(place: TestDatabase) {
        let stage = Stage::new(&place).await;
        let (first, second) = (stage.write("one").await, stage.write("two").await);
        let page = stage.ask(&alice(), "{ viewer notes(first: 1) { edges { node { body } } pageInfo { hasNextPage } } }").await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.body["data"]["viewer"], "usr_01040g2081040g2081040g2081");
        assert_eq!(page.body["data"]["notes"]["edges"][0]["node"]["body"], "one");
        assert_eq!(page.body["data"]["notes"]["pageInfo"]["hasNextPage"], true);

        let representation = |id: &str| format!(r#"{{ __typename: "Note", id: "{id}" }}"#);
        let missing = "msg_00000000000000000000000000";
        let list = [second.as_str(), missing, &first, &second].map(representation).join(" ");
        let before = stage.running.context().database.record_statements();
        let entities = format!("{{ _entities(representations: [{list}]) {{ ... on Note {{ body }} }} }}");
        let entities = stage.ask(&Viewer::anonymous(), &entities).await;
        let issued = before.finish().into_iter().filter(|sql| sql.contains("notes WHERE id")).count();
        assert_eq!(issued, 1);
        let bodies = json!([{ "body": "two" }, null, { "body": "one" }, { "body": "two" }]);
        assert_eq!(entities.body["data"]["_entities"], bodies);
        stage.running.stop().await;
    }
}

/// FED-35: lists without end are refused before anything is looked up; null and repeated ones cost one statement.
#[tokio::test]
async fn lists_of_representations_are_bounded() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let id = stage.write("one").await;
    let asked = |count: usize| {
        let representation = json!({ "__typename": "Note", "id": id });
        let query = "query($all: [_Any!]!) { _entities(representations: $all) { ... on Note { body } } }";
        let body = json!({ "query": query, "variables": { "all": vec![representation; count] } });
        signed(&alice(), GRAPHQL_PATH, &body.to_string())
    };
    let before = stage.running.context().database.record_statements();
    let many = stage.send(asked(LIST_VALUES_MAX)).await;
    assert_eq!(many.body["data"]["_entities"].as_array().map(Vec::len), Some(LIST_VALUES_MAX));
    assert_eq!(before.finish().into_iter().filter(|sql| sql.contains("notes WHERE id")).count(), 1);
    for count in [LIST_VALUES_MAX + 1, 40_000] {
        let before = stage.running.context().database.record_statements();
        let refused = stage.send(asked(count)).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
        assert_eq!(before.finish().len(), 0);
    }
    stage.running.stop().await;
}

/// P10: a subgraph answers nobody whom the router has not signed for, and does not even read what they say.
#[tokio::test]
async fn a_request_without_a_true_signature_is_refused_before_it_is_read() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let query = r#"{"query":"{ viewer }"}"#;
    let mut changed = signed(&alice(), GRAPHQL_PATH, query);
    *changed.body_mut() = Body::from(r#"{"query":"{ viewer  }"}"#);
    for request in [unsigned(GRAPHQL_PATH, query), unsigned(GRAPHQL_PATH, "not even JSON"), changed] {
        let answer = stage.send(request).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
        assert_eq!(answer.body["errors"][0]["extensions"]["subgraph"], "notes");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    stage.running.stop().await;
}

/// P8: each fault of a request has its status and its code.
#[tokio::test]
async fn a_request_that_cannot_be_read_says_why() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let mut text = signed(&alice(), GRAPHQL_PATH, "{}");
    text.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    let long = "x".repeat(GRAPHQL_BODY_BYTES_MAX + 1);
    let cases = [
        (signed(&alice(), GRAPHQL_PATH, "not JSON"), StatusCode::BAD_REQUEST),
        (signed(&alice(), GRAPHQL_PATH, &long), StatusCode::PAYLOAD_TOO_LARGE),
        (text, StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ];
    for (request, status) in cases {
        let answer = stage.send(request).await;
        assert_eq!((answer.status, answer.code()), (status, "BAD_USER_INPUT"));
    }
    let unknown = r#"{"query":"{ nothing }"}"#;
    assert_eq!(stage.send(signed(&alice(), GRAPHQL_PATH, unknown)).await.status, StatusCode::OK);
    let mut modern = signed(&alice(), GRAPHQL_PATH, unknown);
    modern.headers_mut().insert("accept", "application/graphql-response+json, application/json".parse().unwrap());
    let answer = stage.send(modern).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
    assert_eq!(answer.header("content-type"), "application/graphql-response+json");
    let get = Request::get(GRAPHQL_PATH).body(Body::empty()).unwrap();
    assert_eq!(stage.send(get).await.status, StatusCode::METHOD_NOT_ALLOWED);
    stage.running.stop().await;
}

/// ADV-36, HX-04, GraphQL section 7.1: what was never run has no `data`, and what was run has it, if only null.
#[tokio::test]
async fn a_request_that_is_not_run_has_no_data() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    for unrunnable in ["{ nothing }", "{", "{ viewer(unknown: 1) }"] {
        for accept in ["application/json", "application/graphql-response+json", "text/event-stream"] {
            let query = json!({ "query": unrunnable }).to_string();
            let mut request = signed(&alice(), GRAPHQL_PATH, &query);
            request.headers_mut().insert("accept", accept.parse().unwrap());
            let text = match stage.send(request).await.body {
                Value::String(events) => events,
                body => body.to_string(),
            };
            assert!(text.contains("\"errors\"") && !text.contains("\"data\""), "{unrunnable} ({accept}): {text}");
        }
    }
    let absent = stage.ask(&alice(), "{ note(id: \"no id\") { body } }").await;
    assert!(absent.body.as_object().unwrap().contains_key("data"), "{}", absent.body);
    stage.running.stop().await;
}

/// A panic costs its own request and tells nothing.
#[tokio::test]
async fn a_panic_is_contained() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let answer = stage.ask(&alice(), "{ panics }").await;
    assert_eq!((answer.status, answer.code()), (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"));
    assert!(!answer.body.to_string().contains("sample"), "{}", answer.body);
    assert_eq!(stage.ask(&alice(), "{ viewer }").await.status, StatusCode::OK);
    stage.running.stop().await;
}

/// P4: the header tells what was decided, and never lets an error be kept.
#[tokio::test]
async fn the_policy_of_caching_stands_in_the_header() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let id = stage.write("one").await;
    let note = stage.ask(&alice(), &format!("{{ note(id: {id:?}) {{ body }} }}")).await;
    assert_eq!(note.header("cache-control"), "max-age=60, public");
    assert_eq!(stage.ask(&alice(), "{ viewer }").await.header("cache-control"), "no-store");
    let failed = stage.ask(&alice(), &format!("{{ note(id: {id:?}) {{ body }} notes {{ totalCount }} }}")).await;
    assert_eq!((failed.code(), failed.header("cache-control")), ("BAD_USER_INPUT", "no-store"));
    stage.running.stop().await;
}
