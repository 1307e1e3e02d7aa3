//! Clocks that jump, step back and hurry (EB-12). Whoever works on something keeps it, whoever is dead loses it, and order
//! is what it was, whatever the time of day is said to be.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit_database::{Transaction, in_transaction};
use kit_events::{
    Bookmark, Consumer, ConsumerRunner, Delivery, Event, EventLog, HandlerError, NewEvent, Origin, RedisEventLog,
    Watermark, outbox, shard_of,
};
use kit_testing::{MariaDb, MovableClock, Redis, TestDatabase, run_on_sqlite, skip_without};
use tokio::sync::{Semaphore, watch};

use crate::each_log::run_embedded;
use crate::stage::{Counting, EAGER, Log, PATIENCE, PUBLISHED, Stage, append, new_event};

/// What the clocks of the servers say, one after the other.
const TIMES: [&str; 6] = ["+3600", "+0", "-3600", "+0 x2", "-7200 x2", "+0"];
/// Events that are written while a clock says so.
const EVENTS: usize = 40;
const HOUR_US: i64 = 3_600_000_000;

fn movable_clock() -> Option<MovableClock> {
    MovableClock::new().map_err(|reason| skip_without(&reason)).ok()
}

/// A server of this clock, for the rest of the process; the test kills it.
fn redis_at(clock: &MovableClock) -> Option<&'static Redis> {
    let started = Redis::start_at(clock).map_err(|reason| skip_without(&reason));
    started.ok().map(|server| &*Box::leak(Box::new(server)))
}

/// Stands still in the middle of its work for ever.
struct Stuck {
    arrived: Semaphore,
}

#[async_trait]
impl Consumer for Stuck {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == PUBLISHED
    }

    async fn handle(&self, _: &Event, _: &mut Transaction) -> Result<(), HandlerError> {
        self.arrived.add_permits(1);
        std::future::pending().await
    }
}

/// EB-12: the clocks of both servers jump, step back and hurry while a replica dies in the middle of its work each time:
/// others take that over, and everything takes effect once and in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_whose_clocks_jump_lose_and_double_nothing() {
    let Some(clock) = movable_clock() else { return };
    let Some(redis) = redis_at(&clock) else { return };
    let mariadb = match MariaDb::start_at(&clock) {
        Ok(server) => server,
        Err(reason) => return skip_without(&reason),
    };
    let stage = Stage::set(&TestDatabase::mariadb(&mariadb).await, Log::Redis(redis)).await;
    let (stop, stopping) = watch::channel(false);
    let relaying = tokio::spawn(stage.relay().run(stopping.clone()));
    let mut written = 0;
    for time in TIMES {
        let stuck = Arc::new(Stuck { arrived: Semaphore::new(0) });
        let dies = ConsumerRunner::new(stuck.clone(), stage.open_database().await, stage.open_impatient_log().await);
        let dying = tokio::spawn(dies.run(stopping.clone()));
        written += EVENTS;
        let writers = (0..4).map(|_| {
            let database = stage.database.clone();
            tokio::spawn(async move {
                for number in 0..EVENTS / 4 {
                    append(&database, &format!("crs_{}", number % 3), PUBLISHED).await.unwrap();
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        tokio::time::timeout(PATIENCE, stuck.arrived.acquire()).await.expect("it has work").unwrap().forget();
        clock.shows(time);
        dying.abort();
        let database = stage.open_database().await;
        let successor = ConsumerRunner::new(Arc::new(Counting::default()), database, stage.open_impatient_log().await);
        let (succeeded, succeeding) = watch::channel(false);
        let successor = tokio::spawn(successor.with_policy(EAGER).run(succeeding));
        for writer in writers {
            writer.await.unwrap();
        }
        stage.wait_for_effects(written).await;
        succeeded.send(true).unwrap();
        successor.await.unwrap();
    }
    stop.send(true).unwrap();
    tokio::time::timeout(PATIENCE, relaying).await.unwrap().unwrap();
    assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 0);
    redis.kill();
}

/// Reads until there is something to read.
async fn read_in_time(log: &RedisEventLog, shard: u16) -> Vec<Delivery> {
    let reading = async {
        loop {
            let read = log.read("counting", shard, 10).await.unwrap();
            if !read.is_empty() {
                return read;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("there is something to read")
}

/// EB-12, EB-07: a lease is measured by those who wait for it, not by the time of day: an hour that the server's clock
/// leaps takes no work from a replica, and an hour that it falls back leaves no work with a dead one.
#[test]
fn a_lease_lasts_as_long_as_it_lasts() {
    let Some(clock) = movable_clock() else { return };
    let Some(server) = redis_at(&clock) else { return };
    run_on_sqlite(async |database: TestDatabase| {
        let stage = Stage::set(&database, Log::Redis(server)).await;
        let events = [stage.publish("crs_1").await, stage.publish("crs_1").await];
        let shard = shard_of("crs_1");
        let open = || RedisEventLog::open(stage.server()).unwrap();
        let (at_work, patient) = (open(), open());
        assert_eq!(at_work.read("counting", shard, 1).await.unwrap().len(), 1);
        for time in ["+3600", "-3600", "+7200", "+0 x2"] {
            clock.shows(time);
            for _ in 0..3 {
                assert_eq!(patient.read("counting", shard, 10).await.unwrap(), [], "at {time}");
            }
        }
        clock.shows("-3600");
        let impatient = open().with_claim_idle(Duration::from_millis(300));
        let claimed = read_in_time(&impatient, shard).await;
        assert_eq!(claimed.iter().map(|delivery| &delivery.event).collect::<Vec<_>>(), [&events[0]]);
        impatient.acknowledge("counting", shard, &claimed).await.unwrap();
        let next = read_in_time(&impatient, shard).await;
        assert_eq!(next.iter().map(|delivery| &delivery.event).collect::<Vec<_>>(), [&events[1]]);
        server.kill();
    });
}

/// EB-12: a reader without a group, as the router is of sessions that have ended, hears what is published after its
/// server's clock has fallen back, and after the server has lost all besides.
#[test]
fn a_reader_hears_what_comes_after_the_clock_fell_back() {
    let Some(clock) = movable_clock() else { return };
    let Some(server) = redis_at(&clock) else { return };
    run_on_sqlite(async |database: TestDatabase| {
        let stage = Stage::set(&database, Log::Redis(server)).await;
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
        let mut bookmark = Bookmark::since(i64::try_from(since).unwrap());
        assert_eq!(stage.log.read_behind(&mut bookmark, "counting", 100).await.unwrap(), []);
        clock.shows("-3600");
        let first = stage.publish("crs_1").await;
        let heard = stage.log.read_behind(&mut bookmark, "counting", 100).await.unwrap();
        assert_eq!(heard, std::slice::from_ref(&first));
        clock.shows("-7200");
        let second = stage.publish("crs_1").await;
        let heard = stage.log.read_behind(&mut bookmark, "counting", 100).await.unwrap();
        assert_eq!(heard, std::slice::from_ref(&second));
        clock.shows("-10800");
        server.restart_empty();
        let third = append(&stage.database, "crs_1", PUBLISHED).await.unwrap();
        let published = async { while stage.relay().publish_all().await.is_err() {} };
        tokio::time::timeout(PATIENCE, published).await.unwrap();
        let heard = stage.log.read_behind(&mut bookmark, "counting", 100).await.unwrap();
        assert_eq!(heard, [first, second, third], "all of it again rather than nothing");
        server.kill();
    });
}

on_each_log! {
    /// EB-12: a reader whose own clock is late hears all that comes from when it began to read.
    async fn a_reader_whose_clock_is_late_hears_what_comes(stage: Stage) {
        stage.publish("crs_1").await;
        let mut bookmark = Bookmark::since(i64::MAX / 2);
        assert_eq!(stage.log.read_behind(&mut bookmark, "counting", 100).await.unwrap(), []);
        let heard = [stage.publish("crs_1").await, stage.publish("crs_2").await];
        let read = stage.log.read_behind(&mut bookmark, "counting", 100).await.unwrap();
        assert_eq!(read.len(), 2, "{read:?}");
        assert!(heard.iter().all(|event| read.contains(event)));
        assert_eq!(stage.log.read_behind(&mut bookmark, "counting", 100).await.unwrap(), []);
    }

    /// EB-12: order is that of writing, whatever a service's own clock said then.
    async fn events_whose_times_run_backwards_come_in_order(stage: Stage) {
        let times = [0, HOUR_US, -HOUR_US, 2 * HOUR_US, 0, -3 * HOUR_US];
        let mut written = Vec::new();
        for time in times {
            let event = NewEvent { time: 1_780_000_000_000_000 + time, ..new_event("crs_1", PUBLISHED) };
            let appended: Result<Event, kit_database::DatabaseError> = in_transaction!(stage.database, |transaction| {
                outbox::append(transaction, &Origin::new("flow-1", None), event.clone()).await
            });
            written.push(appended.unwrap());
        }
        assert_eq!(outbox::flow(&stage.database, "flow-1").await.unwrap(), written);
        stage.relay().publish_all().await.unwrap();
        let consumer = Arc::new(Counting::default());
        stage.runner(consumer.clone()).deliver_all().await.unwrap();
        assert_eq!(*consumer.seen.lock().unwrap(), written);
        stage.wait_for_effects(times.len()).await;
    }
}

/// EB-12, EB-08: a log that has lost an event which was committed, and published, behind later ones gets it again, also
/// when the clock has leapt in the meantime.
#[test]
fn what_was_lost_is_found_whatever_the_clock_says() {
    run_embedded(true, async |stage: Stage| {
        let mut late = stage.database.begin().await.unwrap();
        outbox::append(&mut late, &Origin::new("flow-1", None), new_event("crs_late", PUBLISHED)).await.unwrap();
        let kept = stage.publish("crs_1").await;
        stage.publish("crs_1").await;
        late.commit().await.unwrap();
        stage.relay().publish_all().await.unwrap();
        // An hour, and a log that has come back from an hour ago.
        let leap = stage.database.query("UPDATE outbox SET published_at = published_at - ?");
        leap.bind(HOUR_US).execute().await.unwrap();
        let stage = stage.lose_log().await;
        let positions = "SELECT MIN(position) + 1 FROM outbox";
        let raised = stage.count(positions).await;
        stage.log.publish("counting", &[kept], Watermark { remembered: 0, raised }).await.unwrap();
        stage.relay().publish_all().await.unwrap();
        stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
        stage.wait_for_effects(3).await;
    });
}
