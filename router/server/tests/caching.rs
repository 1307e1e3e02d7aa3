//! What is kept of replies, for whom, for how long, and what ends it.

mod headers;
mod invalidation;
mod isolation;
mod policies;
mod tags;
mod verdicts;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use router_server::RouterSettings;
use serde_json::{Value, json};

use crate::testkit::{Graph, Issuer, Outcome, TestReply, reply};

/// Says who may see what for how long: courses are everybody's, what somebody has learnt is their own.
const LEARNING: &str = r#"
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@composeDirective", "@authenticated"])
  @link(url: "https://lyceum.example/cacheControl/v1.0", import: ["@cacheControl"])
  @composeDirective(name: "@cacheControl")
directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum CacheControlScope { PUBLIC PRIVATE }
type Query {
  course(id: ID!): Course
  courses(first: Int! = 3): [Course!]! @cacheControl(maxAge: 60)
  today: String
  learnt: [Course!] @cacheControl(maxAge: 30, scope: PRIVATE)
  secret: String @cacheControl(maxAge: 60) @authenticated
}
type Mutation { rename(id: ID!, title: String!): Course }
type Course @key(fields: "id") @cacheControl(maxAge: 120) {
  id: ID!
  title: String
  views: Int @cacheControl(maxAge: 5)
  progress: Int @cacheControl(maxAge: 20, scope: PRIVATE)
}
"#;

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { me: User }
type User @key(fields: "id") { id: ID! name: String }
type Course @key(fields: "id") { id: ID! rating: Int }
"#;

/// What the subgraphs know; each course has the version that it is asked for at.
#[derive(Debug, Default)]
struct World {
    version: AtomicU64,
}

/// Answers as the subgraph would whose reply may be kept so.
fn allowing(cache_control: &'static str, body: &Value) -> Outcome {
    let mut response = Response::new(Bytes::from(body.to_string()));
    if !cache_control.is_empty() {
        response.headers_mut().insert("cache-control", cache_control.parse().unwrap());
    }
    Ok(response)
}

/// Who the subgraph is told asks.
fn viewer(request: &Request<Bytes>) -> String {
    use base64::Engine;
    let header = request.headers()["x-viewer"].as_bytes();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["sub"].as_str().unwrap_or("nobody").to_owned()
}

fn body(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

/// A graph of courses whose replies may be kept as `learning` and `identity` say.
fn graph_with(
    learning: &'static str,
    identity: &'static str,
    change: impl FnOnce(&mut RouterSettings),
) -> (Graph, Arc<World>) {
    let world = Arc::new(World::default());
    let graph = Graph::builder().schemas(IDENTITY, LEARNING).settings(change).build();
    let told = Arc::clone(&world);
    graph.learning.answer(move |request| {
        let (asked, version) = (body(request), told.version.load(Ordering::SeqCst));
        let query = asked["query"].as_str().unwrap();
        let course = |id: &str| {
            json!({ "__typename": "Course", "id": id, "title": format!("{id} v{version}"), "views": version, "progress": 7 })
        };
        if query.contains("rename") {
            let version = told.version.fetch_add(1, Ordering::SeqCst) + 1;
            let changed = json!({ "__typename": "Course", "id": "crs_1", "title": format!("crs_1 v{version}") });
            return reply(200, &json!({ "data": { "rename": changed } }));
        }
        let whose = format!("{} v{version}", viewer(request));
        let id = &asked["variables"]["id"];
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned).replace("null", "crs_1");
        allowing(learning, &json!({ "data": {
            "course": course(&id),
            "courses": [course("crs_1"), course("crs_2"), course("crs_3")],
            "learnt": [{ "__typename": "Course", "id": "crs_9", "title": whose }],
            "today": format!("day {version}"),
            "secret": format!("secret of {whose}"),
        } }))
    });
    graph.identity.answer(move |request| {
        if request.uri().path() != "/graphql" {
            return reply(200, &json!({ "keys": [Issuer::new("key-1", 1).public_key()] }));
        }
        let asked = body(request);
        let rate = |one: &Value| json!({ "rating": one["id"].as_str().unwrap().trim_start_matches("crs_").parse::<u64>().unwrap() });
        match asked["variables"]["representations"].as_array() {
            Some(representations) => {
                let entities: Vec<Value> = representations.iter().map(rate).collect();
                allowing(identity, &json!({ "data": { "_entities": entities } }))
            }
            None => allowing(identity, &json!({ "data": { "me": { "__typename": "User", "id": viewer(request), "name": "Lee" } } })),
        }
    });
    (graph, world)
}

fn graph() -> (Graph, Arc<World>) {
    graph_with("max-age=300", "max-age=300", |_| {})
}

fn bearer(graph: &Graph, subject: &str) -> String {
    let mut claims = Issuer::claims(graph.clock.seconds());
    claims["sub"] = json!(subject);
    format!("Bearer {}", graph.issuer.sign(&graph.issuer.header(), &claims))
}

async fn ask(graph: &Graph, query: &str) -> TestReply {
    graph.query(query).await
}

async fn ask_as(graph: &Graph, subject: &str, query: &str) -> TestReply {
    graph.post(&json!({ "query": query }), &[("authorization", &bearer(graph, subject))]).await
}

/// The header, or what it is when nothing may be kept.
fn cache_control(reply: &TestReply) -> String {
    reply.header("cache-control").to_owned()
}
