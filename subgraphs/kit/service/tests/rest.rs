use axum::body::Body;
use http::{Request, StatusCode};
use kit_service::limits::REST_BODY_BYTES_MAX;
use kit_testing::TestDatabase;

use crate::stage::{Stage, alice, signed, unsigned};

const PATH: &str = "/notes/v1/viewer";

/// P10: a REST route knows the viewer of a signed request, and its body arrives whole.
#[tokio::test]
async fn a_signed_request_brings_its_viewer() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let answer = stage.send(signed(&alice(), PATH, "hello")).await;
    assert_eq!(answer.body, "usr_01040g2081040g2081040g2081 hello");
    let long = "x".repeat(REST_BODY_BYTES_MAX + 1);
    let answer = stage.send(signed(&alice(), PATH, &long)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    stage.running.stop().await;
}

/// P10: a claim that cannot be proven is worse than none.
#[tokio::test]
async fn a_forged_viewer_is_refused() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let mut forged = unsigned(PATH, "hello");
    forged.headers_mut().insert("x-viewer", "eyJhY3QiOiJyb3V0ZXIifQ".parse().unwrap());
    let answer = stage.send(forged).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("UNAUTHENTICATED")));
    stage.running.stop().await;
}

/// Section 4: errors are problems of RFC 9457, with the trace that finds them in the logs.
#[tokio::test]
async fn errors_are_problems() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let mut request = unsigned(PATH, "hello");
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    request.headers_mut().insert("traceparent", traceparent.parse().unwrap());
    let answer = stage.send(request).await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let expected = serde_json::json!({
        "type": "/problems/sign-in-required", "title": "Sign in required", "status": 401, "detail": "sign in first",
        "code": "SIGN_IN_REQUIRED", "errors": [{ "pointer": "/email", "detail": "is missing" }],
        "instance": PATH, "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
    });
    assert_eq!(answer.body, expected);
    let missing = stage.send(unsigned("/nowhere", "")).await;
    assert_eq!((missing.status, missing.body["code"].as_str()), (StatusCode::NOT_FOUND, Some("NOT_FOUND")));
    stage.running.stop().await;
}

/// The time of a request is bounded.
#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    // From here on time jumps to the next thing that waits for it.
    tokio::time::pause();
    let answer = stage.send(Request::get("/never").body(Body::empty()).unwrap()).await;
    tokio::time::resume();
    assert_eq!((answer.status, answer.body["code"].as_str()), (StatusCode::GATEWAY_TIMEOUT, Some("SUBGRAPH_TIMEOUT")));
    stage.running.stop().await;
}
