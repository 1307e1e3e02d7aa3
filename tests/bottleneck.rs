//! The bottleneck of a request is named after one request (F3), as far as the graph's subgraphs go.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::product::{Client, Product, Reply, Shape};

/// From `learning` to `media`, entity by entity.
const STREAMS: &str = "query Streams { courses(first: 3) { edges { node { title lessons(first: 2) { edges { node { \
                       stream { __typename } } } } } } } }";

/// Asks until it is answered so.
async fn until(client: &Client, path: &str, is_so: impl Fn(&Reply) -> bool) -> Reply {
    let begin = Instant::now();
    loop {
        let reply = client.get(path).await;
        if is_so(&reply) {
            return reply;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{path}: {reply:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn streams(reply: &Reply) -> &Value {
    reply.at("/data/courses/edges/0/node/lessons/edges/0/node/stream/__typename")
}

async fn the_bottleneck_is_named_after_one_request(shape: Shape) {
    let product = tokio::task::spawn_blocking(move || Product::start_with_faults(shape)).await.unwrap();
    let (learner, admin) = (product.signed_in("learner_lee").await, product.signed_in("admin").await);
    let on_operations = Client::new(&product.ops_url);
    let administrator = on_operations.with_token(admin.token());
    assert!(streams(&learner.query(STREAMS).await).is_string());

    let fault = json!({ "subgraph": "media", "delayMs": 300, "seconds": 600 });
    assert_eq!(on_operations.post("/ops/faults", &fault).await.status, 403, "the machine itself administers nothing");
    let ordered = administrator.post("/ops/faults", &fault).await;
    assert_eq!((ordered.status, ordered.at("/faults/0/subgraph")), (200, &json!("media")), "{ordered:#?}");
    assert!(streams(&learner.query(STREAMS).await).is_string(), "it is slow, and whole");

    let listed = until(&on_operations, "/ops/traces?search=Streams", |reply| reply.at("/total") == &json!(2)).await;
    let trace = listed.at("/traces/0");
    assert_eq!((&trace["keptFor"], &trace["culprit"]["service"]), (&json!("fault"), &json!("media")), "{listed:#?}");
    let path = format!("/ops/traces/{}", trace["traceId"].as_str().unwrap());
    // Subgraphs in processes of their own may tell of their part later, or not at all.
    let told = until(&on_operations, &path, |reply| reply.at("/spans/0/id").is_string()).await;
    let sentence = told.at("/explanation/sentence").as_str().unwrap();
    let took = sentence.strip_prefix("media took ").and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok());
    assert!(took.is_some_and(|milliseconds| milliseconds >= 300.0), "{sentence}");
    assert!(sentence.contains("waited for one request to media"), "{sentence}");
    assert!(told.at("/explanation/culprit/shareOfTime").as_f64().unwrap() > 0.5, "{told:#?}");
    assert_eq!(told.at("/services/0/service"), "media");

    let bottlenecks = on_operations.get("/ops/bottlenecks?window=5m").await;
    let items = bottlenecks.at("/items").as_array().unwrap();
    assert_eq!((&items[0]["kind"], &items[0]["service"]), (&json!("subgraph"), &json!("media")), "{bottlenecks:#?}");
    let over = bottlenecks.at("/budget/over").as_array().unwrap();
    assert!(over.iter().any(|operation| operation["name"] == "Streams"), "{over:#?}");
    let subgraphs = on_operations.get("/ops/subgraphs").await;
    let media = subgraphs.at("/subgraphs").as_array().unwrap().iter().find(|subgraph| subgraph["name"] == "media");
    assert!(media.unwrap()["latency"]["p95Ms"].as_f64().unwrap() >= 300.0, "{media:#?}");
}

/// F3; S1-GOAL-1, S1-FLOW-3, S1-FLOW-4, S1-DEMO-1.
#[tokio::test]
async fn in_one_process_the_bottleneck_is_named_after_one_request() {
    the_bottleneck_is_named_after_one_request(Shape::OneProcess).await;
}

/// F3; S1-GOAL-1, S1-FLOW-3, S1-FLOW-4, S1-DEMO-1.
#[tokio::test]
async fn distributed_the_bottleneck_is_named_after_one_request() {
    the_bottleneck_is_named_after_one_request(Shape::Distributed).await;
}
