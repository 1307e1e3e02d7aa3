//! Entity joins: positions, representations, and the way back.

use router_planning::plan::{FetchTarget, Rename, Representation, RepresentationSelection};
use serde_json::{Value, json};

use crate::graph::{FetchExtension, Graph, composite, document, entities, key, name, reply, required, root, site};

const SDL: &str = "type Query { users: [[User]] me: User node: Node }
    interface Node { id: ID! }
    type User implements Node { id: ID! name: String best: User company: Company price: Int estimate: Int secret: Int! }
    type Bot implements Node { id: ID! name: String }
    type Company { country: String }";

fn user(id: &str) -> Value {
    json!({"__typename": "User", "id": id})
}

/// Answers each representation with a name made of its id.
fn naming(request: &Value) -> crate::graph::Outcome {
    let named = |representation: &Value| json!({"name": format!("n{}", representation["id"].as_str().unwrap())});
    let list: Vec<_> = request["variables"]["representations"].as_array().unwrap().iter().map(named).collect();
    reply(&json!({"data": {"_entities": list}}))
}

#[tokio::test]
async fn objects_in_nested_lists_are_asked_for_once_each_and_answered_at_every_position() {
    let users = json!([[user("1"), user("2"), null], null, [user("1")], []]);
    let graph = Graph::new(SDL)
        .answering("users", json!({"data": {"users": users}}))
        .subgraph("names", |request| naming(&request));
    let plan =
        vec![root(0, "{users{__typename id}}"), entities(1, "users", "User", vec![key("id")], "name").after(&[0])];
    let reply = graph.run("{ users { name } }", plan).await;
    assert_eq!(reply["data"]["users"], json!([[{"name": "n1"}, {"name": "n2"}, null], null, [{"name": "n1"}], []]));
    assert_eq!(graph.requests("names").len(), 1);
    assert_eq!(graph.requests("names")[0]["variables"], json!({"representations": [user("1"), user("2")]}));
}

#[tokio::test]
async fn no_request_is_sent_when_there_is_no_object_to_ask_for() {
    let graph = Graph::new(SDL)
        .answering("users", json!({"data": {"users": [[], [null]]}}))
        .subgraph("names", |request| naming(&request));
    let plan =
        vec![root(0, "{users{__typename id}}"), entities(1, "users", "User", vec![key("id")], "name").after(&[0])];
    assert_eq!(graph.run("{ users { name } }", plan).await, json!({"data": {"users": [[], [null]]}}));
    assert!(graph.requests("names").is_empty());
}

#[tokio::test]
async fn an_object_with_a_null_or_missing_key_is_left_out() {
    let users = json!([[{"__typename": "User", "id": null}, user("2"), {"__typename": "User"}]]);
    let graph = Graph::new(SDL)
        .answering("users", json!({"data": {"users": users}}))
        .subgraph("names", |request| naming(&request));
    let plan =
        vec![root(0, "{users{__typename id}}"), entities(1, "users", "User", vec![key("id")], "name").after(&[0])];
    let reply = graph.run("{ users { name } }", plan).await;
    assert_eq!(reply, json!({"data": {"users": [[{"name": null}, {"name": "n2"}, {"name": null}]]}}));
    assert_eq!(graph.requests("names")[0]["variables"]["representations"], json!([user("2")]));
}

#[tokio::test]
async fn a_type_condition_in_the_path_lets_only_its_types_pass() {
    let graph = Graph::new(SDL)
        .answering("nodes", json!({"data": {"node": {"__typename": "Bot", "id": "9"}}}))
        .subgraph("names", |request| naming(&request));
    let plan =
        |path| vec![root(0, "{node{__typename id}}"), entities(1, path, "Bot", vec![key("id")], "name").after(&[0])];
    let query = "{ node { ... on Bot { name } } }";
    assert_eq!(graph.run(query, plan("node.<User>")).await, json!({"data": {"node": {"name": null}}}));
    assert!(graph.requests("names").is_empty());
    assert_eq!(graph.run(query, plan("node.<User,Bot>")).await, json!({"data": {"node": {"name": "n9"}}}));
}

#[tokio::test]
async fn the_first_representation_that_fits_the_runtime_type_is_used() {
    let graph = Graph::new(SDL)
        .answering("users", json!({"data": {"node": {"__typename": "Bot", "id": "9"}}}))
        .answering("names", json!({"data": {"_entities": [{"name": "nine"}]}}));
    let mut join = entities(1, "node", "Bot", vec![], "name").after(&[0]);
    let FetchTarget::Entities(sites) = &mut join.target else { unreachable!() };
    let for_type = |on_types: Vec<_>, type_name: &str, field| Representation {
        on_types,
        type_name: name(type_name),
        fields: vec![field],
    };
    sites[0].representations = vec![
        for_type(vec![name("User")], "User", key("id")),
        for_type(vec![name("Bot")], "Node", key("id")),
        for_type(vec![], "Other", key("id")),
    ];
    graph.run("{ node { ... on Bot { name } } }", vec![root(0, "{node{__typename id}}"), join]).await;
    let sent = &graph.requests("names")[0]["variables"]["representations"];
    assert_eq!(*sent, json!([{"__typename": "Node", "id": "9"}]));
}

#[tokio::test]
async fn required_fields_are_copied_deeply_from_their_response_keys() {
    let me = json!({"__typename": "User", "id": "1", "_price": 5, "best": {"__typename": "User", "id": "2", "name": "x"},
        "company": null});
    let graph = Graph::new(SDL)
        .answering("users", json!({"data": {"me": me}}))
        .answering("shop", json!({"data": {"_entities": [{"estimate": 3}]}}));
    let mut price = required("price");
    price.response_key = name("_price");
    let mut best = composite(required("best"), vec![key("id")]);
    best.selections.push(RepresentationSelection { on_types: vec![name("Bot")], field: required("name") });
    let fields = vec![key("id"), price, best, required("company")];
    let plan = vec![
        root(0, "{me{__typename id _price:price best{__typename id name}company{country}}}"),
        entities(1, "me", "User", fields, "estimate").after(&[0]),
    ];
    let reply = graph.run("{ me { estimate } }", plan).await;
    assert_eq!(reply, json!({"data": {"me": {"estimate": 3}}}));
    let sent = &graph.requests("shop")[0]["variables"]["representations"][0];
    assert_eq!(*sent, json!({"__typename": "User", "id": "1", "price": 5, "best": {"id": "2"}, "company": null}));
}

#[tokio::test]
async fn a_required_field_without_value_is_sent_as_null_unless_its_type_forbids_that() {
    let graph = Graph::new(SDL)
        .answering("users", json!({"data": {"me": user("1")}}))
        .answering("shop", json!({"data": {"_entities": [{"estimate": 3}]}}));
    let plan = |field| {
        vec![
            root(0, "{me{__typename id}}"),
            entities(1, "me", "User", vec![key("id"), required(field)], "estimate").after(&[0]),
        ]
    };
    assert_eq!(graph.run("{ me { estimate } }", plan("price")).await["data"]["me"]["estimate"], 3);
    assert_eq!(graph.requests("shop")[0]["variables"]["representations"][0]["price"], json!(null));
    assert_eq!(graph.run("{ me { estimate } }", plan("secret")).await, json!({"data": {"me": {"estimate": null}}}));
    assert_eq!(graph.requests("shop").len(), 1);
}

#[tokio::test]
async fn several_sites_travel_in_one_request() {
    let graph = Graph::new(SDL)
        .answering("users", json!({"data": {"me": user("1"), "node": {"__typename": "Bot", "id": "9"}}}))
        .answering("names", json!({"data": {"_e0": [{"name": "one"}], "_e1": [{"name": "nine"}]}}));
    let mut join = entities(1, "me", "User", vec![], "name").after(&[0]);
    join.document = document(
        "query($r0:[_Any!]!$r1:[_Any!]!){_e0:_entities(representations:$r0){...on User{name}}_e1:_entities(representations:$r1){...on Bot{name}}}",
        &[],
    );
    join.target = FetchTarget::Entities(vec![
        site("_e0", "r0", "me", "User", vec![key("id")]),
        site("_e1", "r1", "node", "Bot", vec![key("id")]),
    ]);
    let reply = graph
        .run(
            "{ me { name } node { ... on Bot { name } } }",
            vec![root(0, "{me{__typename id}node{__typename id}}"), join],
        )
        .await;
    assert_eq!(reply, json!({"data": {"me": {"name": "one"}, "node": {"name": "nine"}}}));
    let sent = &graph.requests("names")[0]["variables"];
    assert_eq!(*sent, json!({"r0": [user("1")], "r1": [{"__typename": "Bot", "id": "9"}]}));
}

#[tokio::test]
async fn answers_are_merged_deeply_and_a_value_replaces_null_but_nothing_else() {
    let graph = Graph::new(SDL)
        .answering(
            "users",
            json!({"data": {"me": {"__typename": "User", "id": "1", "name": null, "price": 1,
            "best": {"__typename": "User", "id": "2"}}}}),
        )
        .answering("more", json!({"data": {"_entities": [{"name": "one", "price": null, "best": {"name": "two"}}]}}));
    let plan = vec![
        root(0, "{me{__typename id name price best{__typename id}}}"),
        entities(1, "me", "User", vec![key("id")], "name price best{name}").after(&[0]),
    ];
    let reply = graph.run("{ me { name price best { id name } } }", plan).await;
    assert_eq!(reply, json!({"data": {"me": {"name": "one", "price": 1, "best": {"id": "2", "name": "two"}}}}));
}

#[tokio::test]
async fn an_interface_object_learns_its_runtime_type_from_another_subgraph() {
    let graph = Graph::new(SDL)
        .answering("ratings", json!({"data": {"node": {"__typename": "Node", "id": "9"}}}))
        .answering("nodes", json!({"data": {"_entities": [{"__typename": "Bot", "name": "nine"}]}}));
    let plan = vec![
        root(0, "{node{__typename id}}"),
        entities(1, "node", "Node", vec![key("id")], "__typename ...on Bot{name}").after(&[0]),
    ];
    let reply = graph.run("{ node { __typename id ... on Bot { name } } }", plan).await;
    assert_eq!(reply, json!({"data": {"node": {"__typename": "Bot", "id": "9", "name": "nine"}}}));
}

#[tokio::test]
async fn fields_that_were_not_asked_for_do_not_reach_the_client() {
    // `price` belongs to another subgraph, which answers later; `users` must not speak for it.
    let graph = Graph::new(SDL)
        .answering(
            "users",
            json!({"data": {"me": {"__typename": "User", "id": "1", "price": 666, "best": {"id": "7"}}}}),
        )
        .answering("shop", json!({"data": {"_entities": [{"price": 5, "name": "intruder"}]}}));
    let plan = vec![root(0, "{me{__typename id}}"), entities(1, "me", "User", vec![key("id")], "price").after(&[0])];
    let reply = graph.run("{ me { price name best { id } } }", plan).await;
    assert_eq!(reply, json!({"data": {"me": {"price": 5, "name": null, "best": null}}}));
}

#[tokio::test]
async fn a_key_that_the_plan_renamed_is_merged_and_reported_under_its_own_name() {
    let users = json!([[{"__typename": "User", "id": "1", "other_name": "one"}]]);
    let graph = Graph::new(SDL).answering(
        "users",
        json!({"data": {"users": users}, "errors": [{"message": "m", "path": ["users", 0, 0, "other_name"]}]}),
    );
    let mut fetch = root(0, "{users{__typename id other_name:name}}");
    fetch.renames.push(Rename { sent: name("other_name"), response_key: name("name") });
    let reply = graph.run("{ users { id name } }", vec![fetch]).await;
    assert_eq!(reply["data"], json!({"users": [[{"id": "1", "name": "one"}]]}));
    assert_eq!(reply["errors"][0]["path"], json!(["users", 0, 0, "name"]));
}
