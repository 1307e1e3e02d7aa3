//! When fetches run, and with which inputs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use router_execution::{Forwarding, ForwardingRequest, RequestContext, coerce_variables};
use router_planning::plan::QueryPlan;
use serde_json::json;
use tokio::sync::Notify;

use crate::graph::{FetchExtension, Graph, entities, key, reply, root};

const SDL: &str = "type Query { a: Thing b: Thing } type Mutation { first: Int second: Int }
    type Thing { id: ID! name: String size: Int }";

#[tokio::test]
async fn a_fetch_starts_when_its_own_dependencies_are_done_without_waiting_for_others() {
    // Subgraph `slow` answers only once `names`, which depends on `fast` alone, was asked. With waves of fetches
    // neither would ever go on.
    let asked = Arc::new(Notify::new());
    let (waiting, notifying) = (Arc::clone(&asked), asked);
    let graph = Graph::new(SDL)
        .answering("fast", json!({"data": {"a": {"__typename": "Thing", "id": "1"}}}))
        .asynchronous("slow", move |_| {
            let waiting = Arc::clone(&waiting);
            Box::pin(async move {
                waiting.notified().await;
                reply(&json!({"data": {"b": {"size": 2}}}))
            })
        })
        .subgraph("names", move |_| {
            notifying.notify_one();
            reply(&json!({"data": {"_entities": [{"name": "one"}]}}))
        });
    let plan = vec![
        root(0, "{a{__typename id}}"),
        root(1, "{b{size}}"),
        entities(2, "a", "Thing", vec![key("id")], "name").after(&[0]),
    ];
    let run = graph.run("{ a { name } b { size } }", plan);
    let reply = tokio::time::timeout(Duration::from_secs(60), run).await.expect("no fetch waits for a stranger");
    assert_eq!(reply, json!({"data": {"a": {"name": "one"}, "b": {"size": 2}}}));
}

#[tokio::test]
async fn the_root_fields_of_a_mutation_run_one_after_the_other() {
    // GraphQL 6.2.2
    let running = Arc::new(AtomicUsize::new(0));
    let script = move |key: &'static str| {
        let running = Arc::clone(&running);
        move |_| -> futures_util::future::BoxFuture<'static, _> {
            let running = Arc::clone(&running);
            Box::pin(async move {
                let already_running = running.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::SeqCst);
                reply(&json!({"data": {key: already_running}}))
            })
        }
    };
    let graph = Graph::new(SDL).asynchronous("one", script("first")).asynchronous("two", script("second"));
    let plan = vec![root(0, "mutation{first}"), root(1, "mutation{second}").after(&[0])];
    assert_eq!(graph.run("mutation { second first }", plan).await, json!({"data": {"second": 0, "first": 0}}));
}

#[tokio::test]
async fn a_fetch_whose_condition_does_not_hold_is_skipped_and_those_after_it_go_on() {
    let graph = Graph::new(SDL)
        .answering("one", json!({"data": {"a": {"size": 1}}}))
        .answering("two", json!({"data": {"b": {"size": 2}}}));
    let query = "query($on: Boolean!) { a @include(if: $on) { size } b { size } }";
    let plan = || vec![root(0, "{a{size}}").when("on", true), root(1, "{b{size}}").after(&[0])];

    let off = graph.run_with(query, json!({"on": false}), plan()).await;
    assert_eq!(off, json!({"data": {"b": {"size": 2}}}));
    assert!(graph.requests("one").is_empty());

    let on = graph.run_with(query, json!({"on": true}), plan()).await;
    assert_eq!(on, json!({"data": {"a": {"size": 1}, "b": {"size": 2}}}));
}

#[tokio::test]
async fn a_fetch_receives_the_variables_that_it_uses_and_that_have_values() {
    let sdl = "type Query { f(a: Int, b: Int, c: Int): Int }";
    let graph = Graph::new(sdl).answering("one", json!({"data": {"f": 1}}));
    let text = "query($a:Int$b:Int$c:Int){f(a:$a b:$b c:$c)}";
    let query = "query($a: Int, $b: Int = 7, $c: Int, $d: Int) { f(a: $a, b: $b, c: $c) other: f(a: $d) }";
    graph
        .run_with(
            query,
            json!({"a": null, "d": 4, "stranger": 1}),
            vec![root(0, text).with_variables(&["a", "b", "c"])],
        )
        .await;
    assert_eq!(graph.requests("one"), [json!({"query": text, "variables": {"a": null, "b": 7}})]);
}

#[tokio::test]
async fn the_headers_of_the_request_come_from_the_bytes_that_are_sent() {
    struct Signing;
    impl Forwarding for Signing {
        fn headers(&self, request: ForwardingRequest<'_>) -> HeaderMap {
            let signed = format!("{} {} {} {}", request.subgraph, request.method, request.path, request.body.len());
            HeaderMap::from_iter([(http::HeaderName::from_static("x-signed"), HeaderValue::try_from(signed).unwrap())])
        }
    }
    #[derive(Debug)]
    struct Checking;
    #[async_trait::async_trait]
    impl router_execution::Transport for Checking {
        async fn send(&self, request: http::Request<Bytes>, _timeout: Duration) -> crate::graph::Outcome {
            let expected = format!("one POST /graphql {}", request.body().len());
            assert_eq!(request.headers()["x-signed"], expected.as_str());
            assert_eq!(request.headers()["content-type"], "application/json");
            reply(&json!({"data": {"a": {"size": 1}}}))
        }
    }
    let graph = Graph::new(SDL).answering("one", json!(null));
    let subgraphs = vec![router_execution::Subgraph {
        name: "one".to_owned(),
        path: "/graphql".to_owned(),
        transport: Arc::new(Checking),
        timeout: Duration::from_secs(1),
    }];
    let executor = router_execution::Executor::new(graph.schema.clone(), subgraphs, graph.limits);
    let operation = graph.prepare("{ a { size } }", vec![root(0, "{a{size}}")]);
    let variables = coerce_variables(&graph.schema, operation.operation(), &Default::default()).unwrap();
    let context = RequestContext { forwarding: Arc::new(Signing), trace_id: None, cache: None, observer: None };
    let reply = executor.execute(&operation, &variables, &context).await;
    assert_eq!(reply.to_bytes(), r#"{"data":{"a":{"size":1}}}"#);
}

#[test]
fn a_plan_that_breaks_its_own_rules_is_refused() {
    let graph = Graph::new(SDL);
    let prepare = |fetches| {
        let document =
            apollo_compiler::ExecutableDocument::parse_and_validate(&graph.schema, "{ a { size } }", "q").unwrap();
        router_execution::PreparedOperation::new(
            document,
            None,
            QueryPlan { fetches, deferred: Vec::new(), subscription: None },
        )
        .unwrap_err()
        .to_string()
    };
    assert!(prepare(vec![root(0, "{a{size}}").after(&[0])]).contains("does not stand before it"));
    assert!(prepare(vec![root(0, "{a{")]).contains("not a GraphQL document"));
}
