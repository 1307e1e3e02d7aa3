//! Many viewers at once: each gets the variant that is theirs.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::graph::filtering;

const OPERATIONS: [&str; 4] = [
    "{ me { email phone grade } }",
    "{ me { email grade } }",
    "{ node { name } me { grade } }",
    "query A { me { phone } } query B { me { grade } }",
];

/// PQ-13, FED-38, ADV-04: whoever asked before, and whatever is prepared, a reply is what its own viewer may see.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_viewer_gets_anothers_variant() {
    let graph = Arc::new(filtering());
    let scopes = ["grades", "admin", "robots"];
    let mut asked = Vec::new();
    for number in 0..600_usize {
        let held: BTreeSet<&str> = (0..3).filter(|bit| number & (1 << bit) != 0).map(|bit| scopes[bit]).collect();
        let is_anonymous = number % 9 == 0;
        let graph = Arc::clone(&graph);
        asked.push(tokio::spawn(async move {
            let operation = OPERATIONS[number / 8 % 4];
            let name = operation.starts_with("query A").then_some(if number % 5 == 0 { "A" } else { "B" });
            let token = graph.token_with(&held.iter().copied().collect::<Vec<_>>().join(" "), &json!({}));
            let authorization = format!("Bearer {token}");
            let headers = [("authorization", authorization.as_str())];
            let headers = if is_anonymous { &[][..] } else { &headers[..] };
            let reply = graph.post(&json!({ "query": operation, "operationName": name }), headers).await.json();
            let may = |scope: &str| !is_anonymous && held.contains(scope);
            let seen = |field: &str| match field {
                "User.email" => !is_anonymous,
                "User.phone" => may("admin"),
                "User.grade" => may("grades"),
                "Robot.name" => may("robots"),
                _ => true,
            };
            let errors = reply["errors"].as_array().cloned().unwrap_or_default();
            let code = if is_anonymous { "UNAUTHENTICATED" } else { "FORBIDDEN" };
            assert!(errors.iter().all(|error| error["extensions"]["code"] == code), "{held:?} {operation} {reply}");
            let denied: BTreeSet<&str> =
                errors.iter().filter_map(|error| error["extensions"]["coordinate"].as_str()).collect();
            assert!(denied.iter().all(|field| !seen(field)), "{held:?} {operation} {reply}");
            let text = reply["data"].to_string();
            for (field, value) in [
                ("User.email", "User's email"),
                ("User.phone", "User's phone"),
                ("User.grade", "User's grade"),
                ("Robot.name", "Robot's name"),
            ] {
                assert!(seen(field) || !text.contains(value), "{held:?} {operation} {reply}");
            }
            let nothing_denied = denied.is_empty();
            assert_eq!(nothing_denied, errors.is_empty());
        }));
    }
    for one in asked {
        one.await.unwrap();
    }
}
