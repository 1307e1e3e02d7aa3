//! Sessions that an issuer elsewhere has ended, told by keys on a Redis server (JWT-27, JWT-28; docs/security.md).

use kit_testing::{Redis, skip_without};
use redis::AsyncCommands;
use router_server::configuration::{IssuerSettings, RevocationStore};
use router_server::{Revocations, RevokedSessions, Standing};
use router_shared::{RedisAddress, RedisRevocations};
use secrecy::{ExposeSecret, SecretString};

use crate::until;

fn issuer(poll_ms: u64) -> IssuerSettings {
    let mut issuer = IssuerSettings::new("https://login.example", "graph", "login");
    issuer.revocation.store = RevocationStore::Redis;
    issuer.revocation.redis_key_prefix = "test:revoked:".to_owned();
    issuer.revocation.redis_poll_ms = poll_ms;
    issuer
}

async fn follow(url: &SecretString, issuer: &IssuerSettings) -> RedisRevocations {
    RedisRevocations::follow(&RedisAddress::parse(url.expose_secret()).unwrap(), issuer).await
}

async fn connection(url: &SecretString) -> redis::aio::MultiplexedConnection {
    redis::Client::open(url.expose_secret()).unwrap().get_multiplexed_async_connection().await.unwrap()
}

async fn until_it_is(sessions: &RevokedSessions, session: &str, standing: Standing) {
    until(&format!("{session} is {standing:?}"), async || sessions.standing(session) == standing).await;
}

/// JWT-27: a key ends its session for every router, also one that starts later; it is forgotten with the key, and no other
/// key means anything.
#[tokio::test]
async fn a_key_ends_its_session() {
    let Some(redis) = Redis::shared().map_err(|reason| skip_without(reason)).ok() else { return };
    let url = redis.new_database();
    let first = follow(&url, &issuer(50)).await;
    let sessions = first.sessions();
    assert_eq!(sessions.standing("s1"), Standing::Good);
    let mut login = connection(&url).await;
    let _: () = login.set_ex("test:revoked:s1", 1, 600).await.unwrap();
    let _: () = login.set("test:revoked:without-end", 1).await.unwrap();
    for other in ["revoked:s2", "s2", "test:revoked", "xtest:revoked:s2"] {
        let _: () = login.set_ex(other, 1, 600).await.unwrap();
    }
    // Ids with characters that mean something to a pattern, or to the protocol, are ids like any other (OW-03).
    for odd in ["*", "s?[a]", "a\r\nDEL test:revoked:s1", "\u{e9}"] {
        let _: () = login.set_ex(format!("test:revoked:{odd}"), 1, 600).await.unwrap();
    }
    for ended in ["s1", "without-end", "*", "s?[a]", "a\r\nDEL test:revoked:s1", "\u{e9}"] {
        until_it_is(&sessions, ended, Standing::Ended).await;
    }
    assert_eq!((sessions.standing("s2"), sessions.standing("s1x")), (Standing::Good, Standing::Good));
    let later = follow(&url, &issuer(50)).await;
    assert_eq!(later.sessions().standing("s1"), Standing::Ended);
    assert_eq!(later.sessions().standing("s3"), Standing::Good);
}

/// Who announces the id is heard before the next look, and keys by the thousand are read as well.
#[tokio::test]
async fn an_announced_session_ends_at_once() {
    let Some(redis) = Redis::shared().map_err(|reason| skip_without(reason)).ok() else { return };
    let url = redis.new_database();
    let mut login = connection(&url).await;
    let mut many = redis::pipe();
    for number in 0..5_000 {
        many.set_ex(format!("test:revoked:old-{number}"), 1, 600).ignore();
    }
    let _: () = many.query_async(&mut login).await.unwrap();
    // The next look is later than this test waits.
    let mut issuer = issuer(3_600_000);
    issuer.revocation.silence_seconds_max = 7_200;
    let followed = follow(&url, &issuer).await;
    let sessions = followed.sessions();
    assert!((0..5_000).all(|number| sessions.standing(&format!("old-{number}")) == Standing::Ended));
    let _: () = login.set_ex("test:revoked:s1", 1, 600).await.unwrap();
    assert_eq!(sessions.standing("s1"), Standing::Good);
    // Channels are the server's, not the database's.
    let _: () = login.publish("test:revoked:", "not-ended").await.unwrap();
    let _: () = login.publish("test:revoked:", "x".repeat(10_000)).await.unwrap();
    let _: () = login.publish("test:revoked:", "s1").await.unwrap();
    until_it_is(&sessions, "s1", Standing::Ended).await;
    assert_eq!(sessions.standing("not-ended"), Standing::Good, "without a key it is only talk");
}

/// JWT-28: without the server the router knows what it knew, and is unsure of the others once the silence is too long; when the
/// server is back, it is sure again.
#[tokio::test]
async fn a_dead_server_makes_unsure_and_forgets_nothing() {
    let Some(redis) = Redis::start().map_err(|reason| skip_without(&reason)).ok() else { return };
    let url = redis.new_database();
    let _: () = connection(&url).await.set_ex("test:revoked:s1", 1, 600).await.unwrap();
    let mut issuer = issuer(50);
    issuer.revocation.silence_seconds_max = 1;
    let followed = follow(&url, &issuer).await;
    let sessions = followed.sessions();
    until_it_is(&sessions, "s1", Standing::Ended).await;
    redis.kill();
    until_it_is(&sessions, "s2", Standing::Unsure).await;
    assert_eq!(sessions.standing("s1"), Standing::Ended);
    redis.restart_empty();
    until_it_is(&sessions, "s2", Standing::Good).await;
    assert_eq!(sessions.standing("s1"), Standing::Ended, "a server that was emptied ends nothing that has ended");
    let _: () = connection(&url).await.set_ex("test:revoked:s2", 1, 600).await.unwrap();
    until_it_is(&sessions, "s2", Standing::Ended).await;
}

/// A server that is not there yet leaves the router unsure, not stopped.
#[tokio::test]
async fn a_server_may_come_later() {
    let Some(redis) = Redis::start().map_err(|reason| skip_without(&reason)).ok() else { return };
    let url = redis.new_database();
    redis.kill();
    let followed = follow(&url, &issuer(50)).await;
    assert_eq!(followed.sessions().standing("s1"), Standing::Unsure);
    redis.restart_empty();
    until_it_is(&followed.sessions(), "s1", Standing::Good).await;
}
