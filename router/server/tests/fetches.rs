//! What becomes of the requests to subgraphs: their order, their time, and what is written of them.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use router_execution::{InProcessTransport, TransportError};
use router_server::{RequestSigner, RouterBuilder, RouterSettings};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::{ServiceExt, service_fn};

use crate::administration::log::Log;
use crate::testkit::{Graph, TestReply, reply, supergraph};

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { me: User }
type Mutation { rename(name: String, password: String, token: String, secret: String): User }
type User @key(fields: "id") { id: ID! name: String }
"#;
const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { courses: [String!] }
type Mutation { enrol(course: ID!): Int }
type User @key(fields: "id") { id: ID! courses: [String!] }
"#;

/// FED-40: fields of a mutation are made one after the other, whichever subgraphs they belong to; one that fails is not made
/// again, and those after it are made all the same.
#[tokio::test]
async fn mutations_are_made_in_their_order_and_once() {
    for failure in [
        Err(TransportError::Unavailable("reset".to_owned())),
        Err(TransportError::Timeout(Duration::from_millis(1))),
        reply(503, &json!({})),
        reply(200, &json!({ "data": null, "errors": [{ "message": "no" }] })),
    ] {
        let graph = Graph::builder().schemas(IDENTITY, LEARNING).build();
        let order = Arc::new(Mutex::new(Vec::new()));
        let (first, second) = (Arc::clone(&order), Arc::clone(&order));
        let failure = Mutex::new(failure);
        graph.identity.answer(move |request| {
            let text = String::from_utf8(request.body().to_vec()).unwrap();
            first.lock().unwrap().push(if text.contains("last") { "last" } else { "rename" });
            match &*failure.lock().unwrap() {
                Ok(reply) => Ok(reply.clone()),
                Err(error) => Err(error.clone()),
            }
        });
        graph.learning.answer(move |_| {
            second.lock().unwrap().push("enrol");
            reply(200, &json!({ "data": { "enrol": 1 } }))
        });
        let mutation =
            "mutation { rename(name: \"a\") { name } enrol(course: 1) last: rename(name: \"last\") { name } }";
        let told = graph.query(mutation).await.json();
        assert_eq!(told["data"], json!({ "rename": null, "enrol": 1, "last": null }), "{told}");
        assert_eq!(told["errors"].as_array().unwrap().len(), 2, "{told}");
        assert_eq!(*order.lock().unwrap(), ["rename", "enrol", "last"]);
    }
}

/// FED-34: what one viewer's operation joins is asked for with that viewer's name, however many join the same at once.
#[tokio::test]
async fn joins_of_many_viewers_are_not_made_together() {
    use base64::Engine;
    let graph = Graph::new();
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(200, &json!({ "data": { "me": { "__typename": "User", "id": "1" } } })),
    });
    graph.learning.answer(|request| {
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let asked = body["variables"].as_object().unwrap().values().find_map(Value::as_array).unwrap().len();
        let viewer = request.headers()["x-viewer"].to_str().unwrap();
        reply(200, &json!({ "data": { "_entities": vec![json!({ "courses": [viewer, asked.to_string()] }); asked] } }))
    });
    let ask = async |number: usize| {
        let token = graph.token_with("", &json!({ "sub": format!("usr_{}", number % 7) }));
        let headers = [("authorization", format!("Bearer {token}"))];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let told = graph.post(&json!({ "query": "{ me { courses } }" }), &headers).await.json();
        let viewer = told["data"]["me"]["courses"][0].as_str().unwrap();
        let viewer = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(viewer).unwrap();
        let viewer: Value = serde_json::from_slice(&viewer).unwrap();
        assert_eq!(
            (&viewer["sub"], &told["data"]["me"]["courses"][1]),
            (&json!(format!("usr_{}", number % 7)), &json!("1"))
        );
    };
    futures_util::future::join_all((0..300).map(ask)).await;
}

struct Abandoned(Arc<Notify>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// OW-12: a subgraph that does not answer is waited for as long as the settings say, and its work ends with that.
#[tokio::test]
async fn a_late_subgraph_is_not_waited_for() {
    let abandoned = Arc::new(Notify::new());
    let notify = Arc::clone(&abandoned);
    let never = service_fn(move |_: http::Request<_>| {
        let guard = Abandoned(Arc::clone(&notify));
        async move {
            let _guard = guard;
            std::future::pending::<Result<http::Response<Body>, Infallible>>().await
        }
    });
    let mut settings = RouterSettings::default();
    settings.subgraph_requests.query_timeout_ms = 50;
    settings.subgraph_requests.mutation_timeout_ms = 50;
    let signer = RequestSigner::new("k1", vec![7; 32].into()).unwrap();
    let graph = supergraph(&[IDENTITY, LEARNING].map(str::to_owned));
    let server = RouterBuilder::new(graph, settings, signer)
        .transport("identity", Arc::new(InProcessTransport::new(never.clone())))
        .transport("learning", Arc::new(InProcessTransport::new(never)))
        .build()
        .unwrap();
    for query in ["{ me { name } }", "mutation { enrol(course: 1) }"] {
        let request = http::Request::post("/graphql").header("content-type", "application/json");
        let request = request.body(Body::from(json!({ "query": query }).to_string())).unwrap();
        let begun = Instant::now();
        let told = TestReply::read(server.public_router().oneshot(request).await.unwrap()).await;
        assert_eq!(told.code(), "SUBGRAPH_TIMEOUT", "{told:?}");
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::timeout(Duration::from_secs(60), abandoned.notified()).await.unwrap();
    }
}

/// OW-24: what variables hold is in no line and no span of the log, whatever becomes of the operation, and passwords, tokens and
/// secrets are not either.
#[tokio::test]
async fn values_of_variables_are_not_logged() {
    const VALUE: &str = "hunter2-f6b1";
    let log = Log::begin();
    let graph = Graph::builder().schemas(IDENTITY, LEARNING).build();
    let declared = "$name: String, $password: String, $token: String, $secret: String";
    let given = "name: $name, password: $password, token: $token, secret: $secret";
    let sound = format!("mutation Rename({declared}) {{ rename({given}) {{ name courses }} }}");
    let values = json!({ "name": VALUE, "password": VALUE, "token": VALUE, "secret": VALUE });
    let wrong = json!({ "name": [VALUE], "password": { "x": VALUE }, "token": { VALUE: 1 }, "secret": [[VALUE]] });
    let user = json!({ "__typename": "User", "id": "1", "name": "Lee" });
    for outcome in [
        reply(200, &json!({ "data": { "rename": user } })),
        reply(200, &json!({ "data": { "rename": { "__typename": 7 } } })),
        reply(500, &json!({})),
        Err(TransportError::Unavailable("reset".to_owned())),
    ] {
        let outcome = Mutex::new(outcome);
        graph.identity.answer(move |_| match &*outcome.lock().unwrap() {
            Ok(reply) => Ok(reply.clone()),
            Err(error) => Err(error.clone()),
        });
        for variables in [&values, &wrong] {
            let told = graph.post(&json!({ "query": sound, "variables": variables }), &[]).await;
            assert!(told.status.as_u16() < 500, "{told:?}");
        }
    }
    // Neither are those that stand in a document that is refused, or in no document at all.
    for body in [
        json!({ "query": format!("mutation {{ rename(password: \"{VALUE}\", x: 1) {{ name }} }}") }),
        json!({ "query": format!("mutation {{ rename(password: \"{VALUE}") }),
        json!({ "query": sound, "variables": VALUE }),
    ] {
        graph.post(&body, &[]).await;
    }
    graph.query_as(VALUE).await;
    let written = [log.take(), log.take_spans()].concat();
    assert!(!written.is_empty() && written.iter().any(|line| line.contains("identity")), "{written:?}");
    assert!(!written.iter().any(|line| line.contains("hunter2")), "{written:?}");
}
