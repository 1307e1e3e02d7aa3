//! Real connections: the graceful stop, and heads that are too large.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};

use crate::testkit::{Graph, reply};

pub(crate) async fn serve(
    graph: &Graph,
    stop: impl Future<Output = ()> + Send + 'static,
) -> (String, String, tokio::task::JoinHandle<()>) {
    let public = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let operations = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addresses = (public.local_addr().unwrap().to_string(), operations.local_addr().unwrap().to_string());
    let server = graph.server.clone();
    let serving = tokio::spawn(async move { server.serve(public, operations, stop).await });
    (addresses.0, addresses.1, serving)
}

pub(crate) async fn exchange(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

fn post(query: &str) -> String {
    let body = serde_json::json!({ "query": query }).to_string();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// P10: the address of the connection is what subgraphs are told.
#[tokio::test]
async fn a_request_over_a_socket_is_answered_and_its_address_forwarded() {
    let graph = Graph::new();
    let (public, operations, serving) = serve(&graph, std::future::pending()).await;
    let text = exchange(&public, &post("{ me { name } }")).await;
    assert!(text.starts_with("HTTP/1.1 200") && text.ends_with(r#"{"data":{"me":{"name":"Lee"}}}"#), "{text}");
    let viewer = graph.identity.requests("/graphql")[0].headers()["x-viewer"].clone();
    // {"act":"router","ip":"127.0.0.1"}
    assert_eq!(viewer, "eyJhY3QiOiJyb3V0ZXIiLCJpcCI6IjEyNy4wLjAuMSJ9");
    let live = exchange(&operations, "GET /health/live HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").await;
    assert!(live.starts_with("HTTP/1.1 200"), "{live}");
    serving.abort();
}

/// HX-20
#[tokio::test]
async fn a_head_over_the_limit_is_refused() {
    let graph = Graph::new();
    let (public, _, serving) = serve(&graph, std::future::pending()).await;
    let request = format!("GET /graphql HTTP/1.1\r\nhost: test\r\nx-padding: {}\r\n\r\n", "x".repeat(70 * 1024));
    let mut stream = TcpStream::connect(&public).await.unwrap();
    // The router may close before all of it is written.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 431");
    serving.abort();
}

/// HX-22: what was begun is finished; nothing new is let in; then the router is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_lets_requests_in_flight_end() {
    let graph = Graph::new();
    let (arrived, may_answer) = (Arc::new(Notify::new()), Arc::new(std::sync::Barrier::new(2)));
    let (notify, wait) = (Arc::clone(&arrived), Arc::clone(&may_answer));
    graph.identity.answer(move |_| {
        notify.notify_one();
        tokio::task::block_in_place(|| wait.wait());
        reply(200, &serde_json::json!({ "data": { "me": { "name": "Lee" } } }))
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let (public, _, serving) = serve(&graph, async move { drop(stopped.await) }).await;
    let address = public.clone();
    let in_flight = tokio::spawn(async move { exchange(&address, &post("{ me { name } }")).await });
    arrived.notified().await;
    stop.send(()).unwrap();
    while TcpStream::connect(&public).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!serving.is_finished());
    tokio::task::spawn_blocking(move || may_answer.wait()).await.unwrap();
    assert!(in_flight.await.unwrap().starts_with("HTTP/1.1 200"));
    tokio::time::timeout(Duration::from_secs(5), serving).await.expect("the router ends").unwrap();
}

/// RG-36: a client that reads nothing of what it has asked for is cut off; meanwhile others are answered.
#[tokio::test]
async fn who_stops_reading_is_cut_off() {
    const BYTES: usize = 16 * 1024 * 1024;
    let settings = |settings: &mut router_server::RouterSettings| {
        settings.listeners.write_timeout_ms = 300;
        settings.pass_through = vec![router_server::configuration::PassThroughRoute::new("/files", "identity")];
    };
    let graph = Graph::builder().settings(settings).build();
    graph.identity.answer(|request| match request.uri().path() {
        "/files" => reply(200, &serde_json::json!("x".repeat(BYTES))),
        _ => reply(200, &serde_json::json!({ "data": { "me": { "name": "Lee" } } })),
    });
    let (public, _, serving) = serve(&graph, std::future::pending()).await;
    let request = "GET /files HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    let mut idle = TcpStream::connect(&public).await.unwrap();
    idle.write_all(request.as_bytes()).await.unwrap();
    assert!(exchange(&public, request).await.len() > BYTES, "who reads has all of it");
    assert!(exchange(&public, &post("{ me { name } }")).await.starts_with("HTTP/1.1 200"));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut heard = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), idle.read_to_end(&mut heard)).await;
    // Reset, or ended early.
    assert!(read.expect("it is cut off").is_err() || heard.len() < BYTES, "{}", heard.len());
    serving.abort();
}
