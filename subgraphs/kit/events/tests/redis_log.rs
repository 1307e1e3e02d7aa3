//! What only a log on a server can go through.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kit_events::{ConsumerRunner, EventLog, RedisEventLog, outbox, shard_of};
use kit_testing::{Redis, TestDatabase, run_on_sqlite, skip_without};
use tokio::sync::watch;

use crate::each_log::run_redis;
use crate::stage::{Counting, EAGER, Log, PUBLISHED, Stage, append};

/// Long enough for any machine; only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Subjects in several shards.
const COURSES: usize = 5;

fn course(number: usize) -> String {
    format!("crs_{}", number % COURSES)
}

/// Waits until so many events have taken effect, and checks that each did once, in the order of its aggregate.
async fn wait_for_effects(stage: &Stage, events: usize) {
    let all = async {
        while stage.effects().await.len() < events {
            tokio::task::yield_now().await;
        }
    };
    let timely = tokio::time::timeout(PATIENCE, all).await;
    let effects = stage.effects().await;
    assert!(timely.is_ok(), "only {} of {events} events took effect", effects.len());
    for subject in (0..COURSES).map(course) {
        let of_course = effects.iter().filter(|(of, _)| *of == subject).map(|(_, seq)| *seq).collect::<Vec<_>>();
        assert_eq!(of_course, (1..=of_course.len() as i64).collect::<Vec<_>>(), "{subject}");
    }
    assert_eq!(effects.len(), events);
}

/// EB-08, P13: a server that loses everything, twice, while relay and consumer run.
#[test]
fn nothing_is_lost_with_the_server() {
    let server = match Redis::start() {
        Ok(server) => &*Box::leak(Box::new(server)),
        Err(reason) => return skip_without(&reason),
    };
    run_on_sqlite(async |database: TestDatabase| {
        let stage = Stage::set(&database, Log::Redis(server)).await;
        let (stop, stopping) = watch::channel(false);
        let relaying = tokio::spawn(stage.relay().run(stopping.clone()));
        let consuming = tokio::spawn(stage.runner(Arc::new(Counting::default())).run(stopping));
        for round in 0..3 {
            for number in 0..40 {
                append(&stage.database, &course(number), PUBLISHED).await.unwrap();
            }
            match round {
                // After all was delivered, and in the middle of it.
                0 => wait_for_effects(&stage, 40).await,
                1 => {}
                _ => break,
            }
            server.kill();
            append(&stage.database, &course(round), PUBLISHED).await.unwrap();
            server.restart_empty();
        }
        wait_for_effects(&stage, 122).await;
        stop.send(true).unwrap();
        tokio::time::timeout(PATIENCE, async { (relaying.await.unwrap(), consuming.await.unwrap()) }).await.unwrap();
        assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 0);
        // The supervisor outlives a leaked server otherwise.
        server.kill();
    });
}

/// EB-08, P13
#[test]
fn a_server_that_is_away_is_an_error_until_it_is_back() {
    let server = match Redis::start() {
        Ok(server) => &*Box::leak(Box::new(server)),
        Err(reason) => return skip_without(&reason),
    };
    run_on_sqlite(async |database: TestDatabase| {
        let stage = Stage::set(&database, Log::Redis(server)).await;
        server.kill();
        append(&stage.database, "crs_1", PUBLISHED).await.unwrap();
        let refused = stage.relay().publish_all().await.unwrap_err();
        assert!(refused.to_string().contains("Redis"), "{refused}");
        assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 1);
        server.restart_empty();
        assert_eq!(stage.relay().publish_all().await.unwrap(), 1);
        server.kill();
    });
}

/// EB-03, EB-07, P13
#[test]
fn three_replicas_of_a_consumer_keep_the_order_of_every_aggregate() {
    run_redis(false, async |stage: Stage| {
        let (stop, stopping) = watch::channel(false);
        let mut replicas = Vec::new();
        for _ in 0..3 {
            let log = stage.open_log().await;
            let runner = ConsumerRunner::new(Arc::new(Counting::default()), stage.database.clone(), log);
            replicas.push(tokio::spawn(runner.with_policy(EAGER).run(stopping.clone())));
        }
        let relaying = tokio::spawn(stage.relay().run(stopping));
        for number in 0..200 {
            append(&stage.database, &course(number), PUBLISHED).await.unwrap();
        }
        wait_for_effects(&stage, 200).await;
        stop.send(true).unwrap();
        relaying.await.unwrap();
        for replica in replicas {
            replica.await.unwrap();
        }
    });
}

/// EB-07, P13: a replica that works on an aggregate keeps it, until it has been silent for too long.
#[test]
fn the_work_of_a_silent_replica_goes_to_another_one() {
    run_redis(false, async |stage: Stage| {
        stage.publish("crs_1").await;
        stage.publish("crs_1").await;
        let shard = shard_of("crs_1");
        let url = stage.server();
        let (silent, patient) = (RedisEventLog::open(url).unwrap(), RedisEventLog::open(url).unwrap());
        let impatient = RedisEventLog::open(url).unwrap().with_claim_idle(Duration::ZERO);

        let taken = silent.read("counting", shard, 1).await.unwrap();
        assert_eq!(patient.read("counting", shard, 10).await.unwrap(), []);
        let claimed = impatient.read("counting", shard, 10).await.unwrap();
        assert_eq!((claimed.as_slice(), taken.len()), (taken.as_slice(), 1));

        // Whoever is done first, the next event is delivered once more only.
        for log in [&impatient, &silent] {
            log.acknowledge("counting", shard, &claimed).await.unwrap();
        }
        let next = patient.read("counting", shard, 10).await.unwrap();
        assert_eq!(next.iter().map(|delivery| delivery.event.seq).collect::<Vec<_>>(), [2]);
        assert_eq!(patient.lag("counting").await.unwrap(), 1);
    });
}

/// EB-07, P13: a replica that stops in an orderly way gives back what it has begun, and the next one goes on at once,
/// however patient it is.
#[test]
fn a_replica_that_stops_leaves_its_work_to_the_next() {
    run_redis(false, async |stage: Stage| {
        for _ in 0..3 {
            stage.publish("crs_1").await;
        }
        let (stop, stopping) = watch::channel(false);
        let consumer = Arc::new(Counting::default());
        consumer.is_broken.store(true, Ordering::Relaxed);
        let stops = ConsumerRunner::new(consumer.clone(), stage.open_database().await, stage.open_log().await);
        let stops = tokio::spawn(stops.run(stopping));
        // It has read everything, cannot do the first one, and waits with all of it.
        let tried = async {
            while consumer.seen.lock().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, tried).await.unwrap();
        stop.send(true).unwrap();
        tokio::time::timeout(PATIENCE, stops).await.unwrap().unwrap();

        let next = stage.open_log().await;
        let left = next.read("counting", shard_of("crs_1"), 10).await.unwrap();
        assert_eq!(left.iter().map(|delivery| delivery.event.seq).collect::<Vec<_>>(), [1, 2, 3]);
        // From now on it is the next one's.
        assert_eq!(stage.log.read("counting", shard_of("crs_1"), 10).await.unwrap(), []);
    });
}

/// What is old goes, but for what a group has still to come to.
#[test]
fn old_events_are_removed_when_every_group_is_done_with_them() {
    run_redis(false, async |stage: Stage| {
        let event = stage.publish("crs_1").await;
        let shard = shard_of("crs_1");
        let stream = format!("ev:counting:{shard}");
        let client = redis::Client::open(secrecy::ExposeSecret::expose_secret(stage.server())).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let text = serde_json::to_string(&event).unwrap();
        let mut old = redis::pipe();
        old.cmd("DEL").arg(&stream).ignore();
        for id in ["1-1", "2-1", "3-1"] {
            old.cmd("XADD").arg(&stream).arg(id).arg("event").arg(&text).ignore();
        }
        old.query_async::<()>(&mut connection).await.unwrap();
        let read = stage.log.read("counting", shard, 2).await.unwrap();
        stage.log.acknowledge("counting", shard, &read[..1]).await.unwrap();

        let _trims_when_it_starts = stage.open_log().await;
        let trimmed = async {
            loop {
                let entries: Vec<(String, Vec<String>)> =
                    redis::cmd("XRANGE").arg(&stream).arg("-").arg("+").query_async(&mut connection).await.unwrap();
                match entries.len() {
                    3 => tokio::task::yield_now().await,
                    _ => return entries.into_iter().map(|(id, _)| id).collect::<Vec<_>>(),
                }
            }
        };
        let left = tokio::time::timeout(PATIENCE, trimmed).await.unwrap();
        assert_eq!(left, ["2-1", "3-1"]);
    });
}

/// Neither a password nor an address that cannot be understood is shown.
#[tokio::test]
async fn an_address_that_cannot_be_understood_is_an_error_without_secrets() {
    let refused = RedisEventLog::open(&"http://user:hush@localhost".to_owned().into()).unwrap_err();
    assert!(!refused.to_string().contains("hush"), "{refused}");
}
