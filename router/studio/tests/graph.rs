//! The graph is told with what is used of it, and how it has changed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use router_schema::Supergraph;
use router_studio::view::subgraphs::SubgraphFacts;
use router_studio::{FetchOutcome, RequestSink, Studio, StudioOptions, Window};
use serde_json::json;

use crate::testkit::{Clock, in_memory, operation, request};

const SUPERGRAPH: &str = r#"
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) @link(url: "https://specs.apollo.dev/tag/v0.3") { query: Query }
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { LEARNING @join__graph(name: "learning", url: "http://learning.invalid/graphql") MEDIA @join__graph(name: "media", url: "") }
type Query @join__type(graph: LEARNING) @join__type(graph: MEDIA) { courses: [Course!]! @join__field(graph: LEARNING) }
type Course @join__type(graph: LEARNING, key: "id") @join__type(graph: MEDIA, key: "id") {
  id: ID!
  title: String @join__field(graph: LEARNING) @deprecated(reason: "Use name.") @tag(name: "partner")
  stream: Stream @join__field(graph: MEDIA)
}
type Stream @join__type(graph: MEDIA) { url: String! }
"#;

fn supergraph(sdl: &str) -> Supergraph {
    Supergraph::parse(sdl).unwrap()
}

#[tokio::test]
async fn the_graph_is_told_with_what_is_used_of_it() {
    let (studio, clock) = in_memory().await;
    studio.learn(&supergraph(SUPERGRAPH));
    for number in 0..3 {
        studio.answered(&Arc::new(request(number, &clock, &operation("Home"), 50)), None);
    }
    let told = studio.graph(Window::Hour).await;
    assert_eq!(
        told["subgraphs"],
        json!([{ "name": "learning", "types": 2, "fields": 3 }, { "name": "media", "types": 2, "fields": 3 }])
    );
    let course = &told["entities"][0];
    assert_eq!((&course["type"], &course["owners"]), (&json!("Course"), &json!(["learning", "media"])));
    assert_eq!(course["keys"][0], json!({ "subgraph": "learning", "fields": "id" }));
    let field = |name: &str| {
        let fields = course["fields"].as_array().unwrap();
        fields.iter().find(|field| field["name"] == name).unwrap().clone()
    };
    assert_eq!((&field("stream")["requests"], &field("title")["requests"]), (&json!(3), &json!(0)));
    assert_eq!((&field("title")["deprecated"], &field("title")["tags"]), (&json!("Use name."), &json!(["partner"])));
    assert_eq!(told["edges"], json!([{ "from": "learning", "to": "media", "entity": "Course", "requests": 3 }]));
    let unused: Vec<_> = told["unused"].as_array().unwrap().iter().map(|field| field["coordinate"].clone()).collect();
    assert_eq!(unused, ["Course.id", "Course.title", "Stream.url"]);
    assert_eq!(told["unused"][0]["sinceAt"], told["observedSinceAt"]);
}

#[tokio::test]
async fn subgraphs_are_told_with_how_they_do_and_what_they_define() {
    let (studio, clock) = in_memory().await;
    studio.learn(&supergraph(SUPERGRAPH));
    for number in 0..4 {
        let mut told = request(number, &clock, &operation("Home"), 50);
        if number == 0 {
            told.fetches[1].outcome = FetchOutcome::TimedOut;
        }
        studio.answered(&Arc::new(told), None);
    }
    let facts = SubgraphFacts { in_process: true, is_reachable: Some(true), in_flight: 2, in_flight_max: Some(8) };
    let facts = BTreeMap::from([("media".to_owned(), facts)]);
    let told = studio.subgraphs(Window::FiveMinutes, &facts).await.unwrap();
    let (learning, media) = (&told["subgraphs"][0], &told["subgraphs"][1]);
    assert_eq!((&learning["health"], &learning["url"]), (&json!("up"), &json!("http://learning.invalid/graphql")));
    assert_eq!((&media["health"], &media["requests"], &media["errors"]), (&json!("degraded"), &json!(4), &json!(1)));
    assert_eq!((&media["inProcess"], &media["saturation"], &media["url"]), (&json!(true), &json!(0.25), &json!(null)));
    let media = studio.subgraph("media", Window::FiveMinutes, &facts).await.unwrap().unwrap();
    assert!(
        media["sdl"].as_str().unwrap().contains("type Course @key(fields: \"id\") {\n  id: ID!\n  stream: Stream\n}"),
        "{}",
        media["sdl"]
    );
    assert_eq!(media["operations"][0]["name"], "Home");
    assert_eq!(media["entities"], json!([{ "type": "Course", "keys": ["id"] }]));
    assert_eq!(studio.subgraph("nobody", Window::FiveMinutes, &facts).await.unwrap(), None);
}

#[tokio::test]
async fn changes_of_a_schema_are_remembered() {
    let (clock, folder) = (Clock::new(), tempfile::tempdir().unwrap());
    let options = || StudioOptions { path: Some(folder.path().join("studio.sqlite")), ..clock.options() };
    for sdl in [SUPERGRAPH, SUPERGRAPH, &SUPERGRAPH.replace("url: String! }", "url: String length: Int }")] {
        let studio = Studio::open(options()).await.unwrap();
        studio.learn(&supergraph(sdl));
        studio.close().await;
        clock.advance(Duration::from_secs(60));
    }
    let studio = Studio::open(options()).await.unwrap();
    let changed = SUPERGRAPH.replace("url: String! }", "url: String length: Int }");
    studio.learn(&supergraph(&changed));
    let media = studio.subgraph("media", Window::FiveMinutes, &BTreeMap::new()).await.unwrap().unwrap();
    let change = json!({ "at": "2026-09-21T00:02:00.000Z", "added": ["Stream.length"], "removed": [], "changed": ["Stream.url"] });
    assert_eq!((&media["changes"], &media["sdlChangedAt"]), (&json!([change]), &json!("2026-09-21T00:02:00.000Z")));
    let learning = studio.subgraph("learning", Window::FiveMinutes, &BTreeMap::new()).await.unwrap().unwrap();
    assert_eq!((&learning["changes"], &learning["sdlChangedAt"]), (&json!([]), &json!(null)));
}
