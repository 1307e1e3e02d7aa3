//! The in-process transport: the same request, the same limits, and no way for a subgraph to take the router down.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::any;
use bytes::Bytes;
use router_execution::{InProcessTransport, Transport, TransportError};
use tokio::sync::Notify;
use tower::service_fn;

const AMPLE: Duration = Duration::from_secs(60);

fn request(path: &str) -> http::Request<Bytes> {
    http::Request::post(path).header("x-viewer", "someone").body(Bytes::from_static(b"hello")).unwrap()
}

#[tokio::test]
async fn a_service_receives_the_request_that_http_would_carry() {
    let router = Router::new().route(
        "/graphql",
        any(|request: Request| async move {
            let viewer = request.headers()["x-viewer"].to_str().unwrap().to_owned();
            let body = axum::body::to_bytes(request.into_body(), 1024).await.unwrap();
            (http::StatusCode::ACCEPTED, format!("{viewer} {}", String::from_utf8_lossy(&body)))
        }),
    );
    let transport = InProcessTransport::new(router);
    let response = transport.send(request("/graphql"), AMPLE).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().as_ref()), (202, &b"someone hello"[..]));
    assert_eq!(transport.send(request("/elsewhere"), AMPLE).await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_reply_may_not_exceed_its_bound() {
    let transport = InProcessTransport::new(Router::new().fallback(any(|| async { "0123456789" })));
    assert!(transport.clone().with_reply_bytes_max(10).send(request("/"), AMPLE).await.is_ok());
    let refused = transport.with_reply_bytes_max(9).send(request("/"), AMPLE).await;
    assert_eq!(refused.unwrap_err(), TransportError::TooLarge(9));
}

#[tokio::test]
async fn a_late_reply_is_a_timeout_and_its_work_is_abandoned() {
    struct Abandoned(Arc<Notify>);
    impl Drop for Abandoned {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let abandoned = Arc::new(Notify::new());
    let notify = Arc::clone(&abandoned);
    let service = service_fn(move |_: http::Request<_>| {
        let guard = Abandoned(Arc::clone(&notify));
        async move {
            let _guard = guard;
            std::future::pending::<Result<http::Response<Body>, Infallible>>().await
        }
    });
    let timeout = Duration::from_millis(20);
    let outcome = InProcessTransport::new(service).send(request("/"), timeout).await;
    assert_eq!(outcome.unwrap_err(), TransportError::Timeout(timeout));
    tokio::time::timeout(AMPLE, abandoned.notified()).await.expect("the work ends with the wait for it");
}

#[tokio::test]
async fn a_panic_costs_its_own_request_only() {
    let router = Router::new()
        .route(
            "/bad",
            any(|| async {
                if true {
                    panic!("secret text")
                }
            }),
        )
        .route("/good", any(|| async { "fine" }));
    let transport = InProcessTransport::new(router);
    let outcome = transport.send(request("/bad"), AMPLE).await;
    assert_eq!(outcome.unwrap_err(), TransportError::Unavailable("it panicked".to_owned()));
    assert_eq!(transport.send(request("/good"), AMPLE).await.unwrap().body().as_ref(), b"fine");
}
