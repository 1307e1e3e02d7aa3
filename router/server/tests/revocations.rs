//! Sessions that have ended: how soon their tokens are refused, and what an outage of the issuer means (RT-16 to RT-18,
//! JWT-27, JWT-28, JWT-34; AS-089, AS-165).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use router_execution::TransportError;
use router_server::configuration::RevocationSettings;
use serde_json::json;

use crate::testkit::{Graph, Issuer, TestReply, reply};

const PATH: &str = "/internal/v1/revoked-sessions";

/// What the issuer says has ended; nothing while it cannot be reached.
type Ended = Arc<Mutex<Option<Vec<&'static str>>>>;

/// A router that wants to know of ended sessions, and the issuer's list of them.
fn graph() -> (Graph, Ended) {
    let wants = |settings: &mut router_server::RouterSettings| {
        let authentication = settings.authentication.as_mut().unwrap();
        authentication.revocations = Some(RevocationSettings::default());
    };
    let graph = Graph::builder().settings(wants).build();
    let ended: Ended = Arc::new(Mutex::new(Some(Vec::new())));
    let (list, keys) = (Arc::clone(&ended), json!({ "keys": [graph.issuer.public_key()] }));
    graph.identity.answer(move |request| match request.uri().path() {
        PATH => match &*list.lock().unwrap() {
            Some(sessions) => reply(200, &json!({ "asOf": 1_000_000_000, "sessions": sessions })),
            None => Err(TransportError::Unavailable("gone".to_owned())),
        },
        "/.well-known/jwks.json" => reply(200, &keys),
        _ => reply(200, &json!({ "data": { "me": { "name": "Lee" } } })),
    });
    (graph, ended)
}

fn token_of(graph: &Graph, session: &str) -> String {
    let mut claims = Issuer::claims(graph.clock.seconds());
    claims["sid"] = json!(session);
    graph.issuer.sign(&graph.issuer.header(), &claims)
}

fn assert_ended(reply: &TestReply) {
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (401, "UNAUTHENTICATED"), "{reply:?}");
    assert!(reply.message().contains("session has ended"), "{}", reply.message());
    assert!(reply.header("www-authenticate").contains("invalid_token"));
}

/// RT-16, JWT-27, JWT-34, AS-089: refused within ten seconds, with every token of the session, and no other; also tokens
/// that were accepted before.
#[tokio::test(start_paused = true)]
async fn the_tokens_of_an_ended_session_are_refused_in_time() {
    let (graph, ended) = graph();
    let (token, other) = (token_of(&graph, "ses_1"), token_of(&graph, "ses_2"));
    assert_eq!(graph.query_as(&token).await.status, StatusCode::OK);
    *ended.lock().unwrap() = Some(vec!["ses_1"]);
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_ended(&graph.query_as(&token).await);
    assert_ended(&graph.query_as(&token_of(&graph, "ses_1")).await);
    assert_eq!(graph.query_as(&other).await.status, StatusCode::OK);
    assert_eq!(graph.query("{ me { name } }").await.status, StatusCode::OK, "who shows no token is nobody");
    assert_eq!(graph.identity.requests("/graphql").len(), 3);
    // What was new is asked for, with some overlap, and signed.
    let requests = graph.identity.requests(PATH);
    let queries: Vec<Option<&str>> = requests.iter().map(|request| request.uri().query()).collect();
    assert_eq!(queries, [None, Some("since=970000000")]);
    assert!(requests[0].headers().contains_key("x-viewer-sig"));
}

/// A list that is young is not waited for: it is fetched beside, once, however many ask.
#[tokio::test(start_paused = true)]
async fn a_young_list_is_fetched_beside() {
    let (graph, ended) = graph();
    let token = token_of(&graph, "ses_1");
    assert_eq!(graph.query_as(&token).await.status, StatusCode::OK);
    *ended.lock().unwrap() = Some(vec!["ses_1"]);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(graph.query_as(&token).await.status, StatusCode::OK);
    assert_eq!(graph.identity.requests(PATH).len(), 1);
    tokio::time::advance(Duration::from_secs(1)).await;
    let first = graph.query_as(&token).await;
    tokio::task::yield_now().await;
    assert!(first.status == StatusCode::OK || first.status == StatusCode::UNAUTHORIZED);
    assert_ended(&graph.query_as(&token).await);
    assert_eq!(graph.identity.requests(PATH).len(), 2);
}

/// RT-18, JWT-28, AS-164, AS-165: while the issuer cannot be reached the last list counts. What ends meanwhile shows when it
/// is back, or when its token expires; what had ended stays refused; the issuer is not asked with every request.
#[tokio::test(start_paused = true)]
async fn in_an_outage_the_last_list_counts() {
    let (graph, ended) = graph();
    *ended.lock().unwrap() = Some(vec!["ses_1"]);
    assert_ended(&graph.query_as(&token_of(&graph, "ses_1")).await);
    *ended.lock().unwrap() = None;
    for _ in 0..20 {
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_ended(&graph.query_as(&token_of(&graph, "ses_1")).await);
        assert_eq!(graph.query_as(&token_of(&graph, "ses_2")).await.status, StatusCode::OK);
    }
    assert!(graph.identity.requests(PATH).len() < 8, "{}", graph.identity.requests(PATH).len());
    *ended.lock().unwrap() = Some(vec!["ses_2"]);
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_ended(&graph.query_as(&token_of(&graph, "ses_2")).await);
    assert_ended(&graph.query_as(&token_of(&graph, "ses_1")).await);
}

/// RT-17: an ended session is kept for longer than any token of it is accepted, and then forgotten.
#[tokio::test(start_paused = true)]
async fn ended_sessions_outlive_their_tokens() {
    let (graph, ended) = graph();
    *ended.lock().unwrap() = Some(vec!["ses_1"]);
    assert_ended(&graph.query_as(&token_of(&graph, "ses_1")).await);
    *ended.lock().unwrap() = Some(Vec::new());
    let token = token_of(&graph, "ses_1");
    graph.clock.advance(629);
    tokio::time::advance(Duration::from_secs(629)).await;
    assert_ended(&graph.query_as(&token).await);
    graph.clock.advance(1);
    let expired = graph.query_as(&token).await;
    assert!(expired.message().contains("expired"), "{}", expired.message());
    tokio::time::advance(Duration::from_secs(3_630)).await;
    assert_eq!(graph.query_as(&token_of(&graph, "ses_1")).await.status, StatusCode::OK);
}

/// A token that is not sound makes nobody ask, and one without a session has none that could end.
#[tokio::test(start_paused = true)]
async fn only_sound_tokens_of_sessions_are_looked_up() {
    let (graph, _ended) = graph();
    let forged = Issuer::new("key-1", 9);
    let forged = forged.sign(&forged.header(), &Issuer::claims(graph.clock.seconds()));
    assert_eq!(graph.query_as(&forged).await.status, StatusCode::UNAUTHORIZED);
    let mut claims = Issuer::claims(graph.clock.seconds());
    claims.as_object_mut().unwrap().remove("sid");
    let without = graph.issuer.sign(&graph.issuer.header(), &claims);
    assert_eq!(graph.query_as(&without).await.status, StatusCode::OK);
    assert!(graph.identity.requests(PATH).is_empty());
}
