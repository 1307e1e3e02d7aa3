//! Sessions that have ended before their tokens (domain section 4.1; RT, JWT and AS rows on the denylist).

use std::sync::Arc;

use http::StatusCode;
use router_server::configuration::{
    AuthenticationSettings, IssuerSettings, PassThroughRoute, RevocationSettings, RevocationStore, WhenUnsure,
};
use router_server::{Clock, Revocations, RevokedSessions, RouterSettings};
use serde_json::{Value, json};

use crate::testkit::{Graph, Issuer};

/// A graph that refuses ended sessions, and what tells it of them.
fn graph(when_unsure: WhenUnsure) -> (Graph, Arc<RevokedSessions>) {
    let builder = Graph::builder().settings(|settings| {
        settings.authentication.as_mut().unwrap().issuers[0].revocation.when_unsure = when_unsure;
        settings.pass_through = vec![PassThroughRoute::new("/auth/v1", "identity")];
    });
    let sessions = RevokedSessions::new(&builder.settings.authentication.as_ref().unwrap().issuers[0]);
    let sessions = Arc::new(sessions.with_clock(Arc::clone(&builder.clock) as Arc<dyn Clock>));
    (builder.revocations(Arc::clone(&sessions) as Arc<dyn Revocations>).build(), sessions)
}

/// RT-16, AS-089: the token is sound, and refused from the moment on that the router hears of the end of its session.
#[tokio::test]
async fn the_token_of_a_session_that_has_ended_is_refused() {
    let (graph, sessions) = graph(WhenUnsure::Refuse);
    sessions.heard();
    let token = graph.token();
    assert_eq!(graph.query_as(&token).await.status, StatusCode::OK);
    let executed = graph.executed();

    sessions.revoke("s1", graph.clock.seconds() + 600);
    let refused = graph.query_as(&token).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
    assert!(refused.header("www-authenticate").contains("error=\"invalid_token\""), "{refused:?}");
    assert_eq!(graph.executed(), executed, "a refused request reaches no subgraph");

    // JWT-27: another token of the session fares no better, one of another session no worse.
    let other = |claim: &str, value: &str| {
        let mut claims = Issuer::claims(graph.clock.seconds());
        claims[claim] = Value::from(value);
        graph.issuer.sign(&graph.issuer.header(), &claims)
    };
    assert_eq!(graph.query_as(&other("jti", "t2")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(graph.query_as(&other("sid", "s2")).await.status, StatusCode::OK);
}

/// JWT-34: what was verified a moment ago is no reason to accept it now; and the leeway is no way around the list.
#[tokio::test]
async fn an_ended_session_stays_refused_to_the_end_of_its_last_token() {
    let (graph, sessions) = graph(WhenUnsure::Refuse);
    let token = graph.token();
    sessions.revoke("s1", graph.clock.seconds() + 600);
    for seconds in [0, 599, 30, 1] {
        graph.clock.advance(seconds);
        sessions.heard();
        sessions.revoke("another", graph.clock.seconds() + 600);
        assert_eq!(graph.query_as(&token).await.status, StatusCode::UNAUTHORIZED, "{seconds} s later");
    }
}

/// JWT-28, AS-165, RT-18: with nobody telling, requests with a token are refused as an outage, others are served.
#[tokio::test]
async fn without_a_teller_the_router_fails_closed() {
    let (graph, sessions) = graph(WhenUnsure::Refuse);
    let unheard = graph.query_as(&graph.token()).await;
    assert_eq!((unheard.status, unheard.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "SUBGRAPH_UNAVAILABLE"));
    assert!(!unheard.header("retry-after").is_empty());
    assert_eq!(graph.query("{ me { name } }").await.status, StatusCode::OK);

    sessions.heard();
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
    graph.clock.advance(60);
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK, "within the time that it may be silent");
    graph.clock.advance(1);
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::SERVICE_UNAVAILABLE);
    sessions.heard();
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
}

/// JWT-28: whoever says so in the settings goes on without, but for what is known.
#[tokio::test]
async fn the_router_can_be_told_to_go_on_without_a_teller() {
    let (graph, sessions) = graph(WhenUnsure::Accept);
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::OK);
    sessions.revoke("s1", graph.clock.seconds() + 600);
    assert_eq!(graph.query_as(&graph.token()).await.status, StatusCode::UNAUTHORIZED);
}

/// RT-16: on the paths that are passed through, the holder of such a token is nobody.
#[tokio::test]
async fn an_ended_session_is_nobody_where_subgraphs_answer_themselves() {
    let (graph, sessions) = graph(WhenUnsure::Refuse);
    sessions.heard();
    sessions.revoke("s1", graph.clock.seconds() + 600);
    let bearer = format!("Bearer {}", graph.token());
    graph.request("GET", "/auth/v1/sessions", &[("authorization", &bearer)], "").await;
    let request = graph.identity.requests("/auth/v1/sessions").remove(0);
    assert_eq!(request.headers()["x-viewer"], "eyJhY3QiOiJyb3V0ZXIifQ");
}

/// The token of a program names no session, and there is none to end.
#[tokio::test]
async fn a_token_without_a_session_is_good_until_it_expires() {
    let (graph, _sessions) = graph(WhenUnsure::Refuse);
    let mut claims = Issuer::claims(graph.clock.seconds());
    claims.as_object_mut().unwrap().remove("sid");
    let token = graph.issuer.sign(&graph.issuer.header(), &claims);
    assert_eq!(graph.query_as(&token).await.json(), json!({ "data": { "me": { "name": "Lee" } } }));
}

/// What cannot be right of an issuer's server is found before the router starts; no address is repeated.
#[test]
fn servers_of_ended_sessions_that_cannot_be_right_are_refused() {
    let with = |change: &dyn Fn(&mut RevocationSettings)| {
        let mut issuer = IssuerSettings::new("https://issuer.example", "graph", "identity");
        issuer.revocation.store = RevocationStore::Redis;
        issuer.revocation.redis = Some("redis://user:secret@host".to_owned());
        change(&mut issuer.revocation);
        let authentication = Some(AuthenticationSettings::new(vec![issuer]));
        RouterSettings { authentication, ..RouterSettings::default() }.validate().map_err(|error| error.to_string())
    };
    assert_eq!(with(&|_| {}), Ok(()));
    for (refused, words) in [
        (with(&|settings| settings.redis = None), "revocation.redis: the store is redis"),
        (with(&|settings| settings.store = RevocationStore::Events), "revocation.redis: a server is named"),
        (with(&|settings| settings.redis = Some("user:secret@host".to_owned())), "revocation.redis: it begins neither"),
        (with(&|settings| settings.redis_key_prefix = "revoked*".to_owned()), "revocation.redis_key_prefix: "),
        (with(&|settings| settings.redis_poll_ms = 0), "revocation.redis_poll_ms: "),
        (with(&|settings| settings.redis_poll_ms = 60_000), "revocation.redis_poll_ms: "),
    ] {
        let refused = refused.unwrap_err();
        assert!(refused.contains(words) && !refused.contains("secret"), "{refused}");
    }
}
