//! Subscriptions: the stream of one subgraph, and the rest of the graph for each of its events (GraphQL specification
//! section 6.2.3; S3-CHAT-5, domain 5.2 operation 07).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use router_composition::{SubgraphSource, compose};
use router_execution::{
    ExecutionLimits, Executor, InProcessTransport, JsonMap, NoForwarding, PreparedOperation, Reply, RequestContext,
    Subgraph, Subscription, coerce_variables,
};
use router_schema::Supergraph;
use serde_json::{Value, json};
use tokio::sync::mpsc;

const PLAYBACK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
    type Query { ping: Int }
    type Subscription { moved(of: ID): Moved! }
    type Moved { seconds: Int! film: Film }
    type Film @key(fields: "id", resolvable: false) { id: ID! }"#;
const CATALOGUE: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
    type Query { film(id: ID!): Film }
    type Film @key(fields: "id") { id: ID! title: String }"#;
const OPERATION: &str = "subscription Resume($of: ID) { moved(of: $of) { seconds film { id title } } }";

/// What the subgraph of the stream answers.
enum Source {
    /// A stream of these bytes that then ends.
    Stream(Vec<&'static str>),
    /// A stream that goes on.
    Open(mpsc::UnboundedReceiver<Bytes>, Arc<AtomicBool>),
    /// No stream.
    Answer(u16, &'static str, &'static str),
}

/// Tells of its end.
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn playback(source: Source) -> Router {
    let source = Arc::new(std::sync::Mutex::new(Some(source)));
    let answer = move |request: Request| {
        let source = source.lock().unwrap().take().expect("one subscription");
        assert!(request.headers()["accept"].to_str().unwrap().starts_with("text/event-stream"));
        async move {
            let (status, content_type, body) = match source {
                Source::Stream(pieces) => {
                    let pieces = pieces.into_iter().map(|piece| Ok::<_, axum::Error>(Bytes::from(piece)));
                    (200, "text/event-stream", Body::from_stream(stream::iter(pieces)))
                }
                Source::Open(mut receiver, dropped) => {
                    let dropped = Dropped(dropped);
                    let pieces = stream::poll_fn(move |context| {
                        let _ = &dropped;
                        receiver.poll_recv(context)
                    });
                    (200, "text/event-stream; charset=utf-8", Body::from_stream(pieces.map(Ok::<_, axum::Error>)))
                }
                Source::Answer(status, content_type, text) => (status, content_type, Body::from(text)),
            };
            http::Response::builder().status(status).header("content-type", content_type).body(body).unwrap()
        }
    };
    Router::new().route("/graphql", post(answer))
}

/// Gives every film a title, until it is told to fail.
fn catalogue(fails: &Arc<AtomicBool>) -> Router {
    let fails = Arc::clone(fails);
    let answer = move |Json(request): Json<Value>| {
        let films = request["variables"]["representations"].as_array().unwrap().clone();
        let entities: Vec<Value> =
            films.iter().map(|film| json!({ "title": format!("Film {}", film["id"]) })).collect();
        let answer = match fails.load(Ordering::SeqCst) {
            true => json!({ "errors": [{ "message": "no catalogue" }] }),
            false => json!({ "data": { "_entities": entities } }),
        };
        async move { Json(answer) }
    };
    Router::new().route("/graphql", post(answer))
}

struct Graph {
    executor: Executor,
    supergraph: Supergraph,
}

impl Graph {
    fn new(source: Source, catalogue_fails: &Arc<AtomicBool>) -> Self {
        let sources = [("playback", PLAYBACK), ("catalogue", CATALOGUE)].map(|(name, sdl)| SubgraphSource {
            name: name.to_owned(),
            url: String::new(),
            sdl: sdl.to_owned(),
            file_name: format!("{name}.graphql"),
        });
        let supergraph = Supergraph::parse(&compose(&sources).unwrap().supergraph_sdl).unwrap();
        let mut routers = vec![("playback", playback(source)), ("catalogue", catalogue(catalogue_fails))];
        let reached = supergraph.subgraphs().iter().map(|subgraph| {
            let place = routers.iter().position(|(name, _)| *name == subgraph.name).unwrap();
            let (name, router) = routers.swap_remove(place);
            let transport = Arc::new(InProcessTransport::new(router));
            Subgraph { name: name.to_owned(), path: "/graphql".to_owned(), transport, timeout: Duration::from_secs(5) }
        });
        let executor = Executor::new(supergraph.api_schema().clone(), reached.collect(), ExecutionLimits::default());
        Self { executor, supergraph }
    }

    async fn subscribe(&self, text: &str) -> Result<Subscription, Reply> {
        let schema = self.supergraph.api_schema();
        let document = apollo_compiler::ExecutableDocument::parse_and_validate(schema, text, "operation").unwrap();
        let plan = router_planning::plan(&self.supergraph, &document, None).unwrap();
        let operation = Arc::new(PreparedOperation::new(document, None, plan).unwrap());
        let variables = coerce_variables(schema, operation.operation(), &JsonMap::new()).unwrap();
        let context =
            RequestContext { forwarding: Arc::new(NoForwarding), trace_id: None, cache: None, observer: None };
        self.executor.subscribe(operation, variables, context).await
    }

    async fn all(&self) -> Vec<Value> {
        let mut subscription = self.subscribe(OPERATION).await.expect("a stream");
        let mut replies = Vec::new();
        while let Some(reply) = self.executor.next(&mut subscription).await {
            replies.push(json_of(&reply));
        }
        replies
    }
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.to_bytes()).unwrap()
}

fn works() -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(false))
}

#[tokio::test]
async fn each_event_is_answered_by_the_whole_graph() {
    let source = Source::Stream(vec![
        ": hello\n\nevent: next\ndata: {\"data\":{\"moved\":{\"seconds\":1,",
        "\"film\":{\"__typename\":\"Film\",\"id\":\"a\"}}}}\n\nevent: next\ndata: {\"data\":{\"moved\":{\"seconds\":2,\"film\":null}}}\n\n",
        "event: complete\ndata:\n\n",
        "event: next\ndata: {\"data\":{\"moved\":{\"seconds\":3,\"film\":null}}}\n\n",
    ]);
    assert_eq!(
        Graph::new(source, &works()).all().await,
        [
            json!({ "data": { "moved": { "seconds": 1, "film": { "id": "a", "title": "Film \"a\"" } } } }),
            json!({ "data": { "moved": { "seconds": 2, "film": null } } }),
        ],
        "in order, and nothing after the end"
    );
}

/// P9: a subgraph that fails for one event costs its fields of that event.
#[tokio::test]
async fn a_failing_part_costs_its_own_fields_of_one_event() {
    const EVENT: &str =
        "event: next\ndata: {\"data\":{\"moved\":{\"seconds\":1,\"film\":{\"__typename\":\"Film\",\"id\":\"a\"}}}}\n\n";
    let fails = works();
    let (sender, receiver) = mpsc::unbounded_channel();
    let graph = Graph::new(Source::Open(receiver, works()), &fails);
    let mut subscription = graph.subscribe(OPERATION).await.expect("a stream");
    for is_failing in [true, false] {
        fails.store(is_failing, Ordering::SeqCst);
        sender.send(Bytes::from_static(EVENT.as_bytes())).unwrap();
        let reply = json_of(&graph.executor.next(&mut subscription).await.unwrap());
        assert_eq!(reply["data"]["moved"]["seconds"], 1);
        assert_eq!(reply["data"]["moved"]["film"]["title"].is_null(), is_failing, "{reply}");
        assert_eq!(reply.get("errors").is_some(), is_failing, "{reply}");
    }
}

/// A stream that breaks off is not one that is complete: its end is an error.
#[tokio::test]
async fn a_stream_that_breaks_off_ends_with_an_error() {
    let replies = Graph::new(Source::Stream(vec!["event: next\ndata: {\"data\""]), &works()).all().await;
    assert_eq!(replies.len(), 1);
    assert_eq!(replies[0]["data"], Value::Null);
    assert_eq!(replies[0]["errors"][0]["extensions"]["code"], "SUBGRAPH_UNAVAILABLE");
    assert_eq!(replies[0]["errors"][0]["extensions"]["subgraph"], "playback");
}

/// An event that is no GraphQL response is a failed event, and the stream goes on.
#[tokio::test]
async fn an_event_that_cannot_be_read_is_contained() {
    let pieces = vec![
        "event: next\ndata: what\n\nevent: next\ndata: {\"data\":{\"moved\":{\"seconds\":2,\"film\":null}}}\n\nevent: complete\n\n",
    ];
    let replies = Graph::new(Source::Stream(pieces), &works()).all().await;
    assert_eq!(replies[0]["errors"][0]["extensions"]["code"], "SUBGRAPH_INVALID_REPLY");
    assert_eq!(replies[1], json!({ "data": { "moved": { "seconds": 2, "film": null } } }));
    assert_eq!(replies.len(), 2);
}

/// What the subgraph says instead of a stream is the only reply.
#[tokio::test]
async fn without_a_stream_there_is_one_reply_that_says_why() {
    let refusal = r#"{"data":null,"errors":[{"message":"sign in","extensions":{"code":"UNAUTHENTICATED"}}]}"#;
    for (source, code) in [
        (Source::Answer(200, "application/json", refusal), "UNAUTHENTICATED"),
        (Source::Answer(401, "application/graphql-response+json", refusal), "UNAUTHENTICATED"),
        (Source::Answer(503, "text/plain", "busy"), "SUBGRAPH_UNAVAILABLE"),
        (Source::Answer(500, "text/event-stream", ""), "SUBGRAPH_UNAVAILABLE"),
    ] {
        let refused = Graph::new(source, &works()).subscribe(OPERATION).await.expect_err("no stream");
        let reply = json_of(&refused);
        assert_eq!((&reply["data"], reply["errors"][0]["extensions"]["code"].as_str()), (&Value::Null, Some(code)));
    }
}

/// Nobody is listened to for nobody.
#[tokio::test]
async fn dropping_a_subscription_ends_it_at_the_subgraph() {
    let (_sender, receiver) = mpsc::unbounded_channel();
    let dropped = works();
    let graph = Graph::new(Source::Open(receiver, Arc::clone(&dropped)), &works());
    let subscription = graph.subscribe(OPERATION).await.expect("a stream");
    assert!(!dropped.load(Ordering::SeqCst));
    drop(subscription);
    assert!(dropped.load(Ordering::SeqCst));
}
