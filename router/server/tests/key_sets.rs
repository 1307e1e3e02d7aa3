//! The issuer's keys: rotation, floods of made-up key ids, and outages (JWT-15, JWT-16, JWT-33).

use std::time::Duration;

use http::StatusCode;
use router_execution::TransportError;
use serde_json::{Value, json};

use crate::testkit::{Graph, Issuer, reply};

const PATH: &str = "/.well-known/jwks.json";

fn serve_keys(graph: &Graph, keys: &[Value]) {
    let set = json!({ "keys": keys });
    graph.identity.answer(move |request| match request.uri().path() {
        PATH => reply(200, &set),
        _ => reply(200, &json!({ "data": { "me": { "name": "Lee" } } })),
    });
}

fn serve_no_keys(graph: &Graph) {
    graph.identity.answer(|request| match request.uri().path() {
        PATH => Err(TransportError::Unavailable("gone".to_owned())),
        _ => reply(200, &json!({ "data": { "me": { "name": "Lee" } } })),
    });
}

fn token_of(graph: &Graph, issuer: &Issuer) -> String {
    issuer.sign(&issuer.header(), &Issuer::claims(graph.clock.seconds()))
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_once_and_signed_for() {
    let graph = Graph::new();
    for _ in 0..5 {
        assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
    }
    let fetched = graph.identity.requests(PATH);
    assert_eq!(fetched.len(), 1);
    assert!(fetched[0].headers().contains_key("x-viewer-sig"));
}

/// JWT-33: a new key is found without a restart, and a removed one is refused once the set is fetched anew.
#[tokio::test(start_paused = true)]
async fn keys_can_be_rotated_without_a_restart() {
    let graph = Graph::new();
    let next = Issuer::new("key-2", 2);
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
    serve_keys(&graph, &[next.public_key()]);
    tokio::time::advance(Duration::from_secs(11)).await;
    assert_eq!(graph.query_as(&token_of(&graph, &next)).await.status, StatusCode::OK);
    let removed = graph.query_as(&graph.token()).await;
    assert_eq!((removed.status.as_u16(), removed.code().as_str()), (401, "UNAUTHENTICATED"));
    assert!(removed.message().contains("unknown key"));
}

/// JWT-16
#[tokio::test(start_paused = true)]
async fn made_up_key_ids_cannot_flood_the_issuer() {
    let graph = Graph::new();
    for index in 0..200 {
        let forged = Issuer::new(&format!("made-up-{index}"), 9);
        assert_eq!(graph.query_as(&token_of(&graph, &forged)).await.status, StatusCode::UNAUTHORIZED);
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    // 20 seconds, one fetch at most every 10.
    assert!(graph.identity.requests(PATH).len() <= 3, "{} fetches", graph.identity.requests(PATH).len());
}

/// An issuer that cannot be reached stops nobody whose key is known; after a day its keys are trusted no longer.
#[tokio::test(start_paused = true)]
async fn known_keys_outlive_an_outage_of_the_issuer() {
    let graph = Graph::new();
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
    serve_no_keys(&graph);
    for _ in 0..20 {
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
    }
    tokio::time::advance(Duration::from_secs(5 * 3600)).await;
    let too_old = graph.query_as(&graph.token()).await;
    assert_eq!((too_old.status.as_u16(), too_old.code().as_str()), (503, "SUBGRAPH_UNAVAILABLE"));
}

/// Without keys nothing can be said of a token: that is no fault of the client's, and it is told to come back.
#[tokio::test(start_paused = true)]
async fn without_any_keys_tokens_are_not_judged() {
    let graph = Graph::new();
    serve_no_keys(&graph);
    for _ in 0..3 {
        let refused = graph.query_as(&graph.token()).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "SUBGRAPH_UNAVAILABLE"));
        assert_eq!(refused.header("retry-after"), "2");
    }
    assert_eq!(graph.identity.requests(PATH).len(), 1, "the pause after a failure holds");
    assert_eq!(graph.query("{ me { name } }").await.status, StatusCode::OK);
    serve_keys(&graph, &[graph.issuer.public_key()]);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
}

/// A set may hold keys for other purposes and of kinds that are not understood.
#[tokio::test(start_paused = true)]
async fn only_keys_for_accepted_signatures_are_used() {
    let graph = Graph::new();
    let mut encryption = graph.issuer.public_key();
    encryption["use"] = json!("enc");
    let unknown = json!({ "kty": "FUTURE", "kid": "key-0", "z": "1" });
    let secret = json!({ "kty": "oct", "kid": "key-1", "k": "AAAA", "alg": "HS256" });
    serve_keys(&graph, &[unknown.clone(), secret.clone(), encryption.clone()]);
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::SERVICE_UNAVAILABLE);
    serve_keys(&graph, &[unknown, secret, encryption, graph.issuer.public_key()]);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
}

/// ADV-54 (Cosmo 2216): while keys are fetched for one token, those whose keys are known are not held up.
#[tokio::test(start_paused = true)]
async fn a_slow_issuer_holds_up_no_known_key() {
    let graph = Graph::new();
    let token = format!("Bearer {}", graph.token());
    let (headers, query) = ([("authorization", token.as_str())], json!({ "query": "{ courses(first: 1) }" }));
    // The operation is prepared by now: that happens on another thread, for which a clock that stands still does not wait.
    assert_eq!(graph.post(&query, &headers).await.status, StatusCode::OK);
    tokio::time::advance(Duration::from_secs(11)).await;
    graph.identity.slow_down(Duration::from_secs(3600));
    let unknown = Issuer::new("made-up", 9);
    let unknown = token_of(&graph, &unknown);
    let mut slow = std::pin::pin!(graph.query_as(&unknown));
    assert!(tokio::time::timeout(Duration::from_millis(1), &mut slow).await.is_err(), "the keys are asked for");
    for _ in 0..100 {
        let asked = graph.post(&query, &headers);
        let told = tokio::time::timeout(Duration::from_secs(1), asked).await.unwrap();
        assert_eq!(told.json()["data"]["courses"], json!(["Rust"]), "{told:?}");
    }
    assert_eq!(slow.await.status, StatusCode::UNAUTHORIZED);
}
