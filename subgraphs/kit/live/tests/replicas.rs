//! Live messages between replicas, over a real Redis.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use futures_util::StreamExt;
use kit_live::{Interrupted, LiveBus, LiveFeed, LiveMessages};
use kit_testing::{Redis, skip_without};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

fn feed(url: &SecretString, subgraph: &'static str) -> LiveFeed {
    LiveBus::over_redis(url).unwrap().feed(subgraph)
}

async fn next(messages: &mut LiveMessages) -> Option<Result<Value, Interrupted>> {
    tokio::time::timeout(Duration::from_secs(30), messages.next()).await.expect("something is heard")
}

/// What is told until it is heard, and what is heard then: nobody knows from outside when the other replica has begun to
/// listen at the server, and who listens before is interrupted once.
async fn tell_until_heard(teller: &LiveFeed, listener: &LiveFeed, topic: &str, message: Value) -> LiveMessages {
    let mut messages = listener.listen(topic);
    loop {
        teller.tell(topic, message.clone());
        match tokio::time::timeout(Duration::from_millis(100), messages.next()).await {
            Ok(Some(Ok(heard))) => {
                assert_eq!(heard, message);
                return messages;
            }
            Ok(_) => messages = listener.listen(topic),
            Err(_) => {}
        }
    }
}

/// Every replica hears what another one tells, on the topic and of the subgraph; another product on the same server, in
/// another database, hears nothing of it. A server that goes interrupts those who listen, and one that comes back serves.
#[tokio::test]
async fn replicas_hear_one_another() {
    let redis = match Redis::start() {
        Ok(redis) => redis,
        Err(reason) => return skip_without(&reason),
    };
    let (ours, theirs) = (redis.new_database(), redis.new_database());
    let (teller, listener) = (feed(&ours, "playback"), feed(&ours, "playback"));
    let mut messages =
        tokio::time::timeout(Duration::from_secs(60), tell_until_heard(&teller, &listener, "anna", json!(0)))
            .await
            .expect("replicas hear one another");

    let strangers = [feed(&theirs, "playback"), feed(&ours, "identity")];
    let mut of_strangers = strangers.iter().map(|feed| feed.listen("anna")).collect::<Vec<_>>();
    let mut of_ben = listener.listen("ben");
    let mut own = teller.listen("anna");
    for number in 1..=3 {
        teller.tell("anna", json!(number));
    }
    for number in 1..=3 {
        loop {
            // What was told while nobody listened at the server yet may still be on its way.
            match next(&mut messages).await {
                Some(Ok(heard)) if heard == json!(0) => {}
                heard => break assert_eq!(heard, Some(Ok(json!(number)))),
            }
        }
        assert_eq!(next(&mut own).await, Some(Ok(json!(number))), "once, although the server tells it again");
    }
    let silence = Duration::from_millis(300);
    assert!(tokio::time::timeout(silence, of_ben.next()).await.is_err(), "another topic");
    for stranger in &mut of_strangers {
        let heard = tokio::time::timeout(silence, stranger.next()).await;
        assert!(!matches!(heard, Ok(Some(Ok(_)))), "{heard:?}");
    }

    redis.kill();
    assert_eq!(next(&mut messages).await, Some(Err(Interrupted)), "who listens learns that something may be missing");
    redis.restart_empty();
    let again = tell_until_heard(&teller, &listener, "anna", json!(4));
    tokio::time::timeout(Duration::from_secs(60), again).await.expect("replicas hear one another again");
}

/// EB-18: a message that does not get through to the server, as when the connection of its teller ends, is not passed over
/// in silence: those who listen on other replicas hear every message, or that they have not.
#[tokio::test]
async fn a_message_that_is_lost_on_its_way_interrupts_those_who_listen() {
    let redis = match Redis::start() {
        Ok(redis) => redis,
        Err(reason) => return skip_without(&reason),
    };
    let url = redis.new_database();
    let (teller, listener) = (feed(&url, "playback"), feed(&url, "playback"));
    let listening = tell_until_heard(&teller, &listener, "anna", json!(0));
    let mut messages =
        tokio::time::timeout(Duration::from_secs(60), listening).await.expect("replicas hear one another");
    let client = redis::Client::open(url.expose_secret()).unwrap();
    let (mut interruptions, mut told) = (0, 0);
    for _ in 0..10 {
        // Those that publish, and none of those that listen.
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut kill = redis::cmd("CLIENT");
        let _: i64 = kill.arg(&["KILL", "TYPE", "normal"]).query_async(&mut connection).await.unwrap();
        let first = told + 1;
        told += 3;
        (first..=told).for_each(|number| teller.tell("anna", json!(number)));
        let mut expected = first;
        while expected <= told {
            match next(&mut messages).await {
                Some(Ok(heard)) if heard.as_i64() < Some(first) => {}
                Some(Ok(heard)) => {
                    assert_eq!(heard, json!(expected), "one is missing, and nobody has said so");
                    expected += 1;
                }
                Some(Err(Interrupted)) => {
                    interruptions += 1;
                    messages = listener.listen("anna");
                    break;
                }
                None => panic!("it ends without a word"),
            }
        }
    }
    assert!(interruptions > 0, "nothing was lost; the test proves nothing");
}
