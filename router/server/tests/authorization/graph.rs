//! A graph with something protected of everything, and subgraphs that answer whatever they are asked.

use apollo_compiler::ast::{Definition, Document, Selection};
use http::Request;
use router_server::RouterSettings;
use router_server::configuration::AuthorizationMode;
use serde_json::{Map, Value, json};

use crate::testkit::{Graph, Issuer, Outcome, TestReply, reply};

pub(crate) const PEOPLE: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@shareable",
  { name: "@authenticated", as: "@signedIn" }, "@requiresScopes", "@policy"])
type Query { me: User people: [User!]! node: Node found: [Found!]! vault: Vault audit: Audit }
type Mutation {
  rename(name: String!): User
  erase: Boolean @requiresScopes(scopes: [["user:write", "admin"], ["ops"]])
  touch: User
}
type Subscription { renamed: User secretRenamed: User @signedIn }
interface Node { id: ID! name: String }
type User implements Node @key(fields: "id") {
  id: ID! name: String
  email: String @signedIn
  phone: String! @requiresScopes(scopes: [["user:read", "phone"], ["admin"]])
  friends: [User] notes: [Note!] @policy(policies: [["owner"], ["auditor", "night"]])
}
type Robot implements Node { id: ID! name: String @requiresScopes(scopes: [["robots"]]) }
type Note { text: String }
union Found = User | Robot | Audit
type Audit @signedIn { id: ID! entry: String }
interface Vault { code: Int }
type Steel implements Vault @signedIn { code: Int }
"#;

pub(crate) const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@requiresScopes"])
type Query { courses: [String!] }
type User @key(fields: "id") { id: ID! grade: String @requiresScopes(scopes: [["grades"]]) level: Int }
"#;

/// The graph, with these settings for authorization.
pub(crate) fn graph(change: impl FnOnce(&mut RouterSettings)) -> Graph {
    let graph = Graph::builder().schemas(PEOPLE, LEARNING).settings(change).build();
    let keys = json!({ "keys": [Issuer::new("key-1", 1).public_key()] });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => answer(request),
    });
    graph.learning.answer(answer);
    graph
}

pub(crate) fn filtering() -> Graph {
    graph(|_| {})
}

pub(crate) fn refusing() -> Graph {
    graph(|settings| settings.authorization.mode = AuthorizationMode::Reject)
}

impl Graph {
    /// A token with these scopes and roles, and claims beside them.
    pub(crate) fn token_with(&self, scope: &str, more: &Value) -> String {
        let mut claims = Issuer::claims(self.clock.seconds());
        claims["scope"] = json!(scope);
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        self.issuer.sign(&self.issuer.header(), &claims)
    }

    /// What a viewer with these scopes is answered.
    pub(crate) async fn ask_as(&self, scope: &str, query: &str) -> TestReply {
        self.ask_with(&self.token_with(scope, &json!({})), query).await
    }

    pub(crate) async fn ask_with(&self, token: &str, query: &str) -> TestReply {
        self.post(&json!({ "query": query }), &[("authorization", &format!("Bearer {token}"))]).await
    }

    /// The documents that subgraphs were asked so far.
    pub(crate) fn documents(&self) -> Vec<String> {
        let all = [self.identity.requests("/graphql"), self.learning.requests("/graphql")].concat();
        let text = |request: &Request<bytes::Bytes>| -> String {
            let body: Value = serde_json::from_slice(request.body()).unwrap();
            body["query"].as_str().unwrap().to_owned()
        };
        all.iter().map(text).collect()
    }
}

/// Answers any document: a string for each leaf, two items for each list, and an object that is a user, a robot, ...
fn answer(request: &Request<bytes::Bytes>) -> Outcome {
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let document = Document::parse(body["query"].as_str().unwrap(), "fetch").unwrap();
    let operation = document.definitions.iter().find_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    });
    let mut data = object("Query", &operation.unwrap().selection_set);
    if let Some(entity) = data.get("_entities").cloned() {
        let sent = body["variables"].as_object().into_iter().flatten().find_map(|(_, value)| value.as_array());
        data["_entities"] = sent.unwrap().iter().map(|_| entity.clone()).collect();
    }
    reply(200, &json!({ "data": data }))
}

fn object(ty: &str, selections: &[Selection]) -> Value {
    let mut fields = Map::new();
    add(ty, selections, &mut fields);
    fields.into()
}

fn add(ty: &str, selections: &[Selection], fields: &mut Map<String, Value>) {
    for selection in selections {
        match selection {
            Selection::Field(field) => {
                let below = |ty: &str| object(ty, &field.selection_set);
                let value = match field.name.as_str() {
                    "__typename" => json!(ty),
                    "me" | "rename" | "touch" | "_entities" => below("User"),
                    "people" | "friends" => json!([below("User"), below("User")]),
                    "node" => below("Robot"),
                    "found" => json!([below("User"), below("Robot"), below("Audit")]),
                    "vault" => below("Steel"),
                    "audit" => below("Audit"),
                    "notes" => json!([below("Note")]),
                    "erase" => json!(true),
                    "code" | "level" => json!(7),
                    name => json!(format!("{ty}'s {name}")),
                };
                fields.insert(field.response_name().to_string(), value);
            }
            Selection::InlineFragment(inline) => {
                let condition = inline.type_condition.as_ref().map_or(ty, |condition| condition.as_str());
                if condition == ty || condition == "Node" {
                    add(ty, &inline.selection_set, fields);
                }
            }
            Selection::FragmentSpread(_) => panic!("the router writes fragments out"),
        }
    }
}
