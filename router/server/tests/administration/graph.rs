//! A graph with something to hide, and who asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use router_registry::{ClientName, FolderStore, RegisteredOperation, RegistryStore};
use router_server::configuration::{
    ContractSettings, EndpointOperations, EndpointSettings, OperationMode, PlaygroundSettings, PolicyRule,
};
use router_server::{Registry, RouterSettings};
use serde_json::{Value, json};

use crate::testkit::{Graph, GraphBuilder, TestReply, reply};

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6",
  import: ["@tag", "@authenticated", "@requiresScopes", "@policy"])
type Query {
  name: String @tag(name: "partner")
  mine: String @authenticated
  report: String @requiresScopes(scopes: [["reports"]]) @tag(name: "partner")
  diary: String @policy(policies: [["family"]])
  garden: String @policy(policies: [["neighbour"]])
  ledger: Int @tag(name: "admin")
}
type Mutation {
  rename(name: String!): String
  pay: String @requiresScopes(scopes: [["pay"]])
  leave: String @policy(policies: [["welcome"]])
  dig: String @policy(policies: [["neighbour"]])
}
type Subscription { payments: String @requiresScopes(scopes: [["pay"]]) }
"#;
const LEARNING: &str = "type Query { courses(first: Int!): [String!] }";

pub(crate) const NAME: &str = "query Name { name }";
pub(crate) const REPORT: &str = "query Report { report }";

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

/// The public sees all but what is for administrators; at `/partner/graphql` clients ask what they have registered.
pub(crate) fn builder() -> GraphBuilder {
    let operations = EndpointOperations {
        mode: OperationMode::Registered,
        client_role: Some("PARTNER".to_owned()),
        ..EndpointOperations::default()
    };
    Graph::builder().schemas(IDENTITY, LEARNING).settings(|settings| {
        let contract =
            |include: &[&str], exclude: &[&str]| ContractSettings { include: names(include), exclude: names(exclude) };
        settings.contracts.insert("public".to_owned(), contract(&[], &["admin"]));
        settings.contracts.insert("partner".to_owned(), contract(&["partner"], &[]));
        settings.endpoints = vec![
            EndpointSettings {
                contract: Some("public".to_owned()),
                whole_graph_scopes: names(&["admin"]),
                ..EndpointSettings::new("/graphql")
            },
            EndpointSettings {
                contract: Some("partner".to_owned()),
                operations,
                ..EndpointSettings::new("/partner/graphql")
            },
        ];
        let role = |role: &str| PolicyRule::Role { role: role.to_owned() };
        settings.authorization.policies.insert("family".to_owned(), role("PARENT"));
        let welcome = PolicyRule::Not { not: Box::new(role("GUEST")) };
        settings.authorization.policies.insert("welcome".to_owned(), welcome);
        let neighbour = PolicyRule::Claim { claim: "/home/street".to_owned(), equals: json!("Elm") };
        settings.authorization.policies.insert("neighbour".to_owned(), neighbour);
        settings.playground = Some(PlaygroundSettings::default());
    })
}

pub(crate) fn built(builder: GraphBuilder) -> Graph {
    let graph = builder.build();
    let data = json!({
        "name": "Lee", "mine": "m", "report": "r", "diary": "d", "ledger": 7,
        "garden": "roses", "dig": "dug", "rename": "Kim", "pay": "paid", "leave": "left",
    });
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(200, &json!({ "data": data })),
    });
    graph
}

pub(crate) fn graph() -> Graph {
    built(builder())
}

pub(crate) fn graph_with(change: impl FnOnce(&mut RouterSettings)) -> Graph {
    built(builder().settings(change))
}

/// With a client `acme`, which has registered `Name` and `Report`, and what everybody may ask.
pub(crate) async fn graph_with_clients() -> (Graph, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    for (client, texts) in [("acme", vec![NAME, REPORT]), ("public", vec![NAME])] {
        let operations = texts.into_iter().map(|text| {
            let name = text.split(' ').nth(1).map(str::to_owned);
            RegisteredOperation { id: name.clone().unwrap().to_lowercase().into(), name, text: text.into() }
        });
        store.publish(&ClientName::parse(client).unwrap(), operations.collect()).await.unwrap();
    }
    let registry = Arc::new(Registry::open(Arc::new(store)).await.unwrap());
    (built(builder().registry(registry)), folder)
}

impl Graph {
    /// The value of `authorization` for an administrator with these scopes beside `admin`.
    pub(crate) fn admin(&self, scopes: &str) -> String {
        format!("Bearer {}", self.token_with(&format!("admin {scopes}"), &json!({ "roles": ["ADMIN", "GUEST"] })))
    }

    /// What an administrator is answered who asks as this one.
    pub(crate) async fn ask_acting(&self, run_as: &Value, query: &str) -> TestReply {
        let headers = [("authorization", self.admin("")), ("x-lyceum-as", run_as.to_string())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post(&json!({ "query": query }), &headers).await
    }

    /// Whom the last request to the subgraph was signed for.
    pub(crate) fn signed_for(&self) -> Value {
        let requests = self.identity.requests("/graphql");
        let header = requests.last().unwrap().headers()["x-viewer"].as_bytes();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
    }
}
