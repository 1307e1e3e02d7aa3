//! An operation ends in time as a whole (OW-12): what has been answered by then is there, what has not been is null, and
//! nothing of it goes on.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;
use http::Request;
use router_execution::{InProcessTransport, Transport};
use router_server::{RequestSigner, RouterBuilder, RouterServer, RouterSettings};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::{ServiceExt, service_fn};

use crate::testkit::{Graph, Outcome, Scripted, TestReply, reply, supergraph};

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { me: User }
type Mutation { rename(name: String): User }
type Subscription { renamed: User }
type User @key(fields: "id") { id: ID! name: String }
"#;
const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { courses: [String!] }
type Mutation { enrol(course: ID!): Int }
type User @key(fields: "id") { id: ID! courses: [String!] }
"#;

/// Tells when what a subgraph does ends without an answer.
struct Abandoned(Arc<Notify>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// A subgraph that never answers, and whoever waits to hear that nobody waits for it any more.
fn silent() -> (Arc<dyn Transport>, Arc<Notify>) {
    let abandoned = Arc::new(Notify::new());
    let notify = Arc::clone(&abandoned);
    let never = service_fn(move |_: Request<_>| {
        let guard = Abandoned(Arc::clone(&notify));
        async move {
            let _guard = guard;
            std::future::pending::<Result<http::Response<Body>, Infallible>>().await
        }
    });
    (Arc::new(InProcessTransport::new(never)), abandoned)
}

fn scripted(script: impl Fn(&Request<bytes::Bytes>) -> Outcome + Send + Sync + 'static) -> Arc<Scripted> {
    Arc::new(Scripted::new(script))
}

/// A router whose subgraphs may take as long as they like, one by one.
fn router(time_max_ms: u64, identity: Arc<dyn Transport>, learning: Arc<dyn Transport>) -> RouterServer {
    let mut settings = RouterSettings::default();
    settings.operations.time_max_ms = time_max_ms;
    settings.subgraph_requests.query_timeout_ms = 3_600_000;
    settings.subgraph_requests.mutation_timeout_ms = 3_600_000;
    let signer = RequestSigner::new("k1", vec![7; 32].into()).unwrap();
    RouterBuilder::new(supergraph(&[IDENTITY, LEARNING].map(str::to_owned)), settings, signer)
        .transport("identity", identity)
        .transport("learning", learning)
        .build()
        .unwrap()
}

async fn ask(router: &RouterServer, query: &str) -> Value {
    let request = Request::post("/graphql").header("content-type", "application/json");
    let request = request.body(Body::from(json!({ "query": query }).to_string())).unwrap();
    let answered = tokio::time::timeout(Duration::from_secs(60), router.public_router().oneshot(request)).await;
    TestReply::read(answered.expect("it ends in time").unwrap()).await.json()
}

fn codes(told: &Value) -> Vec<&str> {
    let errors = told["errors"].as_array().unwrap();
    errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap()).collect()
}

/// OW-12
#[tokio::test]
async fn what_was_answered_in_time_is_there_and_the_rest_is_given_up() {
    let (learning, abandoned) = silent();
    let user = json!({ "data": { "me": { "__typename": "User", "id": "1", "name": "Lee" } } });
    let identity = scripted(move |_| reply(200, &user));
    let router = router(200, identity, learning);
    let told = ask(&router, "{ me { name courses } courses }").await;
    assert_eq!(told["data"], json!({ "me": { "name": "Lee", "courses": null }, "courses": null }), "{told}");
    // One error for each fetch that was under way, whose words say nothing from inside.
    assert_eq!(codes(&told), ["OPERATION_TIMEOUT"; 2], "{told}");
    let message = "The operation's time of 200 ms is over; this had not been answered by then.";
    assert!(told["errors"].as_array().unwrap().iter().all(|error| error["message"] == message), "{told}");
    for _ in 0..2 {
        tokio::time::timeout(Duration::from_secs(60), abandoned.notified()).await.expect("nobody works on it");
    }
}

/// OW-12, GraphQL section 6.2.2: what was sent may have been done, and the answer says so; what comes after it was not begun.
#[tokio::test]
async fn a_mutation_that_was_sent_is_not_told_to_be_undone() {
    let (identity, abandoned) = silent();
    let learning = scripted(|_| reply(200, &json!({ "data": { "before": 1 } })));
    let router = router(100, identity, Arc::clone(&learning) as Arc<dyn Transport>);
    let told =
        ask(&router, "mutation { before: enrol(course: 1) rename(name: \"a\") { name } enrol(course: 2) }").await;
    assert_eq!(told["data"], json!({ "before": 1, "rename": null, "enrol": null }), "{told}");
    assert_eq!(codes(&told), ["OPERATION_TIMEOUT"; 2], "{told}");
    let of = |field: &str| {
        let errors = told["errors"].as_array().unwrap();
        let error = errors.iter().find(|error| error["path"] == json!([field]));
        error.unwrap_or_else(|| panic!("{told}"))["message"].as_str().unwrap()
    };
    assert!(of("rename").ends_with("and may have been done."), "{told}");
    assert!(of("enrol").ends_with("this was not begun."), "{told}");
    assert_eq!(learning.requests("/graphql").len(), 1);
    tokio::time::timeout(Duration::from_secs(60), abandoned.notified()).await.expect("nobody works on it");
}

/// OW-12: what comes with an answer that came in time is not asked for when that answer took all there was.
#[tokio::test]
async fn nothing_is_begun_when_the_time_is_over() {
    let user = json!({ "data": { "me": { "__typename": "User", "id": "1", "name": "Lee" } } });
    // It holds up its thread, so that its answer is there when the time is over.
    let identity = scripted(move |_| {
        std::thread::sleep(Duration::from_millis(30));
        reply(200, &user)
    });
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let learning = scripted(move |_| {
        *count.lock().unwrap() += 1;
        reply(200, &json!({ "data": { "_entities": [{ "courses": ["Rust"] }] } }))
    });
    let told = ask(&router(10, identity, learning), "{ me { name courses } }").await;
    assert_eq!(told["data"]["me"]["courses"], Value::Null, "{told}");
    assert_eq!(codes(&told), ["OPERATION_TIMEOUT"], "{told}");
    assert_eq!(*asked.lock().unwrap(), 0);
}

/// A subscription is listened to for longer than an operation may take, and so are its joins.
#[tokio::test]
async fn a_subscription_has_no_such_end() {
    let event = json!({ "data": { "renamed": { "__typename": "User", "id": "1", "name": "Lee" } } });
    let stream = format!("event: next\ndata: {event}\n\nevent: complete\ndata:\n\n");
    let identity = scripted(move |_| {
        let reply = http::Response::builder().header("content-type", "text/event-stream");
        Ok(reply.body(stream.clone().into()).unwrap())
    });
    let learning = scripted(|_| reply(200, &json!({ "data": { "_entities": [{ "courses": ["Rust"] }] } })));
    learning.slow_down(Duration::from_millis(30));
    let router = router(1, identity, learning);
    let request = Request::post("/graphql").header("content-type", "application/json");
    let request = request.header("accept", "text/event-stream");
    let body = json!({ "query": "subscription { renamed { name courses } }" }).to_string();
    let reply = router.public_router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let mut frames = reply.into_body().into_data_stream();
    let first = tokio::time::timeout(Duration::from_secs(60), frames.next()).await.unwrap().unwrap().unwrap();
    let first = String::from_utf8(first.to_vec()).unwrap();
    assert!(first.contains(r#"{"data":{"renamed":{"name":"Lee","courses":["Rust"]}}}"#), "{first}");
}

/// Directed by the settings and no further: without a limit in sight, slow answers are waited for.
#[tokio::test]
async fn by_default_there_is_time_enough() {
    let graph = Graph::new();
    graph.learning.slow_down(Duration::from_millis(50));
    let told = graph.query("{ me { name courses } }").await.json();
    assert_eq!(told["errors"], Value::Null, "{told}");
}
