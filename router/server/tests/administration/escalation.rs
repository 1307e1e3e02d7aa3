//! Nobody gains a right by asking as another (OW-19).

use http::StatusCode;
use router_server::configuration::PlaygroundSettings;
use serde_json::{Value, json};

use super::graph::{graph, graph_with};
use super::log::Log;
use crate::testkit::{Graph, TestReply};

const PAY: &str = "mutation { pay }";

async fn ask(graph: &Graph, path: &str, token: Option<&str>, run_as: &[&str]) -> TestReply {
    let mut headers = vec![("content-type", "application/json"), ("accept", "application/graphql-response+json")];
    headers.extend(token.map(|token| ("authorization", token)));
    headers.extend(run_as.iter().map(|run_as| ("x-lyceum-as", *run_as)));
    graph.request("POST", path, &headers, &json!({ "query": "{ name report }" }).to_string()).await
}

/// Who is no administrator is refused, not answered as themselves: the operation may do less harm than they think, or more.
#[tokio::test]
async fn only_administrators_ask_as_others() {
    let graph = graph();
    let token = |scope: &str, claims: Value| format!("Bearer {}", graph.token_with(scope, &claims));
    for (token, status, code) in [
        (None, 401, "UNAUTHENTICATED"),
        (Some("Bearer e30.e30.e30".to_owned()), 401, "UNAUTHENTICATED"),
        (Some(token("", json!({}))), 403, "FORBIDDEN"),
        (Some(token("reports administrator", json!({ "roles": ["ADMIN", "admin"] }))), 403, "FORBIDDEN"),
        (Some(token("Admin ops:read", json!({}))), 403, "FORBIDDEN"),
        (Some(token("admin", json!({ "roles": ["PARTNER"] }))), 403, "FORBIDDEN"),
    ] {
        for run_as in [r#"{"scopes":["reports"]}"#, "{}", r#"{"anonymous":true}"#, "nonsense", ""] {
            let refused = ask(&graph, "/graphql", token.as_deref(), &[run_as]).await;
            assert_eq!((refused.status.as_u16(), refused.code().as_str()), (status, code), "{token:?} {run_as}");
        }
    }
    assert_eq!(graph.executed(), 0);
}

/// The header means something where the page is, and nowhere else.
#[tokio::test]
async fn it_is_refused_where_there_is_no_page() {
    let graph = graph();
    let refused = ask(&graph, "/partner/graphql", Some(&graph.admin("")), &["{}"]).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
    assert!(refused.message().contains("No operation is run as another at this path"), "{}", refused.message());
    let without = graph_with(|settings| settings.playground = None);
    let refused = ask(&without, "/graphql", Some(&without.admin("")), &["{}"]).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
    let nobody = PlaygroundSettings { admin_scopes: [].into(), ..PlaygroundSettings::default() };
    let closed = graph_with(|settings| settings.playground = Some(nobody));
    assert_eq!(ask(&closed, "/graphql", Some(&closed.admin("")), &["{}"]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(graph.executed() + without.executed() + closed.executed(), 0);
}

#[tokio::test]
async fn a_value_that_is_no_identity_is_refused() {
    let graph = graph();
    let long = format!(r#"{{"scopes":["{}"]}}"#, "s".repeat(4096));
    let doubled = r#"{"scopes":["reports"],"scopes":[]}"#;
    for (run_as, problem) in [
        (vec![""], "is not what it should be"),
        (vec!["admin"], "is not what it should be"),
        (vec!["[]"], "is not what it should be"),
        (vec!["null"], "is not what it should be"),
        (vec![r#"{"subject":"usr_2"}"#], "unknown field"),
        (vec![r#"{"sub":"usr_2"}"#], "unknown field"),
        (vec![r#"{"scopes":"reports"}"#], "is not what it should be"),
        (vec![r#"{"scopes":["a b"]}"#], "can be no role and no scope"),
        (vec![r#"{"roles":[""]}"#], "can be no role and no scope"),
        (vec![r#"{"roles":["\u0000"]}"#], "can be no role and no scope"),
        (vec![doubled], "duplicate field"),
        (vec![r#"{"anonymous":true,"scopes":["reports"]}"#], "nobody who is signed in"),
        (vec![r#"{"anonymous":true,"client":"acme"}"#], "nobody who is signed in"),
        (vec![r#"{"client":"acme","roles":["ADMIN"]}"#], "names a client and roles"),
        (vec![r#"{"claims":{"sub":"usr_2"}}"#], "names the claim \"sub\""),
        (vec![r#"{"claims":{"scope":"pay"}}"#], "names the claim \"scope\""),
        (vec![r#"{"claims":[]}"#], "is not what it should be"),
        (vec![r#"{"anonymous":true,"claims":{"home":1}}"#], "nobody who is signed in"),
        (vec![r#"{"client":"acme","claims":{"home":1}}"#], "a client has its own"),
        (vec![r#"{"endpoint":"/partner/graphql"}"#], "no client"),
        (vec![r#"{"client":"acme"}"#], "registered nothing"),
        (vec![&long], "at most 4096 are read"),
        (vec!["{}", "{}"], "more than once"),
    ] {
        let refused = ask(&graph, "/graphql", Some(&graph.admin("")), &run_as).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"),
            "{run_as:?}"
        );
        assert!(refused.message().contains(problem), "{run_as:?}: {}", refused.message());
    }
    assert_eq!(graph.executed(), 0);
}

/// What changes something has no right that the administrator lacks; what is withheld is told.
#[tokio::test]
async fn a_mutation_has_no_more_rights_than_the_administrator() {
    let graph = graph();
    let wanted = json!({ "roles": ["ADMIN", "PARENT"], "scopes": ["pay", "admin"] });
    let body = graph.ask_acting(&wanted, PAY).await.json();
    assert_eq!((&body["data"]["pay"], &body["errors"][0]["extensions"]["code"]), (&Value::Null, &json!("FORBIDDEN")));
    assert_eq!(graph.executed(), 0, "it is not made");
    let had =
        json!({ "roles": ["ADMIN"], "scopes": ["admin"], "withheld": { "roles": ["PARENT"], "scopes": ["pay"] } });
    assert_eq!(body["extensions"]["as"], had);

    let body = graph.ask_acting(&wanted, "mutation { rename(name: \"Kim\") }").await.json();
    assert_eq!(body["data"]["rename"], "Kim");
    let signed = graph.signed_for();
    assert_eq!(
        (&signed["sub"], &signed["roles"], &signed["scopes"]),
        (&json!("usr_1"), &json!(["ADMIN"]), &json!(["admin"]))
    );

    // With fewer rights than one's own it fails as it fails for those who have them.
    let (own, run_as) = (graph.admin("pay"), r#"{"scopes":[]}"#);
    let headers = [("authorization", own.as_str()), ("x-lyceum-as", run_as)];
    assert_eq!(graph.post(&json!({ "query": PAY }), &headers[..1]).await.json()["data"]["pay"], "paid");
    assert_eq!(graph.post(&json!({ "query": PAY }), &headers).await.json()["data"]["pay"], Value::Null);
}

/// A policy may be met by who lacks a role: giving that up is no way around it.
#[tokio::test]
async fn a_mutation_meets_the_rules_of_both() {
    let graph = graph();
    for run_as in [json!({}), json!({ "roles": ["ADMIN"] }), json!({ "anonymous": true })] {
        let body = graph.ask_acting(&run_as, "mutation { leave }").await.json();
        assert_eq!(body["data"]["leave"], Value::Null, "{run_as}");
    }
    assert_eq!(graph.executed(), 0);
}

/// What was chosen to read with does not widen the graph in which a mutation is found, nor what is subscribed to.
#[tokio::test]
async fn neither_has_a_subscription() {
    let graph = graph();
    let refused = graph.ask_acting(&json!({ "scopes": ["pay"] }), "subscription { payments }").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    assert_eq!(graph.executed(), 0);
}

/// Each run is in the log, with who asked and as whom it was run; so is what was refused.
#[tokio::test]
async fn the_log_tells_who_asked_as_whom() {
    let graph = graph();
    let log = Log::begin();
    graph.ask_acting(&json!({ "roles": ["PARENT"], "scopes": ["reports"] }), "{ name }").await;
    let run = log.take();
    let told = run.iter().find(|line| line.contains("run as another")).unwrap_or_else(|| panic!("{run:?}"));
    assert!(told.contains("usr_1") && told.contains(r#"{"roles":["PARENT"],"scopes":["reports"]}"#), "{told}");
    let learner = format!("Bearer {}", graph.token_with("reports", &json!({})));
    ask(&graph, "/graphql", Some(&learner), &[r#"{"scopes":["pay"]}"#]).await;
    let run = log.take();
    let told = run.iter().find(|line| line.contains("refused")).unwrap_or_else(|| panic!("{run:?}"));
    assert!(told.contains("usr_1") && told.contains("Only administrators"), "{told}");
}
