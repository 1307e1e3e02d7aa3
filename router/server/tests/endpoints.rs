//! Endpoints that show a part of the graph (domain P12; OW-20, OW-22).

use http::StatusCode;
use router_server::configuration::{ContractSettings, EndpointSettings};
use serde_json::{Value, json};

use crate::testkit::{Graph, Issuer};

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@tag"])
type Query { me: User @tag(name: "partner")  ledger: Ledger @tag(name: "admin")  self: User }
type Ledger { total: Int }
type User @key(fields: "id") { id: ID! @tag(name: "partner")  name: String @tag(name: "partner")  secret: String @tag(name: "admin") }
"#;
const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@tag"])
type Query { courses(first: Int!): [String!] }
type User @key(fields: "id") { id: ID! @tag(name: "partner")  courses: [String!] }
"#;

fn tags(tags: &[&str]) -> std::collections::BTreeSet<String> {
    tags.iter().map(ToString::to_string).collect()
}

/// The public sees all but what is for administrators, who see the whole; partners see what is for them.
fn graph() -> Graph {
    let builder = Graph::builder().schemas(IDENTITY, LEARNING).settings(|settings| {
        let contract =
            |include: &[&str], exclude: &[&str]| ContractSettings { include: tags(include), exclude: tags(exclude) };
        settings.contracts.insert("public".to_owned(), contract(&[], &["admin"]));
        settings.contracts.insert("partner".to_owned(), contract(&["partner"], &[]));
        let endpoint = |path: &str, contract: &str, scopes: &[&str]| EndpointSettings {
            contract: Some(contract.to_owned()),
            whole_graph_scopes: tags(scopes),
            ..EndpointSettings::new(path)
        };
        settings.endpoints =
            vec![endpoint("/graphql", "public", &["admin"]), endpoint("/partner/graphql", "partner", &[])];
    });
    builder.build()
}

fn token(graph: &Graph, scope: &str) -> String {
    let mut claims = Issuer::claims(graph.clock.seconds());
    claims["scope"] = Value::from(scope);
    format!("Bearer {}", graph.issuer.sign(&graph.issuer.header(), &claims))
}

async fn ask(graph: &Graph, path: &str, token: Option<&str>, query: &str) -> crate::testkit::TestReply {
    let own = [("content-type", "application/json"), ("accept", "application/graphql-response+json")];
    let headers: Vec<_> = own.into_iter().chain(token.map(|token| ("authorization", token))).collect();
    graph.request("POST", path, &headers, &json!({ "query": query }).to_string()).await
}

/// P12, OW-20: what is not in the contract is nowhere in it.
#[tokio::test]
async fn what_is_outside_of_the_contract_does_not_exist() {
    let graph = graph();
    let names = "{ __schema { types { name fields { name } } } __type(name: \"Ledger\") { name } }";
    let public = ask(&graph, "/graphql", None, names).await.json().to_string();
    let partner = ask(&graph, "/partner/graphql", None, names).await.json().to_string();
    assert!(public.contains("\"self\"") && public.contains("\"courses\""), "{public}");
    assert!(!partner.contains("\"self\"") && !partner.contains("\"courses\""), "{partner}");
    for shown in [&public, &partner] {
        assert!(!shown.contains("ledger") && !shown.contains("Ledger") && !shown.contains("secret"), "{shown}");
    }
    for (path, query) in [
        ("/graphql", "{ ledger { total } }"),
        ("/graphql", "{ me { secret } }"),
        ("/graphql", "{ me { ... on User { alias: secret } } }"),
        ("/partner/graphql", "{ ledger { total } }"),
        ("/partner/graphql", "{ me { courses } }"),
        ("/partner/graphql", "{ self { name } }"),
    ] {
        let refused = ask(&graph, path, None, query).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"), "{query}");
    }
    assert_eq!(graph.executed(), 0, "nothing of it reaches a subgraph");
}

/// OW-22: a field that is nearly right is not told of one that is hidden.
#[tokio::test]
async fn nothing_hidden_is_suggested() {
    let graph = graph();
    for query in ["{ ledgr { total } }", "{ me { secrt } }", "{ me { ... on Ledgr { total } } }"] {
        let text = ask(&graph, "/graphql", None, query).await.json().to_string();
        assert!(!text.contains("ledger") && !text.contains("Ledger") && !text.contains("secret"), "{text}");
    }
}

/// P12: with the scope the same path shows the whole graph; who has another scope, or asks as a partner, sees no more.
/// Whoever asks first, an operation prepared for one view is none of another (PQ-13, CVE-2024-32971).
#[tokio::test]
async fn the_scope_shows_the_whole_graph_to_those_who_have_it() {
    let graph = graph();
    let (admin, other) = (token(&graph, "user:read admin"), token(&graph, "user:read administer"));
    let query = "{ me { name secret } }";
    for _ in 0..3 {
        for (path, viewer, expected) in [
            ("/graphql", Some(admin.as_str()), StatusCode::OK),
            ("/graphql", Some(other.as_str()), StatusCode::BAD_REQUEST),
            ("/graphql", None, StatusCode::BAD_REQUEST),
            ("/partner/graphql", Some(admin.as_str()), StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(ask(&graph, path, viewer, query).await.status, expected, "{path} {viewer:?}");
        }
    }
}

/// What a contract leaves is executed as ever, with keys that its viewers may not see.
#[tokio::test]
async fn what_is_in_the_contract_is_answered() {
    let graph = graph();
    for path in ["/graphql", "/partner/graphql"] {
        let answer = ask(&graph, path, None, "{ me { name } }").await;
        assert_eq!(answer.json(), json!({ "data": { "me": { "name": "Lee" } } }), "{path}");
    }
    assert_eq!(ask(&graph, "/else/graphql", None, "{ me { name } }").await.status, StatusCode::NOT_FOUND);
}
