//! The plan of an operation, told to those who may see it.

use http::StatusCode;
use router_server::configuration::PlaygroundSettings;
use serde_json::{Value, json};

use crate::testkit::{Graph, TestReply};

const QUERY: &str = "{ me { name courses } }";

fn graph() -> Graph {
    Graph::builder().settings(|settings| settings.playground = Some(PlaygroundSettings::default())).build()
}

async fn ask(graph: &Graph, scope: &str, query: &str, plan: &str) -> TestReply {
    let token = format!("Bearer {}", graph.token_with(scope, &json!({})));
    graph.post(&json!({ "query": query }), &[("authorization", &token), ("x-lyceum-plan", plan)]).await
}

/// domain 1, the playground: the plan beside the data, in three forms.
#[tokio::test]
async fn who_operates_the_graph_sees_the_plan_beside_the_data() {
    let graph = graph();
    for scope in ["ops:read", "admin", "user:read admin"] {
        let body = ask(&graph, scope, QUERY, "1").await.json();
        assert_eq!(body["data"]["me"]["courses"], json!(["Rust"]));
        let plan = &body["extensions"]["plan"];
        assert_eq!(plan["json"]["kind"], "QueryPlan");
        let fetches = plan["fetches"].as_array().unwrap();
        let said: Vec<_> = fetches.iter().map(|fetch| (&fetch["subgraph"], &fetch["after"], &fetch["at"])).collect();
        let (first, second) =
            ((json!("identity"), json!([]), json!([])), (json!("learning"), json!([0]), json!(["me"])));
        assert_eq!(said, [(&first.0, &first.1, &first.2), (&second.0, &second.1, &second.2)]);
        assert!(fetches[1]["operation"].as_str().unwrap().contains("courses"));
        assert!(plan["text"].as_str().unwrap().starts_with("#0 identity\n"), "{plan}");
    }
}

fn with_answers_kept(cache_control: &'static str) -> Graph {
    let graph = graph();
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    let answer = move |body: &Value| {
        let mut answered = crate::testkit::reply(200, body).unwrap();
        if !cache_control.is_empty() {
            answered.headers_mut().insert("cache-control", cache_control.parse().unwrap());
        }
        Ok(answered)
    };
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => crate::testkit::reply(200, &keys),
        _ => answer(&json!({ "data": { "me": { "__typename": "User", "id": "usr_1", "name": "Lee" } } })),
    });
    graph
        .learning
        .answer(move |_| answer(&json!({ "data": { "_entities": [{ "courses": ["Rust"] }], "courses": ["Rust"] } })));
    graph
}

/// What became of each fetch, without the ages.
async fn verdicts(graph: &Graph, query: &str) -> Vec<Value> {
    let plan = ask(graph, "admin", query, "1").await.json()["extensions"]["plan"].clone();
    assert_eq!(plan["reply"], Value::Null, "{plan}");
    let fetches = plan["fetches"].as_array().unwrap_or_else(|| panic!("{plan}"));
    let told = fetches.iter().map(|fetch| {
        let mut told = fetch["cache"].clone();
        let age = told.as_object_mut().and_then(|told| told.shift_remove("ageSeconds"));
        assert_eq!(age.is_some(), told["kept"].as_u64().is_some_and(|kept| kept > 0), "{fetch}");
        told
    });
    told.collect()
}

/// Issue 5: beside the plan stands what was found among what is kept: first nothing, then each answer, then the whole reply.
#[tokio::test]
async fn each_fetch_says_whether_it_was_kept() {
    let graph = with_answers_kept("max-age=60");
    let missed = [
        json!({ "verdict": "miss", "entities": 0, "kept": 0 }),
        json!({ "verdict": "miss", "entities": 1, "kept": 0 }),
    ];
    assert_eq!(verdicts(&graph, QUERY).await, missed);
    // Another operation with the same fetches, but for the first one, which has another name.
    let second = verdicts(&graph, "{ me { courses name } }").await;
    let hit = |entities: usize| json!({ "verdict": "hit", "entities": entities, "kept": 1 });
    assert_eq!(second[1], hit(1), "{second:?}");
    let again = ask(&graph, "admin", QUERY, "1").await.json();
    let plan = &again["extensions"]["plan"];
    assert_eq!((&plan["reply"]["verdict"], plan["reply"]["ageSeconds"].is_u64()), (&json!("hit"), true), "{plan}");
    assert!(plan["fetches"].as_array().unwrap().iter().all(|fetch| fetch["cache"].is_null()), "{plan}");
    // The plan alone says nothing of it: nothing was executed.
    let alone = ask(&graph, "admin", QUERY, "only").await.json();
    assert!(!alone.to_string().contains("verdict"), "{alone}");
}

/// Issue 5: what is not kept says why.
#[tokio::test]
async fn a_fetch_that_is_not_kept_says_why() {
    let not_kept = |entities: usize, reason: &str| json!({ "verdict": "not kept", "entities": entities, "kept": 0, "reason": reason });
    let silent = with_answers_kept("");
    assert_eq!(verdicts(&silent, QUERY).await, [not_kept(0, "subgraph"), not_kept(1, "subgraph")]);
    let mutation = "mutation { rename(name: \"x\") { name } }";
    assert_eq!(verdicts(&with_answers_kept("max-age=60"), mutation).await, [not_kept(0, "mutation")]);
    let failing = with_answers_kept("max-age=60");
    failing.learning.answer(|_| Err(router_execution::TransportError::Unavailable("reset".to_owned())));
    let told = verdicts(&failing, QUERY).await;
    assert_eq!(told[1], json!({ "verdict": "failed", "entities": 1, "kept": 0 }), "{told:?}");
    // Nothing of `me` is there to be joined with.
    let empty = with_answers_kept("max-age=60");
    let keys = json!({ "keys": [empty.issuer.public_key()] });
    empty.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => crate::testkit::reply(200, &keys),
        _ => crate::testkit::reply(200, &json!({ "data": { "me": null } })),
    });
    assert_eq!(verdicts(&empty, QUERY).await[1], Value::Null);
}

/// Others are answered as if they had not asked, and without the playground so is everybody.
#[tokio::test]
async fn others_get_no_plan_and_no_hint() {
    let graph = graph();
    for scope in ["", "user:read", "ops:write administrator"] {
        assert_eq!(ask(&graph, scope, QUERY, "1").await.json(), ask(&graph, scope, QUERY, "0").await.json());
    }
    let anonymous = graph.post(&json!({ "query": QUERY }), &[("x-lyceum-plan", "1")]).await.json();
    assert_eq!(anonymous["extensions"], Value::Null);
    assert_eq!(ask(&Graph::new(), "admin", QUERY, "1").await.json()["extensions"], Value::Null);
    let nobody = PlaygroundSettings { plan_scopes: [].into(), ..PlaygroundSettings::default() };
    let graph = Graph::builder().settings(|settings| settings.playground = Some(nobody)).build();
    assert_eq!(ask(&graph, "admin ops:read", QUERY, "1").await.json()["extensions"], Value::Null);
}

/// A mutation can be looked at before it is made. Who may not look is refused, so that it is not made either.
#[tokio::test]
async fn the_plan_alone_executes_nothing() {
    let graph = graph();
    let mutation = r#"mutation($name: String!) { rename(name: $name) { name } }"#;
    let body = ask(&graph, "admin", mutation, "only").await.json();
    assert_eq!((&body["data"], &body["errors"]), (&Value::Null, &Value::Null));
    assert_eq!(body["extensions"]["plan"]["fetches"][0]["subgraph"], "identity");

    let refused = ask(&graph, "user:read", mutation, "only").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    let refused = graph.post(&json!({ "query": mutation }), &[("x-lyceum-plan", "only")]).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
    assert_eq!(graph.executed(), 0);
}

/// OW-11: what an operation may cost can be asked before it is executed, by everybody, and even when it is too much.
#[tokio::test]
async fn the_cost_alone_executes_nothing() {
    let graph = Graph::builder()
        .settings(|settings| {
            settings.operations.cost.budget = 3;
            settings.playground = Some(PlaygroundSettings::default());
        })
        .build();
    let query = "query($first: Int!) { me { courses } courses(first: $first) node { node { id } } }";
    let ask = async |first: Value, headers: &[(&str, &str)]| {
        let asked = [&[("x-cost", "only")], headers].concat();
        graph.post(&json!({ "query": query, "variables": { "first": first } }), &asked).await
    };
    let body = ask(json!(7), &[]).await.json();
    assert_eq!((&body["data"], &body["errors"]), (&Value::Null, &Value::Null));
    let cost = &body["extensions"]["cost"];
    assert_eq!((&cost["requested"], &cost["budget"], &cost["actual"]), (&json!(3), &json!(3), &Value::Null));
    let fields: Vec<_> = cost["fields"].as_array().unwrap().iter().map(|field| field["path"].clone()).collect();
    assert!(fields.contains(&json!("node.node")), "{cost}");
    let mutation = json!({ "query": "mutation { rename(name: \"x\") { name } }" });
    let body = graph.post(&mutation, &[("x-cost", "only")]).await.json();
    assert_eq!(body["extensions"]["cost"]["requested"], 10, "more than the budget, and told all the same");

    // Together with the plan, for those who may see it.
    let token = format!("Bearer {}", graph.token_with("admin", &json!({})));
    let both = [("authorization", token.as_str()), ("x-lyceum-plan", "only")];
    let body = ask(json!(7), &both).await.json();
    assert_eq!(body["extensions"]["cost"]["budget"], 2000);
    assert_eq!(body["extensions"]["plan"]["fetches"][0]["subgraph"], "identity");
    let wrong = ask(json!("seven"), &both).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
    assert_eq!(graph.executed(), 0);
}
