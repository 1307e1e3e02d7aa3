//! Subscriptions over HTTP: GraphQL over Server-Sent Events, and multipart as Apollo's clients read it (domain 5.2
//! operation 07, 5.3; S3-CHAT-8).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use router_server::{Clock, Revocations, RevokedSessions};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::testkit::{Graph, GraphBuilder, TestReply};

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { me: User }
type Mutation { rename: Int }
type Subscription { renamed: User }
type User @key(fields: "id") { id: ID! name: String }
"#;
const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { courses: [String!] }
type User @key(fields: "id") { id: ID! courses: [String!] }
"#;
const OPERATION: &str = "subscription { renamed { name courses } }";
const EVENT: &str = r#"{"data":{"renamed":{"__typename":"User","id":"usr_1","name":"Lee"}}}"#;
const ANSWER: &str = r#"{"data":{"renamed":{"name":"Lee","courses":["Rust"]}}}"#;
const APOLLO: &str = "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0,application/json";

/// A graph whose stream is one event and its end, or one that goes on after it.
fn graph(is_endless: bool) -> Graph {
    graph_with(is_endless, |_| {})
}

fn graph_with(is_endless: bool, change: impl FnOnce(&mut router_server::RouterSettings)) -> Graph {
    built(Graph::builder().settings(change), is_endless)
}

fn built(builder: GraphBuilder, is_endless: bool) -> Graph {
    let graph = builder.schemas(IDENTITY, LEARNING).build();
    let keys = json!({ "keys": [graph.issuer.public_key()] });
    graph.identity.answer(move |request| match request.uri().path() {
        "/.well-known/jwks.json" => crate::testkit::reply(200, &keys),
        _ => event_stream(&format!("event: next\ndata: {EVENT}\n\nevent: complete\ndata:\n\n")),
    });
    if is_endless {
        graph.identity.stays_open();
    }
    graph
}

fn event_stream(text: &str) -> Result<Response<Bytes>, router_execution::TransportError> {
    let reply = Response::builder().header("content-type", "text/event-stream");
    Ok(reply.body(Bytes::from(text.to_owned())).unwrap())
}

async fn subscribe(graph: &Graph, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(json!({ "query": OPERATION }).to_string())).unwrap();
    graph.server.public_router().oneshot(request).await.unwrap()
}

/// The text of the parts that come within a while.
async fn next(reply: &mut Response<Body>) -> Option<String> {
    let frame = tokio::time::timeout(Duration::from_secs(60), reply.body_mut().frame()).await.expect("a part");
    frame.map(|frame| String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn server_sent_events_are_answered_by_the_whole_graph() {
    let graph = graph(false);
    let reply = TestReply::read(subscribe(&graph, &[("accept", "text/event-stream")]).await).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), "text/event-stream; charset=utf-8");
    assert_eq!((reply.header("cache-control"), reply.header("x-accel-buffering")), ("no-store", "no"));
    assert_eq!(reply.body, format!("event: next\ndata: {ANSWER}\n\nevent: complete\ndata:\n\n"));
    let asked = &graph.identity.requests("/graphql")[0];
    assert!(asked.headers()["accept"].to_str().unwrap().starts_with("text/event-stream"));
    assert!(asked.headers().contains_key("x-viewer-sig"), "P10: signed like every other request");
}

#[tokio::test]
async fn apollos_clients_get_multipart() {
    let reply = TestReply::read(subscribe(&graph(false), &[("accept", APOLLO)]).await).await;
    assert_eq!(reply.header("content-type"), "multipart/mixed; boundary=\"graphql\"; subscriptionSpec=\"1.0\"");
    let part = format!("\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{{\"payload\":{ANSWER}}}");
    assert_eq!(reply.body, format!("{part}\r\n--graphql--\r\n"));
}

/// A page has no other way than `GET`: its `EventSource` can send nothing else.
#[tokio::test]
async fn a_page_subscribes_with_get() {
    let target = "/graphql?query=subscription%7Brenamed%7Bname%20courses%7D%7D";
    let reply = graph(false).request("GET", target, &[("accept", "text/event-stream")], "").await;
    assert_eq!(reply.body, format!("event: next\ndata: {ANSWER}\n\nevent: complete\ndata:\n\n"));
}

/// A subscription that nobody could read is refused, and starts nothing.
#[tokio::test]
async fn a_subscription_needs_a_stream() {
    let graph = graph(false);
    for accept in
        ["application/json", "application/graphql-response+json", "*/*", "multipart/mixed;deferSpec=20220824, */*"]
    {
        let reply = TestReply::read(subscribe(&graph, &[("accept", accept)]).await).await;
        assert_eq!(reply.status, StatusCode::NOT_ACCEPTABLE, "{accept}");
        assert!(reply.message().contains("text/event-stream"), "{reply:?}");
    }
    assert_eq!(graph.executed(), 0);
}

/// Queries, mutations and refusals come in the stream to whom reads nothing else.
#[tokio::test]
async fn everything_can_be_read_from_a_stream() {
    let graph = Graph::new();
    let accept = ("accept", "text/event-stream");
    let query = graph.post(&json!({ "query": "{ me { name } }" }), &[]).await;
    let streamed = |query: &'static str| {
        let body = json!({ "query": query }).to_string();
        let headers = [("content-type", "application/json"), accept];
        let graph = &graph;
        async move { graph.request("POST", "/graphql", &headers, &body).await }
    };
    let reply = streamed("{ me { name } }").await;
    let text = String::from_utf8(query.body.to_vec()).unwrap();
    assert_eq!(reply.body, format!("event: next\ndata: {text}\n\nevent: complete\ndata:\n\n"));
    let refused = streamed("{ nothing }").await;
    let text = String::from_utf8(refused.body.to_vec()).unwrap();
    let data =
        text.strip_prefix("event: next\ndata: ").unwrap().strip_suffix("\n\nevent: complete\ndata:\n\n").unwrap();
    let error = &serde_json::from_str::<Value>(data).unwrap()["errors"][0];
    assert_eq!((refused.status, error["extensions"]["code"].as_str()), (StatusCode::OK, Some("BAD_USER_INPUT")));
    assert!(error["extensions"]["traceId"].is_string());
    let without_json = graph.request("POST", "/graphql", &[accept], "{}").await;
    assert_eq!(
        without_json.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "what is no GraphQL request is refused by its status"
    );
}

/// What a subgraph says instead of a stream is for its readers only, as ever (P8).
#[tokio::test]
async fn a_refusal_of_the_subgraph_is_masked() {
    let graph = graph(false);
    graph.identity.answer(|_| {
        crate::testkit::reply(200, &json!({ "data": null, "errors": [{ "message": "SELECT * FROM secrets" }] }))
    });
    let reply = TestReply::read(subscribe(&graph, &[("accept", "text/event-stream")]).await).await;
    let text = String::from_utf8(reply.body.to_vec()).unwrap();
    assert!(text.contains("INTERNAL") && !text.contains("secrets"), "{text}");
    assert!(text.ends_with("event: complete\ndata:\n\n"));
}

/// 5.3: so many for each viewer, and a place is free when its stream has gone.
#[tokio::test]
async fn one_viewer_has_so_many_and_no_more() {
    let graph = graph_with(true, |settings| settings.subscriptions.per_viewer_max = 2);
    let (accept, token) = (("accept", "text/event-stream"), format!("Bearer {}", graph.token()));
    let headers = [accept, ("authorization", token.as_str())];
    let first = subscribe(&graph, &headers).await;
    let _second = subscribe(&graph, &headers).await;
    let refused = TestReply::read(subscribe(&graph, &headers).await).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    assert_eq!(refused.header("retry-after"), "5");
    assert_eq!(subscribe(&graph, &[accept]).await.status(), StatusCode::OK, "others have places of their own");
    drop(first);
    let mut replies = 0;
    while subscribe(&graph, &headers).await.status() != StatusCode::OK {
        replies += 1;
        assert!(replies < 1000, "the place was not given back");
        tokio::task::yield_now().await;
    }
}

/// A stream says that it lives, and ends with the viewer's token: S3-CHAT-8, at `exp` and five seconds.
#[tokio::test(start_paused = true)]
async fn a_stream_lives_as_long_as_its_token() {
    let graph = graph(true);
    let token = format!("Bearer {}", graph.token());
    let mut reply = subscribe(&graph, &[("accept", "text/event-stream"), ("authorization", &token)]).await;
    assert_eq!(next(&mut reply).await.unwrap(), format!("event: next\ndata: {ANSWER}\n\n"));
    let begin = tokio::time::Instant::now();
    let mut signs_of_life = 0;
    let end = loop {
        match next(&mut reply).await.unwrap() {
            sign if sign == ":\n\n" => signs_of_life += 1,
            end => break end,
        }
    };
    assert!(end.contains("UNAUTHENTICATED") && end.ends_with("event: complete\ndata:\n\n"), "{end}");
    assert_eq!(next(&mut reply).await, None);
    assert_eq!(begin.elapsed().as_secs(), 605, "the token lives for ten minutes");
    assert_eq!(signs_of_life, 50, "one every twelve seconds");
}

/// WS-24: a stream ends with the viewer's session, at the next sign of life at the latest.
#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_its_session() {
    let builder = Graph::builder();
    let sessions = RevokedSessions::new(&builder.settings.authentication.as_ref().unwrap().issuers[0]);
    let sessions = Arc::new(sessions.with_clock(Arc::clone(&builder.clock) as Arc<dyn Clock>));
    sessions.heard();
    let graph = built(builder.revocations(Arc::clone(&sessions) as Arc<dyn Revocations>), true);
    let token = format!("Bearer {}", graph.token());
    let mut reply = subscribe(&graph, &[("accept", "text/event-stream"), ("authorization", &token)]).await;
    assert!(next(&mut reply).await.unwrap().contains("Lee"));
    assert_eq!(next(&mut reply).await.unwrap(), ":\n\n");
    sessions.revoke("s1", graph.clock.seconds() + 600);
    let begin = tokio::time::Instant::now();
    let end = next(&mut reply).await.unwrap();
    assert!(end.contains("UNAUTHENTICATED") && end.ends_with("event: complete\ndata:\n\n"), "{end}");
    assert!(begin.elapsed() <= Duration::from_secs(12));
    assert_eq!(next(&mut reply).await, None);
}

/// A router that stops ends its streams, and does not say that they are complete: clients subscribe again, elsewhere.
#[tokio::test]
async fn a_stop_breaks_streams_off() {
    let graph = graph(true);
    let public = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let operations = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = graph.server.clone();
    let serving = tokio::spawn(async move {
        server.serve(public, operations, async { _ = stopped.await }).await;
    });
    let mut reply = subscribe(&graph, &[("accept", "text/event-stream")]).await;
    assert!(next(&mut reply).await.unwrap().starts_with("event: next"));
    stop.send(()).unwrap();
    let rest: Vec<_> = reply.into_body().into_data_stream().map(Result::unwrap).collect().await;
    assert_eq!(rest, Vec::<Bytes>::new());
    serving.await.unwrap();
}
