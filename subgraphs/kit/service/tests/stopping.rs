use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};
use kit_service::limits::REQUESTS_MAX;
use kit_testing::TestDatabase;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::sample::{ARRIVED, GATE};
use crate::stage::{Stage, alice};

/// Long enough for a busy machine; nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

fn waiting() -> Request<Body> {
    Request::get("/wait").body(Body::empty()).unwrap()
}

/// Requests at a time are bounded; a stop lets the running ones finish, takes no new ones, and then closes everything.
#[tokio::test]
async fn a_full_service_refuses_and_a_stopping_one_finishes_what_it_began() {
    let place = TestDatabase::sqlite();
    let stage = Arc::new(Stage::new(&place).await);
    let send = || {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move { stage.send(waiting()).await })
    };
    let running: Vec<_> = (0..REQUESTS_MAX).map(|_| send()).collect();
    let all = u32::try_from(REQUESTS_MAX).unwrap();
    tokio::time::timeout(PATIENCE, ARRIVED.acquire_many(all)).await.expect("all requests arrive").unwrap().forget();

    let refused = stage.ask(&alice(), "{ viewer }").await;
    assert_eq!((refused.status, refused.code()), (StatusCode::SERVICE_UNAVAILABLE, "SUBGRAPH_UNAVAILABLE"));
    assert_eq!(refused.header("retry-after"), "1");
    let ready = stage.send(Request::get("/health/live").body(Body::empty()).unwrap()).await;
    assert_eq!(ready.status, StatusCode::OK, "health is answered all the same");

    let stopping = {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move { stage.running.stop().await })
    };
    while stage.send(Request::get("/health/ready").body(Body::empty()).unwrap()).await.body["checks"]["service"] == "ok"
    {
        tokio::task::yield_now().await;
    }
    assert!(!stopping.is_finished(), "it waits for the running requests");
    assert_eq!(stage.send(waiting()).await.body["detail"], "the service is stopping; try again");
    GATE.add_permits(REQUESTS_MAX);
    for request in running {
        assert_eq!(request.await.unwrap().body, "through");
    }
    tokio::time::timeout(PATIENCE, stopping).await.expect("it stops").unwrap();
    assert!(stage.running.context().database.ping().await.is_err(), "the database is closed");
}

/// The same router over a socket: it answers, and ends when it is told to.
#[tokio::test]
async fn a_listener_ends_with_the_service() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let running = Arc::clone(&stage.running);
    let serving = tokio::spawn(async move { running.serve(listener).await });
    let text = get(address, "/health/ready").await;
    assert!(text.contains(r#""status":"ready""#), "{text}");
    stage.running.stop().await;
    tokio::time::timeout(PATIENCE, serving).await.expect("it ends").unwrap().unwrap();
    assert!(TcpListener::bind(address).await.is_ok(), "the port is free again");
}

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}
