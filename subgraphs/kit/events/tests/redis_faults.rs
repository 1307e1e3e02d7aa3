//! What a Redis server can do to its clients, short of dying.

use std::sync::Arc;
use std::time::Duration;

use kit_events::{RedisEventLog, outbox};
use kit_testing::{Redis, TestDatabase, run_on_sqlite, skip_without};
use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use secrecy::ExposeSecret;
use tokio::sync::watch;

use crate::each_log::run_redis;
use crate::stage::{Counting, Log, PATIENCE, PUBLISHED, Stage, append};

async fn connect(stage: &Stage) -> MultiplexedConnection {
    let client = redis::Client::open(stage.server().expose_secret()).unwrap();
    let patient = AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
    client.get_multiplexed_async_connection_with_config(&patient).await.unwrap()
}

async fn command(connection: &mut MultiplexedConnection, words: &[&str]) {
    let mut command = redis::cmd(words[0]);
    for word in &words[1..] {
        command.arg(word);
    }
    command.query_async::<()>(connection).await.unwrap();
}

/// Publishes and consumes while `fault` does its worst, and checks the books.
async fn survives(stage: &Stage, fault: impl AsyncFn(&mut MultiplexedConnection)) {
    let mut connection = connect(stage).await;
    let (stop, stopping) = watch::channel(false);
    let relaying = tokio::spawn(stage.relay().run(stopping.clone()));
    let consuming = tokio::spawn(stage.runner(Arc::new(Counting::default())).run(stopping));
    for number in 0..90 {
        append(&stage.database, &format!("crs_{}", number % 5), PUBLISHED).await.unwrap();
        if number % 30 == 15 {
            fault(&mut connection).await;
        }
    }
    stage.wait_for_effects(90).await;
    stop.send(true).unwrap();
    tokio::time::timeout(PATIENCE, async { (relaying.await.unwrap(), consuming.await.unwrap()) }).await.unwrap();
    assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 0);
}

/// EB-08: somebody flushes the database, again and again.
#[test]
fn a_flushed_server_gets_everything_again() {
    run_redis(false, async |stage: Stage| {
        survives(&stage, async |connection| command(connection, &["FLUSHDB"]).await).await;
    });
}

/// EB-08: a server that stands still for longer than anybody waits (SIGSTOP, a full disk, a failover).
#[test]
fn a_server_that_stands_still_is_waited_for() {
    let server = match Redis::start() {
        Ok(server) => &*Box::leak(Box::new(server)),
        Err(reason) => return skip_without(&reason),
    };
    run_on_sqlite(async |database: TestDatabase| {
        let stage = Stage::set(&database, Log::Redis(server)).await;
        survives(&stage, async |connection| command(connection, &["CLIENT", "PAUSE", "6000", "ALL"]).await).await;
        server.kill();
    });
}

/// EB-08: a server without memory refuses to write, which is an error and no loss; with memory it goes on.
#[test]
fn a_server_without_memory_is_waited_for() {
    let server = match Redis::start() {
        Ok(server) => &*Box::leak(Box::new(server)),
        Err(reason) => return skip_without(&reason),
    };
    run_on_sqlite(async |database: TestDatabase| {
        let stage = Stage::set(&database, Log::Redis(server)).await;
        let mut connection = connect(&stage).await;
        stage.publish("crs_1").await;
        command(&mut connection, &["CONFIG", "SET", "maxmemory", "1"]).await;
        append(&stage.database, "crs_1", PUBLISHED).await.unwrap();
        let refused = stage.relay().publish_all().await.unwrap_err().to_string();
        assert!(refused.to_ascii_lowercase().contains("memory"), "{refused}");
        assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 1);
        command(&mut connection, &["CONFIG", "SET", "maxmemory", "0"]).await;
        stage.relay().publish_all().await.unwrap();
        stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
        stage.wait_for_effects(2).await;
        server.kill();
    });
}

/// EB-08: a failover to a replica that lagged behind, or a log of writes that was cut short: the server is as it was
/// some events ago, its groups and watermark included.
#[test]
fn a_server_that_falls_back_in_time_gets_what_it_lacks() {
    run_redis(false, async |stage: Stage| {
        let consumer = Arc::new(Counting::default());
        for _ in 0..2 {
            stage.publish("crs_1").await;
        }
        stage.runner(consumer.clone()).deliver_all().await.unwrap();
        let mut connection = connect(&stage).await;
        let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
        let mut copies = Vec::new();
        for key in &keys {
            let copy: Vec<u8> = redis::cmd("DUMP").arg(key).query_async(&mut connection).await.unwrap();
            copies.push(copy);
        }
        for _ in 0..3 {
            stage.publish("crs_1").await;
        }
        command(&mut connection, &["FLUSHDB"]).await;
        for (key, copy) in keys.iter().zip(copies) {
            redis::cmd("RESTORE").arg(key).arg(0).arg(copy).query_async::<()>(&mut connection).await.unwrap();
        }
        append(&stage.database, "crs_1", PUBLISHED).await.unwrap();
        stage.relay().publish_all().await.unwrap();
        let other = kit_events::ConsumerRunner::new(
            consumer,
            stage.database.clone(),
            Arc::new(RedisEventLog::open(stage.server()).unwrap().with_claim_idle(Duration::ZERO)),
        );
        other.with_policy(crate::stage::EAGER).deliver_all().await.unwrap();
        stage.wait_for_effects(6).await;
    });
}
