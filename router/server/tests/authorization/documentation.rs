//! What docs/authorization.md shows is what happens.

use router_server::RouterSettings;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::testkit::{Graph, Issuer, reply};

const PAGE: &str = include_str!("../../../../docs/authorization.md");
const OTHER: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key"])
type Query { courses: [String!] }
"#;

#[derive(Deserialize)]
struct File {
    router: RouterSettings,
}

/// The blocks of a language, without their fences.
fn blocks(language: &str) -> Vec<&'static str> {
    let begin = format!("```{language}\n");
    PAGE.split(begin.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

fn graph() -> Graph {
    let [file] = blocks("yaml")[..] else { panic!("one file") };
    let file: File = serde_saphyr::from_str(file).unwrap();
    file.router.validate().unwrap();
    let graph = Graph::builder()
        .schemas(blocks("graphql")[0], OTHER)
        .settings(|settings| settings.authorization = file.router.authorization)
        .build();
    let keys = json!({ "keys": [Issuer::new("key-1", 1).public_key()] });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => {
            let lee = json!({ "__typename": "User", "title": "Lee", "name": "Lee", "email": "lee@example.org",
                "diary": "Sunny.", "phone": "1" });
            let report = json!({ "__typename": "Report", "title": "Secret", "name": "Secret" });
            reply(200, &json!({ "data": { "me": lee, "search": [lee, report, report] } }))
        }
    });
    graph
}

#[tokio::test]
async fn every_example_is_answered_as_it_is_written() {
    let graph = graph();
    let operations = &blocks("graphql")[1..];
    let replies = blocks("json");
    assert_eq!((operations.len(), replies.len()), (3, 3));
    for (operation, expected) in operations.iter().zip(replies) {
        let viewer = operation.lines().next().unwrap();
        let reply = match viewer.strip_prefix("# scopes: ") {
            Some(scopes) => graph.ask_as(scopes, operation).await,
            None => graph.query(operation).await,
        };
        let mut found = reply.json();
        for error in found["errors"].as_array_mut().unwrap() {
            assert!(error.as_object_mut().unwrap().shift_remove("locations").is_some());
            assert!(error["extensions"].as_object_mut().unwrap().shift_remove("traceId").is_some());
        }
        assert_eq!(found, serde_json::from_str::<Value>(expected).unwrap(), "{operation}");
    }
}

/// The page's policy: an administrator, or somebody of the house who is no guest.
#[tokio::test]
async fn the_policy_means_what_it_says() {
    let graph = graph();
    for (scope, claims, expected) in [
        ("", json!({ "roles": ["ADMIN"] }), true),
        ("diary:read", json!({ "roles": [], "home": { "id": "hom_1" } }), true),
        ("diary:read", json!({ "roles": ["GUEST"], "home": { "id": "hom_1" } }), false),
        ("diary:read", json!({ "roles": [], "home": { "id": "hom_2" } }), false),
        ("", json!({ "roles": [], "home": { "id": "hom_1" } }), false),
    ] {
        let reply = graph.ask_with(&graph.token_with(scope, &claims), "{ me { diary } }").await.json();
        assert_eq!(reply["data"]["me"]["diary"] == "Sunny.", expected, "{scope} {claims}");
    }
}
