//! Policies that the configuration defines.

use router_server::RouterSettings;
use router_server::configuration::PolicyRule;
use serde_json::{Value, json};

use super::graph::{filtering, graph};
use crate::testkit::Graph;

fn rule(rule: Value) -> PolicyRule {
    serde_json::from_value(rule).unwrap_or_else(|error| panic!("{error}"))
}

fn with(policies: &[(&str, Value)]) -> Graph {
    let policies = policies.iter().map(|(name, written)| ((*name).to_owned(), rule(written.clone()))).collect();
    graph(|settings| settings.authorization.policies = policies)
}

async fn is_seen(graph: &Graph, scope: &str, claims: &Value) -> bool {
    let token = graph.token_with(scope, claims);
    let reply = graph.ask_with(&token, "{ me { notes { text } } }").await.json();
    let is_seen = reply["errors"].is_null();
    assert_eq!(!reply["data"]["me"]["notes"].is_null(), is_seen, "{reply}");
    is_seen
}

#[tokio::test]
async fn a_policy_is_a_rule_over_the_claims() {
    for (written, scope, claims, expected) in [
        (json!({ "scope": "notes" }), "notes", json!({}), true),
        (json!({ "scope": "notes" }), "note", json!({ "roles": ["notes"] }), false),
        (json!({ "role": "ADMIN" }), "", json!({ "roles": ["MENTEE", "ADMIN"] }), true),
        (json!({ "role": "ADMIN" }), "ADMIN", json!({}), false),
        (json!({ "claim": "/team/id", "equals": 7 }), "", json!({ "team": { "id": 7 } }), true),
        (json!({ "claim": "/team/id", "equals": 7 }), "", json!({ "team": { "id": "7" } }), false),
        (json!({ "claim": "/team/id", "equals": null }), "", json!({}), false),
        (json!({ "claim": "/sub", "equals": "usr_1" }), "", json!({}), true),
        (json!({ "claim": "/roles/0", "equals": "MENTEE" }), "", json!({}), true),
        (json!({ "all": [{ "scope": "a" }, { "role": "B" }] }), "a", json!({ "roles": ["B"] }), true),
        (json!({ "all": [{ "scope": "a" }, { "role": "B" }] }), "a", json!({ "roles": [] }), false),
        (json!({ "any": [{ "scope": "a" }, { "role": "B" }] }), "", json!({ "roles": ["B"] }), true),
        (json!({ "any": [{ "scope": "a" }, { "role": "B" }] }), "b", json!({ "roles": [] }), false),
        (json!({ "not": { "role": "GUEST" } }), "", json!({ "roles": ["GUEST"] }), false),
        (json!({ "not": { "role": "GUEST" } }), "", json!({ "roles": [] }), true),
    ] {
        let graph = with(&[("owner", written.clone())]);
        assert_eq!(is_seen(&graph, scope, &claims).await, expected, "{written} {scope} {claims}");
        // Who says nothing of themselves meets no policy, not even one that only excludes others.
        let reply = graph.query("{ me { notes { text } } }").await;
        assert_eq!(reply.code(), "UNAUTHENTICATED");
    }
}

/// The graph's alternatives: `owner`, or `auditor` together with `night`.
#[tokio::test]
async fn a_policy_without_a_rule_is_met_by_nobody() {
    let token = "auditor night owner";
    assert!(!is_seen(&filtering(), token, &json!({})).await);
    assert!(!is_seen(&with(&[("auditor", json!({ "scope": "auditor" }))]), token, &json!({})).await);
    let both = [("auditor", json!({ "scope": "auditor" })), ("night", json!({ "scope": "night" }))];
    assert!(is_seen(&with(&both), token, &json!({})).await);
    assert!(!is_seen(&with(&both), "auditor", &json!({})).await);
}

#[test]
fn a_rule_that_cannot_be_meant_is_refused() {
    for written in [
        json!({}),
        json!({ "scope": 5 }),
        json!({ "scope": "a", "role": "b" }),
        json!({ "claim": "/a" }),
        json!({ "scopes": "a" }),
        json!({ "not": [] }),
    ] {
        let failure = serde_json::from_value::<PolicyRule>(written.clone()).unwrap_err().to_string();
        assert!(failure.contains("a rule is one of {scope: name}"), "{written}: {failure}");
    }
    let deep = (0..20).fold(json!({ "scope": "a" }), |rule, _| json!({ "not": rule }));
    for written in [
        json!({ "scope": "" }),
        json!({ "role": "" }),
        json!({ "claim": "team", "equals": 1 }),
        json!({ "all": [] }),
        json!({ "not": { "any": [] } }),
        deep,
    ] {
        let mut settings = RouterSettings::default();
        settings.authorization.policies.insert("p".to_owned(), rule(written.clone()));
        let failure = settings.validate().unwrap_err().to_string();
        assert!(failure.starts_with("authorization.policies.p: "), "{written}: {failure}");
    }
}
