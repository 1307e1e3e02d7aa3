//! `@cacheTag`, and the tags that subgraphs give their answers: what they call something, operators outdate by that word.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use super::invalidation::operate;
use super::{allowing, body};
use crate::testkit::{Graph, Issuer, reply};

const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@cacheTag"])
type Query {
  top(first: Int = 3, in: Filter, level: Level = EASY): String
    @cacheTag(format: "top") @cacheTag(format: "top-{$args.first}") @cacheTag(format: "in-{$args.in.category}")
    @cacheTag(format: "level-{$args.level}")
  day: String
}
input Filter { category: ID }
enum Level { EASY HARD }
type User @key(fields: "id") @cacheTag(format: "user-{$key.id}") @cacheTag(format: "users") { id: ID! courses: [String!] }
"#;

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
type Query { people: [User!] }
type User @key(fields: "id") { id: ID! name: String }
"#;

/// A graph whose answers say how often `learning` was asked for something else, and what it says in `extensions`.
fn graph(extensions: Value) -> (Graph, Arc<AtomicU64>) {
    let graph = Graph::builder().schemas(IDENTITY, LEARNING).build();
    let version = Arc::new(AtomicU64::new(0));
    let keys = json!({ "keys": [Issuer::new("key-1", 1).public_key()] });
    graph.identity.answer(move |request| {
        if request.uri().path() != "/graphql" {
            return reply(200, &keys);
        }
        let people: Vec<Value> = ["1", "2"].map(|id| json!({ "__typename": "User", "id": id, "name": id })).into();
        reply(200, &json!({ "data": { "people": people } }))
    });
    let now = Arc::clone(&version);
    graph.learning.answer(move |request: &Request<Bytes>| {
        let (asked, now) = (body(request), now.load(Ordering::SeqCst).to_string());
        let representations = asked["variables"].as_object().and_then(|all| all.values().find_map(Value::as_array));
        let data = match representations {
            Some(all) => json!({ "_entities": all.iter().map(|_| json!({ "courses": [now] })).collect::<Vec<_>>() }),
            None => json!({ "top": now, "a": now, "b": now, "day": now }),
        };
        allowing("max-age=300", &json!({ "data": data, "extensions": extensions }))
    });
    (graph, version)
}

async fn data(graph: &Graph, query: &str, variables: Value) -> Value {
    let told = graph.post(&json!({ "query": query, "variables": variables }), &[]).await.json();
    assert_eq!(told["errors"], Value::Null, "{told}");
    told["data"].clone()
}

async fn outdate(graph: &Graph, tag: &str) {
    let body = json!({ "tags": [tag] }).to_string();
    let done = operate(graph, "POST", "/ops/cache/invalidate", "ops:read admin", &body).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
}

/// An answer to a field is outdated by its tags, filled with the arguments that it was asked with, wherever they come from;
/// by no others.
#[tokio::test]
async fn answers_to_root_fields_are_outdated_by_their_tags() {
    for (query, variables, own, others) in [
        ("{ top }", json!({}), ["top", "top-3", "level-EASY"], ["top-", "in-", "top-4"]),
        ("{ top(first: 4) }", json!({}), ["top", "top-4", "level-EASY"], ["top-3", "users", "level-HARD"]),
        (
            "query($n: Int, $c: ID, $l: Level) { top(first: $n, in: { category: $c }, level: $l) }",
            json!({ "n": 5, "c": "x\"}", "l": "HARD" }),
            ["top-5", "in-x\"}", "level-HARD"],
            ["top-3", "in-x", "level-EASY"],
        ),
        (
            "query($n: Int, $in: Filter) { top(first: $n, in: $in, level: HARD) }",
            json!({ "in": { "category": "7" } }),
            ["top-3", "in-7", "level-HARD"],
            ["in-", "in-8", "top-"],
        ),
        // Null is no value, and not the default.
        ("{ top(first: null) }", json!({}), ["top", "level-EASY", "top"], ["top-3", "top-null", "in-null"]),
        (
            "{ ... on Query { a: top(first: 1) ...More } } fragment More on Query { b: top(first: 2) }",
            json!({}),
            ["top-1", "top-2", "top"],
            ["top-3", "a", "b"],
        ),
    ] {
        let (graph, version) = graph(Value::Null);
        let first = data(&graph, query, variables.clone()).await;
        for other in others {
            version.fetch_add(1, Ordering::SeqCst);
            outdate(&graph, other).await;
            assert_eq!(data(&graph, query, variables.clone()).await, first, "{query}: {other}");
        }
        let mut before = first;
        for tag in own {
            version.fetch_add(1, Ordering::SeqCst);
            outdate(&graph, tag).await;
            let now = data(&graph, query, variables.clone()).await;
            assert_ne!(now, before, "{query}: {tag}");
            before = now;
        }
    }
}

fn courses(data: &Value) -> [&str; 2] {
    [0, 1].map(|index| data["people"][index]["courses"][0].as_str().unwrap())
}

/// An entity is outdated by the tags of its own key; the others beside it stay.
#[tokio::test]
async fn entities_are_outdated_by_their_tags() {
    const PEOPLE: &str = "{ people { courses } }";
    let (graph, version) = graph(Value::Null);
    assert_eq!(courses(&data(&graph, PEOPLE, json!({})).await), ["0", "0"]);
    version.store(1, Ordering::SeqCst);
    outdate(&graph, "user-3").await;
    assert_eq!(courses(&data(&graph, PEOPLE, json!({})).await), ["0", "0"]);
    outdate(&graph, "user-2").await;
    assert_eq!(courses(&data(&graph, PEOPLE, json!({})).await), ["0", "1"]);
    let last = graph.learning.requests("/graphql").len();
    assert_eq!(last, 2);
    version.store(2, Ordering::SeqCst);
    graph.server.cache_invalidation().outdate_tagged(["users"].into_iter());
    assert_eq!(courses(&data(&graph, PEOPLE, json!({})).await), ["2", "2"]);
}

/// A subgraph says itself, with its answer, what outdates it: each entity has its own words, and those of all.
#[tokio::test]
async fn a_subgraph_tags_its_own_answers() {
    const PEOPLE: &str = "{ people { courses } }";
    let said = json!({ "apolloCacheTags": ["everyone"], "apolloEntityCacheTags": [["left"], ["right", "far right"]] });
    let (graph, version) = graph(said);
    data(&graph, PEOPLE, json!({})).await;
    data(&graph, "{ day }", json!({})).await;
    for (tag, expected, day) in [("nobody", ["0", "0"], "0"), ("left", ["2", "0"], "0"), ("everyone", ["3", "3"], "3")]
    {
        version.fetch_add(1, Ordering::SeqCst);
        outdate(&graph, tag).await;
        assert_eq!(courses(&data(&graph, PEOPLE, json!({})).await), expected, "{tag}");
        assert_eq!(data(&graph, "{ day }", json!({})).await["day"], day, "{tag}");
    }
}

/// Nobody knows what would outdate an answer whose tags make no sense: it is not kept.
#[tokio::test]
async fn an_answer_with_tags_that_make_no_sense_is_not_kept() {
    for said in [json!({ "apolloCacheTags": "a" }), json!({ "apolloEntityCacheTags": [1] })] {
        let (graph, version) = graph(said);
        assert_eq!(data(&graph, "{ day }", json!({})).await["day"], "0");
        version.store(1, Ordering::SeqCst);
        assert_eq!(data(&graph, "{ day }", json!({})).await["day"], "1");
    }
}
