//! Values from contexts (`@context`, `@fromContext`): every entity gets that of the nearest object around it.
//!
//! The subgraphs of the world check what they are sent; see `federated::oracle`.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use router_planning::plan::Fetch;
use router_schema::Supergraph;
use serde_json::json;

use crate::federated::{SubgraphFile, World, executor};
use crate::generated::{answer, comparable, compose};
use crate::graph::{Graph, reply};

const SHOPS: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@fromContext", "@external", "@shareable"])
type Query { users: [User!]! shop: Shop parties: [Party!]! nodes: [Node!]! }
interface Party @context(name: "party") { id: ID! tax: String! }
type Company implements Party @key(fields: "id") { id: ID! tax: String! }
type Person implements Party @key(fields: "id") { id: ID! tax: String! }
union Node = User | Shop
type User @key(fields: "id") @context(name: "viewer") {
  id: ID!
  locale: String!
  segment: String! @external
  orders: [Order!]!
  profile: Profile!
}
type Shop @key(fields: "id") @context(name: "viewer") { id: ID! country: String! owner: User! top: Order orders: [Order!]! }
type Profile { currency: String! order: Order! }
type Order @key(fields: "id") {
  id: ID!
  label(locale: String @fromContext(field: "$viewer ... on User { locale } ... on Shop { country }")): String
  segment(of: String @fromContext(field: "$viewer ... on User { segment } ... on Shop { owner { segment } }") round: Boolean): String
  line: Line!
}
type Line @key(fields: "id") {
  id: ID!
  price(currency: String! @fromContext(field: "$viewer ... on User { locale } ... on Shop { country }")): String!
}
type Receipt @key(fields: "id") { id: ID! tax(rate: String @fromContext(field: "$party { tax }")): String }
"#;

const PEOPLE: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key"])
type User @key(fields: "id") { id: ID! segment: String! friend: User best: Order }
type Order @key(fields: "id") { id: ID! other: Int! }
type Company @key(fields: "id") { id: ID! receipt: Receipt }
type Person @key(fields: "id") { id: ID! receipts: [Receipt!]! }
type Receipt @key(fields: "id", resolvable: false) { id: ID! }
"#;

fn subgraphs() -> Vec<SubgraphFile> {
    [("shops", SHOPS), ("people", PEOPLE)]
        .map(|(name, sdl)| SubgraphFile { name: name.to_owned(), sdl: sdl.to_owned() })
        .into()
}

fn world() -> Arc<World> {
    let files = subgraphs();
    let supergraph = compose(&files).expect("the subgraphs fit together; LYCEUM_DIFFERENTIAL_VERBOSE=1 tells why not");
    Arc::new(World::new(Supergraph::parse(&supergraph).unwrap(), &files))
}

#[tokio::test]
async fn every_entity_gets_the_value_of_the_nearest_object_that_sets_the_context() {
    let world = world();
    let executor = executor(&world);
    for (query, fetches) in [
        ("{ users { orders { label } } }", 2),
        ("{ users { orders { label segment(round: true) other } } }", 3),
        ("{ users { locale orders { a: label b: label segment } profile { order { label currency: id } } } }", 4),
        ("{ users { best { label other } friend { best { label } friend { orders { line { price } } } } } }", 4),
        ("{ shop { country top { label segment line { price } } owner { orders { label } } } }", 4),
        ("{ nodes { ... on User { orders { label segment } } ... on Shop { orders { label segment } } } }", 3),
        ("{ users { orders { line { price } } } shop { orders { line { id price } } } }", 2),
        ("query($yes: Boolean = true) { users { orders { label @include(if: $yes) segment @skip(if: $yes) } } }", 3),
        ("{ parties { id ... on Company { receipt { tax } } ... on Person { receipts { tax id } } } }", 3),
    ] {
        let document = ExecutableDocument::parse_and_validate(world.supergraph.api_schema(), query, "q").unwrap();
        let plan = router_planning::plan(&world.supergraph, &document, None).unwrap();
        let shown = plan.display(&world.supergraph);
        let (got, wanted) = answer(&world, &executor, &document, plan.clone(), &json!({})).await;
        assert_eq!(comparable(&got), comparable(&wanted), "{query}\n{shown}\n{got}");
        assert!(got.get("errors").is_none(), "{got}\n{shown}");
        assert_eq!(plan.fetches.len(), fetches, "{query}\n{shown}");
    }
}

const DESKS: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@fromContext"])
type Query { users: [User]! }
type User @key(fields: "id") @context(name: "viewer") { id: ID! locale: String tags: [Tag] orders: [Order!] }
type Tag { name: String }
type Order @key(fields: "id") {
  id: ID!
  label(locale: String @fromContext(field: "$viewer { locale }")): String
  tagged(by: [String] @fromContext(field: "$viewer { tags { name } }")): String
}
"#;

/// A graph of one scripted subgraph, and the fetches that the planner makes for a query.
fn desks(
    query: &str,
    script: impl Fn(serde_json::Value) -> crate::graph::Outcome + Send + Sync + 'static,
) -> (Graph, Vec<Fetch>) {
    let file = SubgraphFile { name: "desks".to_owned(), sdl: DESKS.to_owned() };
    let supergraph = Supergraph::parse(&compose(&[file]).unwrap()).unwrap();
    let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), query, "q").unwrap();
    let plan = router_planning::plan(&supergraph, &document, None).unwrap();
    (Graph::new(&supergraph.api_schema().to_string()).subgraph("desks", script), plan.fetches)
}

fn order(id: &str) -> serde_json::Value {
    json!({ "__typename": "Order", "id": id })
}

#[tokio::test]
async fn entities_with_different_values_are_groups_of_one_request() {
    let users = json!([
        { "id": "1", "locale": "en", "orders": [order("a"), order("b")] },
        { "id": "2", "locale": "fr", "orders": [order("a")] },
        null,
        { "id": "3", "locale": "en", "orders": [order("a"), order("c")] },
        { "id": "4", "locale": null, "orders": [order("a")] },
        { "id": "5", "locale": "en", "orders": null },
    ]);
    let query = "{ users { orders { label } } }";
    let (graph, fetches) = desks(query, move |request| {
        let Some(variables) = request["variables"].as_object() else {
            return reply(&json!({"data": {"users": users}}));
        };
        let label = |group: &str, one: &serde_json::Value| json!({ "label": format!("{}-{}", one["id"].as_str().unwrap(), variables[&format!("context_0{group}")]) });
        let answer = |group: &str| {
            let list = variables[&format!("representations_0{group}")].as_array().unwrap().clone();
            list.iter().map(|one| label(group, one)).collect::<serde_json::Value>()
        };
        reply(
            &json!({"data": {"_entities_0": answer(""), "_entities_0_1": answer("_1"), "_entities_0_2": answer("_2")}}),
        )
    });
    let answer = graph.run(query, fetches).await;
    let labels =
        |labels: &[&str]| json!({ "orders": labels.iter().map(|label| json!({ "label": label })).collect::<Vec<_>>() });
    let en = labels(&["a-\"en\"", "b-\"en\""]);
    let expected = json!([en, labels(&["a-\"fr\""]), null, labels(&["a-\"en\"", "c-\"en\""]), labels(&["a-null"]), { "orders": null }]);
    assert_eq!(answer, json!({ "data": { "users": expected } }));

    let requests = graph.requests("desks");
    assert_eq!(requests.len(), 2);
    let sent = requests[1]["query"].as_str().unwrap();
    assert_eq!(
        sent,
        "query($representations_0:[_Any!]!,$context_0:String,$representations_0_1:[_Any!]!,$context_0_1:String,\
         $representations_0_2:[_Any!]!,$context_0_2:String){\
         _entities_0:_entities(representations:$representations_0){...on Order{label(locale:$context_0)}} \
         _entities_0_1:_entities(representations:$representations_0_1){...on Order{label(locale:$context_0_1)}} \
         _entities_0_2:_entities(representations:$representations_0_2){...on Order{label(locale:$context_0_2)}}}"
    );
    assert_eq!(requests[1]["variables"]["representations_0"].as_array().unwrap().len(), 3, "each order once");
}

#[tokio::test]
async fn a_value_below_a_list_is_a_list() {
    let users = json!([{ "tags": [{ "name": "x" }, null, { "name": null }], "orders": [order("a")] }]);
    let query = "{ users { orders { tagged } } }";
    let (graph, fetches) = desks(query, move |request| match request["variables"].get("context_0") {
        None => reply(&json!({"data": {"users": users}})),
        Some(value) => reply(&json!({"data": {"_entities_0": [{ "tagged": value.to_string() }]}})),
    });
    let answer = graph.run(query, fetches).await;
    assert_eq!(answer, json!({ "data": { "users": [{ "orders": [{ "tagged": "[\"x\",null,null]" }] }] } }));
}

#[tokio::test]
async fn the_error_of_a_group_stands_where_its_entities_do() {
    let users = json!([
        { "locale": "en", "orders": [order("a")] },
        { "locale": "fr", "orders": [order("a"), order("b")] },
    ]);
    let query = "{ users { orders { label } } }";
    let (graph, fetches) = desks(query, move |request| match request["variables"].get("context_0") {
        None => reply(&json!({"data": {"users": users}})),
        Some(_) => reply(&json!({
            "data": {"_entities_0": [{ "label": "A" }], "_entities_0_1": [{ "label": "A" }, { "label": null }]},
            "errors": [{ "message": "no", "path": ["_entities_0_1", 1, "label"] }],
        })),
    });
    let answer = graph.run(query, fetches).await;
    assert_eq!(answer["errors"][0]["path"], json!(["users", 1, "orders", 1, "label"]), "{answer}");
    assert_eq!(answer["data"]["users"][0], json!({ "orders": [{ "label": "A" }] }));
}

#[test]
fn a_plan_says_where_values_from_contexts_come_from() {
    let world = world();
    let query = "{ nodes { ... on Shop { orders { segment } } } }";
    let document = ExecutableDocument::parse_and_validate(world.supergraph.api_schema(), query, "q").unwrap();
    let plan = router_planning::plan(&world.supergraph, &document, None).unwrap();
    assert!(
        plan.display(&world.supergraph).contains("$context_0 from ../ [Shop] { owner { segment } }"),
        "{}",
        plan.display(&world.supergraph)
    );
    let steps = plan.to_json(&world.supergraph);
    let last = steps["node"]["nodes"].as_array().unwrap().last().unwrap();
    assert_eq!(
        last["node"]["contextRewrites"],
        json!([{ "kind": "KeyRenamer", "path": ["..", "... on Shop", "owner", "segment"], "renameKeyTo": "context_0" }])
    );
}
