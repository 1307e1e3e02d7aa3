//! A subgraph that fails costs its own fields, and one error (P8, P9).

use std::time::Duration;

use router_execution::{ExecutionLimits, TransportError};
use router_planning::plan::Fetch;
use serde_json::{Value, json};

use crate::graph::{FetchExtension, Graph, Outcome, entities, key, reply, required, root, status};

const SDL: &str = "type Query { me: User other: Int users: [User] strict: [Strict!] }
    type User { id: ID! name: String price: Int estimate: Int }
    type Strict { id: ID! name: String! }";

/// `me` from a subgraph that works, its name from one that does `outcome`.
fn failing(outcome: impl Fn() -> Outcome + Send + Sync + 'static) -> Graph {
    Graph::new(SDL)
        .answering("users", json!({"data": {"me": {"__typename": "User", "id": "1"}}}))
        .subgraph("names", move |_| outcome())
}

fn plan() -> Vec<Fetch> {
    vec![root(0, "{me{__typename id}}"), entities(1, "me", "User", vec![key("id")], "name").after(&[0])]
}

async fn error_of(graph: Graph) -> Value {
    let reply = graph.run("{ me { id name } }", plan()).await;
    assert_eq!(reply["data"], json!({"me": {"id": "1", "name": null}}));
    assert_eq!(reply["errors"].as_array().unwrap().len(), 1, "one failed fetch, one error: {reply}");
    assert_eq!(reply["errors"][0]["extensions"]["subgraph"], "names");
    reply["errors"][0].clone()
}

#[tokio::test]
async fn a_subgraph_that_cannot_be_reached_costs_its_fields_and_one_error_with_their_path() {
    let mut graph = failing(|| Err(TransportError::Unavailable("connection refused to 10.0.0.7".to_owned())));
    graph.trace_id = Some("0af7651916cd43dd8448eb211c80319c".to_owned());
    assert_eq!(
        error_of(graph).await,
        json!({
            "message": "The subgraph `names` cannot be reached.",
            "locations": [{"line": 1, "column": 11}],
            "path": ["me", "name"],
            "extensions": {
                "code": "SUBGRAPH_UNAVAILABLE",
                "subgraph": "names",
                "traceId": "0af7651916cd43dd8448eb211c80319c",
            },
        })
    );
}

/// FED-36
#[tokio::test]
async fn every_kind_of_unusable_reply_has_its_code_and_says_what_is_wrong() {
    let deep = format!("{{\"data\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let cases: Vec<(Outcome, &str, &str)> = vec![
        (Err(TransportError::Timeout(Duration::from_millis(70))), "SUBGRAPH_TIMEOUT", "within 70 ms"),
        (Err(TransportError::TooLarge(9)), "SUBGRAPH_INVALID_REPLY", "larger than 9 bytes"),
        (status(503, "{\"data\":{}}"), "SUBGRAPH_UNAVAILABLE", "HTTP status 503"),
        (status(429, ""), "SUBGRAPH_UNAVAILABLE", "HTTP status 429"),
        (status(302, ""), "SUBGRAPH_INVALID_REPLY", "HTTP status 302"),
        (status(401, "no"), "SUBGRAPH_INVALID_REPLY", "HTTP status 401"),
        (status(200, "<html>"), "SUBGRAPH_INVALID_REPLY", "not JSON"),
        (status(200, "{\"data\":{}} trailing"), "SUBGRAPH_INVALID_REPLY", "not JSON"),
        (status(200, deep), "SUBGRAPH_INVALID_REPLY", "nested too deeply"),
        (status(200, "[]"), "SUBGRAPH_INVALID_REPLY", "not a JSON object"),
        (status(200, "{}"), "SUBGRAPH_INVALID_REPLY", "neither data nor errors"),
        (status(200, "{\"data\":7}"), "SUBGRAPH_INVALID_REPLY", "neither an object nor null"),
        (status(200, "{\"data\":{},\"errors\":{}}"), "SUBGRAPH_INVALID_REPLY", "not a list"),
        (status(200, "{\"data\":{}}"), "SUBGRAPH_INVALID_REPLY", "lacks its `_entities`"),
        (status(200, "{\"data\":{\"_entities\":{}}}"), "SUBGRAPH_INVALID_REPLY", "`_entities` is not a list"),
        (status(200, "{\"data\":{\"_entities\":[]}}"), "SUBGRAPH_INVALID_REPLY", "not as long as"),
        (status(200, "{\"data\":{\"_entities\":[{},{}]}}"), "SUBGRAPH_INVALID_REPLY", "not as long as"),
        (status(200, "{\"data\":{\"_entities\":[7]}}"), "SUBGRAPH_INVALID_REPLY", "not an object"),
    ];
    for (outcome, code, text) in cases {
        let error = error_of(failing(move || outcome.clone())).await;
        assert_eq!(error["extensions"]["code"], code, "{error}");
        assert!(error["message"].as_str().unwrap().contains(text), "{error}");
        assert_eq!(error["path"], json!(["me", "name"]), "{error}");
    }
}

/// FED-36
#[tokio::test]
async fn an_entity_of_another_type_is_not_taken_for_the_one_asked_for() {
    let wrong = json!({"data": {"_entities": [{"__typename": "Strict", "name": "x"}]}});
    let graph = Graph::new(SDL)
        .answering("users", json!({"data": {"me": {"__typename": "User", "id": "1"}}}))
        .answering("names", wrong);
    let plan =
        vec![root(0, "{me{__typename id}}"), entities(1, "me", "User", vec![key("id")], "__typename name").after(&[0])];
    let reply = graph.run("{ me { id name } }", plan).await;
    assert_eq!(reply["data"], json!({"me": {"id": "1", "name": null}}));
    assert!(reply["errors"][0]["message"].as_str().unwrap().contains("of another type"));
}

#[tokio::test]
async fn a_missing_entity_is_null_fields_and_no_error() {
    let graph = failing(|| reply(&json!({"data": {"_entities": [null]}})));
    assert_eq!(graph.run("{ me { id name } }", plan()).await, json!({"data": {"me": {"id": "1", "name": null}}}));
}

#[tokio::test]
async fn a_failed_fetch_is_one_error_however_many_positions_it_leaves_null() {
    let users: Vec<_> = (0..50).map(|id| json!({"__typename": "User", "id": id.to_string()})).collect();
    let graph =
        Graph::new(SDL).answering("users", json!({"data": {"users": users}})).subgraph("names", |_| status(500, ""));
    let plan = vec![
        root(0, "{users{__typename id}}"),
        entities(1, "users", "User", vec![key("id")], "name price").after(&[0]),
    ];
    let reply = graph.run("{ users { id price name } }", plan).await;
    assert_eq!(reply["data"]["users"][49], json!({"id": "49", "price": null, "name": null}));
    assert_eq!(reply["errors"].as_array().unwrap().len(), 1);
    assert_eq!(reply["errors"][0]["path"], json!(["users", 0, "price"]));
}

#[tokio::test]
async fn a_failed_fetch_is_one_error_also_where_its_fields_may_not_be_null() {
    let strict: Vec<_> = (0..3).map(|id| json!({"__typename": "Strict", "id": id.to_string()})).collect();
    let graph = Graph::new(SDL)
        .answering("users", json!({"data": {"strict": strict, "other": 4}}))
        .subgraph("names", |_| status(500, ""));
    let plan = vec![
        root(0, "{strict{__typename id}other}"),
        entities(1, "strict", "Strict", vec![key("id")], "name").after(&[0]),
    ];
    let reply = graph.run("{ strict { name } other }", plan).await;
    assert_eq!(reply["data"], json!({"strict": null, "other": 4}));
    assert_eq!(reply["errors"].as_array().unwrap().len(), 1);
    assert_eq!(reply["errors"][0]["path"], json!(["strict", 0, "name"]));
    assert_eq!(reply["errors"][0]["extensions"]["code"], "SUBGRAPH_UNAVAILABLE");
}

#[tokio::test]
async fn a_failed_root_fetch_leaves_the_other_root_fields_alone() {
    let graph =
        Graph::new(SDL).subgraph("users", |_| status(500, "")).answering("other", json!({"data": {"other": 4}}));
    let plan = vec![
        root(0, "{me{__typename id}users{__typename id}}"),
        root(1, "{other}"),
        entities(1, "me", "User", vec![key("id")], "name").after(&[0]),
    ];
    let reply = graph.run("{ users { id } other me { id name } }", plan).await;
    assert_eq!(reply["data"], json!({"users": null, "other": 4, "me": null}));
    assert_eq!(reply["errors"].as_array().unwrap().len(), 1);
    assert_eq!(reply["errors"][0]["path"], json!(["users"]));
    assert_eq!(graph.requests("other").len(), 1);
}

#[tokio::test]
async fn fetches_that_depend_on_a_failed_one_run_with_what_there_is() {
    let graph = Graph::new(SDL)
        .answering("users", json!({"data": {"me": {"__typename": "User", "id": "1"}}}))
        .subgraph("shop", |_| status(500, ""))
        .subgraph("shipping", |request| {
            assert_eq!(request["variables"]["representations"][0]["price"], json!(null));
            reply(&json!({"data": {"_entities": [{"estimate": 9}]}}))
        });
    let plan = vec![
        root(0, "{me{__typename id}}"),
        entities(1, "me", "User", vec![key("id")], "price").after(&[0]),
        entities(2, "me", "User", vec![key("id"), required("price")], "estimate").after(&[0, 1]),
    ];
    let reply = graph.run("{ me { price estimate } }", plan).await;
    assert_eq!(reply["data"], json!({"me": {"price": null, "estimate": 9}}));
    assert_eq!(reply["errors"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_subgraph_that_is_not_configured_is_an_error_of_its_fields() {
    let graph = Graph::new(SDL).answering("users", json!({"data": {"other": 4}}));
    let reply = graph.run("{ other me { id } }", vec![root(0, "{other}"), root(7, "{me{id}}")]).await;
    assert_eq!(reply["data"], json!({"other": 4, "me": null}));
    assert_eq!(reply["errors"][0]["path"], json!(["me"]));
}

#[tokio::test]
async fn an_answer_that_multiplies_beyond_the_bound_is_refused() {
    let users: Vec<_> = (0..100).map(|_| json!({"__typename": "User", "id": "1"})).collect();
    let mut graph = Graph::new(SDL)
        .answering("users", json!({"data": {"users": users}}))
        .answering("names", json!({"data": {"_entities": [{"name": "x", "price": 1}]}}));
    let plan = || {
        vec![root(0, "{users{__typename id}}"), entities(1, "users", "User", vec![key("id")], "name price").after(&[0])]
    };
    graph.limits = ExecutionLimits { merged_values_max: 501, ..ExecutionLimits::default() };
    assert!(graph.run("{ users { name } }", plan()).await.get("errors").is_none());
    graph.limits.merged_values_max = 500;
    let reply = graph.run("{ users { id name } }", plan()).await;
    assert_eq!(reply["data"]["users"][99], json!({"id": "1", "name": null}));
    assert_eq!(reply["errors"].as_array().unwrap().len(), 1);
    assert_eq!(reply["errors"][0]["extensions"]["code"], "RESPONSE_TOO_LARGE");
}

/// AMP-24: a subgraph is asked for a bounded number of objects at once; what it is not asked for is null, with one error.
#[tokio::test]
async fn a_request_asks_for_a_bounded_number_of_objects() {
    let users: Vec<_> = (0..11).map(|id| json!({"__typename": "User", "id": id.to_string()})).collect();
    let mut graph =
        Graph::new(SDL).answering("users", json!({"data": {"users": users}})).subgraph("names", |request| {
            let asked = request["variables"]["representations"].as_array().unwrap().len();
            reply(&json!({"data": {"_entities": vec![json!({"name": "x"}); asked]}}))
        });
    let plan =
        || vec![root(0, "{users{__typename id}}"), entities(1, "users", "User", vec![key("id")], "name").after(&[0])];
    graph.limits = ExecutionLimits { representations_max: 11, ..ExecutionLimits::default() };
    assert!(graph.run("{ users { name } }", plan()).await.get("errors").is_none());
    graph.limits.representations_max = 10;
    let refused = graph.run("{ users { id name } }", plan()).await;
    assert_eq!(refused["data"]["users"][10], json!({"id": "10", "name": null}));
    assert_eq!(refused["errors"].as_array().unwrap().len(), 1);
    assert_eq!(refused["errors"][0]["extensions"]["code"], "RESPONSE_TOO_LARGE");
    assert_eq!(graph.requests("names").len(), 1, "and nothing is sent");
}

/// FED-36: entities of several types that come back in another order are taken for nobody else's.
#[tokio::test]
async fn entities_in_another_order_are_not_taken_for_each_other() {
    let found = json!([{"__typename": "User", "id": "1"}, {"__typename": "Strict", "id": "2"}]);
    let swapped = json!([{"__typename": "Strict", "name": "s"}, {"__typename": "User", "name": "u"}]);
    let sdl = "type Query { found: [Named] } interface Named { id: ID name: String }
        type User implements Named { id: ID name: String } type Strict implements Named { id: ID name: String }";
    let graph = Graph::new(sdl)
        .answering("users", json!({"data": {"found": found}}))
        .answering("names", json!({"data": {"_entities": swapped}}));
    let plan = vec![
        root(0, "{found{__typename id}}"),
        entities(1, "found", "Named", vec![key("id")], "__typename name").after(&[0]),
    ];
    let reply = graph.run("{ found { name } }", plan).await;
    assert_eq!(reply["data"], json!({"found": [{"name": null}, {"name": null}]}), "{reply}");
    assert!(reply["errors"][0]["message"].as_str().unwrap().contains("of another type"), "{reply}");
}

/// FED-36: what a field may not be, it is not for clients, whatever a subgraph sends: the field is null, and nothing else.
#[tokio::test]
async fn values_of_wrong_types_cost_their_field_only() {
    for wrong in [json!({"a": 1}), json!([1]), json!("9"), json!(true), json!(1.5), json!(1e300)] {
        let graph =
            Graph::new(SDL).answering("users", json!({"data": {"other": wrong, "users": [], "more": {"x": 1}}}));
        let reply = graph.run("{ other users { id } }", vec![root(0, "{other users{__typename id}}")]).await;
        assert_eq!(reply["data"], json!({"other": null, "users": []}), "{wrong}");
        assert_eq!(reply["errors"].as_array().map(Vec::len), Some(1), "{reply}");
        assert_eq!(reply["errors"][0]["path"], json!(["other"]));
    }
}
