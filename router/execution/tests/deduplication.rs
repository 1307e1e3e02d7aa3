//! Property: de-duplicated requests give the same data as one request per position.

use proptest::prelude::{Just, ProptestConfig, Strategy, prop, prop_oneof, proptest};
use serde_json::{Value, json};

use crate::graph::{FetchExtension, Graph, composite, entities, key, reply, root};

const SDL: &str =
    "scalar Any type Query { items: [[Item]] } type Item { key: Any part: Part name: String } type Part { id: Any }";

/// What the subgraph knows of an entity: all of its representation, so that confusing two of them shows.
fn name_of(representation: &Value) -> Value {
    let is_known = representation["key"] != json!("unknown");
    if is_known { json!({"name": representation.to_string()}) } else { Value::Null }
}

/// The oracle: each position asked for on its own.
fn expected(item: &Value) -> Value {
    if item.is_null() {
        return Value::Null;
    }
    let lacks_key = item["key"].is_null() || item["part"].is_null() || item["part"]["id"].is_null();
    let representation = json!({"__typename": "Item", "key": item["key"], "part": {"id": item["part"]["id"]}});
    if lacks_key { json!({"name": null}) } else { json!({"name": name_of(&representation)["name"]}) }
}

/// Values that a careless comparison takes for one another.
fn key_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!("unknown")),
        Just(json!(1)),
        Just(json!(1.0)),
        Just(json!("1")),
        Just(json!(true)),
        Just(json!("a\"")),
        Just(json!("a\\\"")),
        Just(json!(["1"])),
        Just(json!([["1"]])),
        Just(json!({"id": 1})),
        Just(json!(0.0)),
        Just(json!(-0.0)),
        Just(json!("")),
        Just(json!([])),
    ]
}

fn item() -> impl Strategy<Value = Value> {
    let part = prop_oneof![1 => Just(json!(null)), 6 => key_value().prop_map(|id| json!({"id": id}))];
    let whole = (key_value(), part).prop_map(|(key, part)| json!({"__typename": "Item", "key": key, "part": part}));
    prop_oneof![1 => Just(Value::Null), 9 => whole]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn one_request_without_duplicates_answers_like_one_request_per_position(
        lists in prop::collection::vec(prop::collection::vec(item(), 0..12), 0..6)
    ) {
        let graph = Graph::new(SDL)
            .answering("items", json!({"data": {"items": lists}}))
            .subgraph("names", |request| {
                let representations = request["variables"]["representations"].as_array().unwrap();
                let answers: Vec<_> = representations.iter().map(name_of).collect();
                reply(&json!({"data": {"_entities": answers}}))
            });
        let fields = vec![key("key"), composite(key("part"), vec![key("id")])];
        let plan = vec![
            root(0, "{items{__typename key part{id}}}"),
            entities(1, "items", "Item", fields, "name").after(&[0]),
        ];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let reply = runtime.block_on(graph.run("{ items { name } }", plan));

        let oracle: Vec<Vec<_>> = lists.iter().map(|list| list.iter().map(expected).collect()).collect();
        assert_eq!(reply, json!({"data": {"items": oracle}}));
        let requests = graph.requests("names");
        assert!(requests.len() <= 1);
        for request in requests {
            let mut sent: Vec<_> =
                request["variables"]["representations"].as_array().unwrap().iter().map(Value::to_string).collect();
            let all = sent.len();
            sent.sort();
            sent.dedup();
            assert_eq!(sent.len(), all, "a representation was sent twice");
        }
    }
}
