//! What is protected is protected wherever an operation has it, and nothing beside the data tells of it.

use bytes::Bytes;
use http::Response;
use router_composition::SubgraphSource;
use serde_json::{Value, json};

use super::graph::{LEARNING, PEOPLE, filtering};
use crate::testkit::{Graph, Issuer, reply};

const MOODS: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@authenticated", "@requiresScopes"])
type Query { me: User code: Secret codes: [[Secret!]!] }
type Mutation { cheer(mood: String): Mood }
type User { name: String mood: Mood moods: [Mood!] code: Secret }
enum Mood @authenticated { GOOD BAD }
scalar Secret @requiresScopes(scopes: [["codes"]])
"#;
const OTHER: &str = "type Query { other: Int }";

/// FED-24: under conditions that hold, under an alias, asked for its type only, in what a mutation returns.
#[tokio::test]
async fn no_place_in_an_operation_leads_around_it() {
    for (operation, expected) in [
        ("{ me { email @include(if: true) } }", json!({ "me": { "email": null } })),
        ("{ me { email @skip(if: false) } }", json!({ "me": { "email": null } })),
        ("query($x: Boolean = true) { me { email @include(if: $x) } }", json!({ "me": { "email": null } })),
        ("{ me { ... @include(if: true) { email } } }", json!({ "me": { "email": null } })),
        ("{ me { name: email id: email } }", json!({ "me": { "name": null, "id": null } })),
        ("{ audit { __typename } }", json!({ "audit": null })),
        ("{ audit { kind: __typename @include(if: true) } }", json!({ "audit": null })),
        ("mutation { touch { email } }", json!({ "touch": { "email": null } })),
        ("mutation { rename(name: \"x\") { mail: email @skip(if: false) } }", json!({ "rename": { "mail": null } })),
    ] {
        let graph = filtering();
        let told = graph.query(operation).await.json();
        assert_eq!(told["data"], expected, "{operation}: {told}");
        assert!(
            told["errors"].as_array().unwrap().iter().all(|error| error["extensions"]["code"] == "UNAUTHENTICATED")
        );
        let documents = graph.documents().concat();
        assert!(!documents.contains("email") && !documents.contains("audit"), "{operation}: {documents}");
    }
    // There is no `@defer` to hide behind.
    let graph = filtering();
    let deferred = graph.query("{ me { name ... @defer { email } } }").await;
    assert!(deferred.json().get("data").is_none() && graph.executed() == 0, "{deferred:?}");
}

/// FED-24: in what a subscription sends, whatever the subgraph adds to it.
#[tokio::test]
async fn what_is_sent_to_subscribers_is_filtered() {
    let graph = Graph::builder().schemas(PEOPLE, LEARNING).build();
    let user = json!({ "__typename": "User", "id": "1", "name": "Lee", "email": "lee@example.org", "mail": "lee@example.org" });
    let event = json!({ "data": { "renamed": user, "secretRenamed": user } });
    graph.identity.answer(move |_| {
        let stream = Response::builder().header("content-type", "text/event-stream");
        Ok(stream.body(Bytes::from(format!("event: next\ndata: {event}\n\nevent: complete\ndata:\n\n"))).unwrap())
    });
    let headers = [("content-type", "application/json"), ("accept", "text/event-stream")];
    for (operation, data) in [
        ("subscription { renamed { name email } }", r#"{"data":{"renamed":{"name":"Lee","email":null}}"#),
        (
            "subscription { renamed { name mail: email @include(if: true) } }",
            r#"{"data":{"renamed":{"name":"Lee","mail":null}}"#,
        ),
        ("subscription { secretRenamed { name } }", "UNAUTHENTICATED"),
    ] {
        let told = graph.request("POST", "/graphql", &headers, &json!({ "query": operation }).to_string()).await;
        let text = String::from_utf8(told.body.to_vec()).unwrap();
        assert!(text.contains(data) && text.contains("UNAUTHENTICATED") && !text.contains("example.org"), "{text}");
    }
    let documents = graph.documents().concat();
    assert!(!documents.contains("email") && !documents.contains("secretRenamed"), "{documents}");
}

/// FED-25: an enum or a scalar is protected as an object is, wherever it is returned.
#[tokio::test]
async fn enums_and_scalars_are_protected() {
    let graph = Graph::builder().schemas(MOODS, OTHER).build();
    let keys = json!({ "keys": [Issuer::new("key-1", 1).public_key()] });
    let me = json!({ "__typename": "User", "name": "Lee", "mood": "GOOD", "moods": ["BAD"], "code": 7 });
    let data = json!({ "data": { "me": me, "code": 7, "codes": [[7]], "cheer": "GOOD" } });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(200, &data),
    });
    let operation = "{ me { name mood moods code } code codes }";
    let hidden =
        json!({ "me": { "name": "Lee", "mood": null, "moods": null, "code": null }, "code": null, "codes": null });
    assert_eq!(graph.query(operation).await.json()["data"], hidden);
    assert_eq!(graph.query("mutation { cheer }").await.json()["data"], json!({ "cheer": null }));
    assert!(!["mood", "code", "cheer"].iter().any(|name| graph.documents().concat().contains(name)));
    let signed_in = graph.ask_as("", operation).await.json();
    assert_eq!(signed_in["data"]["me"], json!({ "name": "Lee", "mood": "GOOD", "moods": ["BAD"], "code": null }));
    let all = graph.ask_as("codes", operation).await.json();
    assert_eq!(all["data"]["codes"], json!([[7]]), "{all}");
}

/// FED-25: what cannot be protected is refused at composition, so that nobody takes it for protected.
#[test]
fn arguments_and_values_cannot_be_taken_for_protected() {
    let link = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@authenticated"])"#;
    for types in [
        "type Query { a(b: Int @authenticated): Int }",
        "type Query { a: E } enum E { A @authenticated B }",
        "type Query { a(b: I): Int } input I { c: Int @authenticated }",
        "type Query { a(b: I): Int } input I @authenticated { c: Int }",
    ] {
        let source = SubgraphSource {
            name: "one".to_owned(),
            url: "http://one.invalid/graphql".to_owned(),
            sdl: format!("{link} {types}"),
            file_name: "one.graphql".to_owned(),
        };
        assert!(router_composition::compose(&[source]).is_err(), "{types}");
    }
}

/// FED-27: whatever there is behind what may not be seen, or is not, the reply is the same: data, errors, costs and what is asked.
#[tokio::test]
async fn nothing_beside_the_data_tells_of_it() {
    let person = |more: &Value| {
        let mut person = json!({ "__typename": "User", "id": "1", "name": "Lee" });
        person.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        person
    };
    let mut told = Vec::new();
    for (hidden, audit) in [
        (json!({}), Value::Null),
        (json!({ "email": null, "phone": null, "notes": null }), json!({ "entry": null })),
        (json!({ "email": "a@b", "phone": "1", "notes": [] }), json!({ "__typename": "Audit", "entry": "x" })),
        (json!({ "email": ["x"], "notes": [{}, {}, {}] }), json!([1, 2, 3])),
    ] {
        let graph = Graph::builder().schemas(PEOPLE, LEARNING).build();
        let (one, other) = (person(&hidden), person(&hidden));
        let data = json!({ "people": [one, other], "me": one, "audit": audit });
        graph.identity.answer(move |_| reply(200, &json!({ "data": data })));
        graph.learning.answer(|_| panic!("nobody asks"));
        let query = "{ people { name email notes { text } } me { name grade } audit { entry } }";
        let reply = graph.post(&json!({ "query": query }), &[("x-cost", "1")]).await;
        let mut body = reply.json();
        assert_eq!(body["errors"].as_array().unwrap().len(), 4, "{body}");
        for error in body["errors"].as_array_mut().unwrap() {
            error["extensions"].as_object_mut().unwrap().shift_remove("traceId");
        }
        assert!(body["extensions"]["cost"]["actual"].is_u64(), "{body}");
        told.push((reply.status, body.to_string(), graph.documents(), graph.executed()));
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
}
