//! An administrator asks as a client: its contract, its registered operations, and what the page is told of it.

use http::StatusCode;
use serde_json::{Value, json};

use super::graph::{NAME, REPORT, graph, graph_with_clients};
use crate::testkit::Graph;

async fn by_id(graph: &Graph, id: &str, run_as: &str) -> crate::testkit::TestReply {
    graph.post(&json!({ "id": id }), &[("authorization", &graph.admin("")), ("x-lyceum-as", run_as)]).await
}

/// PQ, P12: what a client has registered is executed, and nothing else; subgraphs are told of no user.
#[tokio::test]
async fn a_client_has_its_operations_and_its_contract() {
    let (graph, _folder) = graph_with_clients().await;
    let acme = json!({ "client": "acme" });
    let body = graph.ask_acting(&acme, NAME).await.json();
    assert_eq!(body["data"]["name"], "Lee");
    assert_eq!(body["extensions"]["as"], json!({ "client": "acme", "endpoint": "/partner/graphql", "scopes": [] }));
    assert_eq!(graph.signed_for().get("sub"), None);
    assert_eq!(by_id(&graph, "name", r#"{"client":"acme"}"#).await.json()["data"]["name"], "Lee");
    assert_eq!(by_id(&graph, "nothing", r#"{"client":"acme"}"#).await.code(), "PERSISTED_QUERY_NOT_FOUND");

    for not_registered in ["{ name }", "{ ledger }", "{ __schema { types { name } } }"] {
        assert_eq!(graph.ask_acting(&acme, not_registered).await.code(), "PERSISTED_QUERY_ONLY", "{not_registered}");
    }
    let body = graph.ask_acting(&acme, REPORT).await.json();
    assert_eq!(
        (&body["data"]["report"], body["errors"][0]["extensions"]["code"].as_str()),
        (&Value::Null, Some("FORBIDDEN"))
    );
    let with_scope = json!({ "client": "acme", "scopes": ["reports"], "endpoint": "/partner/graphql" });
    assert_eq!(graph.ask_acting(&with_scope, REPORT).await.json()["data"]["report"], "r");
}

/// Who is no client of its own anywhere cannot be chosen.
#[tokio::test]
async fn only_clients_can_be_chosen() {
    let (graph, _folder) = graph_with_clients().await;
    for (run_as, problem) in [
        (json!({ "client": "globex" }), "registered nothing"),
        (json!({ "client": "public" }), "no such endpoint serves"),
        (json!({ "client": "acme", "endpoint": "/graphql" }), "no such endpoint serves"),
        (json!({ "client": "acme", "endpoint": "/nowhere" }), "no such endpoint serves"),
        (json!({ "client": "../acme" }), "registered nothing"),
    ] {
        let refused = graph.ask_acting(&run_as, NAME).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"), "{run_as}");
        assert!(refused.message().contains(problem), "{run_as}: {}", refused.message());
    }
    assert_eq!(graph.executed(), 0);
}

/// The page offers the roles and scopes that mean something here, and the clients with what they have registered.
#[tokio::test]
async fn the_page_learns_what_there_is_to_choose() {
    let (graph, _folder) = graph_with_clients().await;
    let (admin, partner) = (graph.admin(""), graph.token_with("admin", &json!({ "roles": ["PARTNER"] })));
    let choices = graph.request("GET", "/playground/choices", &[("authorization", &admin)], "").await;
    assert_eq!((choices.status, choices.header("cache-control")), (StatusCode::OK, "no-store"));
    let choices = choices.json();
    assert_eq!(choices["scopes"], json!(["admin", "pay", "reports"]));
    assert_eq!(choices["roles"], json!(["ADMIN", "GUEST", "PARENT"]));
    let acme = &choices["clients"][0];
    assert_eq!((&acme["name"], &acme["endpoint"]), (&json!("acme"), &json!("/partner/graphql")));
    assert_eq!(acme["operations"][0], json!({ "id": "name", "name": "Name", "text": NAME }));
    assert_eq!(choices["clients"].as_array().unwrap().len(), 1);

    let schema = async |run_as: &str| {
        let headers = [("authorization", admin.as_str()), ("x-lyceum-as", run_as)];
        let schema = graph.request("GET", "/playground/schema", &headers, "").await;
        assert_eq!(schema.status, StatusCode::OK);
        String::from_utf8(schema.body.to_vec()).unwrap()
    };
    let partners = schema(r#"{"client":"acme"}"#).await;
    assert!(partners.contains("report: String") && !partners.contains("ledger") && !partners.contains("diary"));
    assert!(!schema("{}").await.contains("ledger") && schema(r#"{"scopes":["admin"]}"#).await.contains("ledger"));

    for path in ["/playground/choices", "/playground/schema"] {
        let learner = format!("Bearer {}", graph.token_with("reports", &json!({})));
        let partner = format!("Bearer {partner}");
        for (headers, status) in [
            (vec![], 401),
            (vec![("authorization", learner.as_str())], 403),
            (vec![("authorization", partner.as_str())], 403),
            (vec![("authorization", "Bearer e30.e30.e30")], 401),
        ] {
            let as_nobody = [("x-lyceum-as", "{}")];
            let refused = graph.request("GET", path, &[&headers[..], &as_nobody].concat(), "").await;
            assert_eq!(refused.status.as_u16(), status, "{path}");
            assert!(!refused.body.windows(6).any(|window| window == b"report"), "{path}");
        }
    }
    let without = Graph::new();
    assert_eq!(without.request("GET", "/playground/choices", &[], "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(graph_without_registry().await, json!([]));
}

async fn graph_without_registry() -> Value {
    let graph = graph();
    let choices = graph.request("GET", "/playground/choices", &[("authorization", &graph.admin(""))], "").await;
    choices.json()["clients"].clone()
}
