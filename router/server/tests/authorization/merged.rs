//! Subgraphs that do not agree on who may see a field.

use serde_json::{Value, json};

use crate::testkit::{Graph, reply};

const STRICT: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@authenticated", "@requiresScopes"])
type Query { thing: Thing }
interface Item @key(fields: "id") { id: ID! }
type Thing implements Item @key(fields: "id") {
  id: ID!
  shared: String @shareable @authenticated
  moved: String @authenticated
  moving: String @authenticated
  scoped: String @shareable @requiresScopes(scopes: [["a"], ["b"]])
}
"#;
const LAX: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@override", "@interfaceObject", "@authenticated", "@requiresScopes"])
type Query { lax: Thing }
type Thing @key(fields: "id") {
  id: ID!
  shared: String @shareable
  moved: String @override(from: "identity")
  moving: String @override(from: "identity", label: "percent(50)")
  scoped: String @shareable @requiresScopes(scopes: [["c"]])
}
"#;

fn graph() -> Graph {
    let graph = Graph::builder().schemas(STRICT, LAX).build();
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    let thing = json!({ "__typename": "Thing", "id": "1", "shared": "x", "moved": "x", "moving": "x", "scoped": "x" });
    let data = json!({ "data": { "thing": thing, "lax": thing, "_entities": [thing] } });
    let answer = data.clone();
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(200, &answer),
    });
    graph.learning.answer(move |_| reply(200, &data));
    graph
}

/// FED-22, FED-23, ADV-59: the strictest holds, whichever subgraph is asked.
#[tokio::test]
async fn the_strictest_subgraph_decides() {
    let graph = graph();
    for root in ["thing", "lax"] {
        for field in ["shared", "moving"] {
            // Both sides of a progressive override are drawn.
            for _ in 0..12 {
                let reply = graph.query(&format!("{{ {root} {{ {field} }} }}")).await.json();
                assert_eq!(reply["data"][root][field], Value::Null, "{root}.{field}");
                assert_eq!(reply["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
            }
            assert!(!graph.documents().concat().contains(field), "{:?}", graph.documents());
        }
        // Whoever has taken a field over as a whole says what it takes.
        let reply = graph.query(&format!("{{ {root} {{ moved }} }}")).await.json();
        assert_eq!(reply, json!({ "data": { root: { "moved": "x" } } }));
        for (scope, expected) in [("a", false), ("c", false), ("a b", false), ("b c", true)] {
            let reply = graph.ask_as(scope, &format!("{{ {root} {{ scoped }} }}")).await.json();
            assert_eq!(reply["data"][root]["scoped"] == "x", expected, "{root} {scope} {reply}");
        }
    }
}

/// FED-23, and the other way round: what an interface object adds is protected on all objects.
#[tokio::test]
async fn an_interface_objects_field_is_protected_on_every_object() {
    let above = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@interfaceObject", "@authenticated"])
type Query { best: Item }
type Item @interfaceObject @key(fields: "id") { id: ID! price: Int @authenticated stock: Int }
"#;
    let graph = Graph::builder().schemas(STRICT, above).build();
    let thing =
        json!({ "data": { "thing": { "__typename": "Thing", "id": "1" }, "_entities": [{ "__typename": "Thing" }] } });
    graph.identity.answer(move |_| reply(200, &thing));
    let item = json!({ "__typename": "Item", "id": "1", "price": 5, "stock": 6 });
    graph.learning.answer(move |_| reply(200, &json!({ "data": { "best": item, "_entities": [item] } })));
    for (query, expected) in [
        ("{ thing { price stock } }", json!({ "thing": { "price": null, "stock": 6 } })),
        ("{ best { price stock } }", json!({ "best": { "price": null, "stock": 6 } })),
        ("{ best { ... on Thing { x: price } stock } }", json!({ "best": { "x": null, "stock": 6 } })),
    ] {
        let reply = graph.query(query).await.json();
        assert_eq!(reply["data"], expected, "{query} {reply}");
        assert_eq!(reply["errors"].as_array().unwrap().len(), 1, "{query} {reply}");
    }
    assert!(!graph.documents().concat().contains("price"), "{:?}", graph.documents());
}
