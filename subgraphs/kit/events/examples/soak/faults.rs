//! What goes wrong, one after the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kit_database::Database;
use kit_events::{ConsumerRunner, Relay, RetryPolicy};
use redis::Client;
use secrecy::ExposeSecret;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::chance::Chance;
use super::stage::{Servers, Stage};
use super::workers::{Counting, Running};

/// How long a fault lasts that passes.
const LASTS: Duration = Duration::from_millis(800);
/// How often a run may lose the whole log, at its beginning: everything is published again then.
const LOSSES_MAX: u64 = 3;
/// Nothing is given up: a fault is none of the event's.
const PATIENT: RetryPolicy = RetryPolicy {
    attempts_max: u32::MAX,
    first_pause: Duration::from_millis(20),
    pause_max: Duration::from_millis(200),
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    ConsumerDies,
    RelayDies,
    WritersDie,
    ConsumerFails,
    FileIsLocked,
    ConnectionsAreKilled,
    MariaDbDies,
    RedisStandsStill,
    RedisConnectionsAreKilled,
    RedisHasNoMemory,
    RedisLosesEverything,
}

const EMBEDDED: [Fault; 5] =
    [Fault::ConsumerDies, Fault::RelayDies, Fault::WritersDie, Fault::ConsumerFails, Fault::FileIsLocked];
const SERVERS: [Fault; 10] = [
    Fault::ConsumerDies,
    Fault::RelayDies,
    Fault::WritersDie,
    Fault::ConsumerFails,
    Fault::ConnectionsAreKilled,
    Fault::MariaDbDies,
    Fault::RedisStandsStill,
    Fault::RedisConnectionsAreKilled,
    Fault::RedisHasNoMemory,
    Fault::RedisLosesEverything,
];

/// Relay and consumers, and what happens to them and around them.
pub(crate) struct Faults {
    stage: Arc<Stage>,
    running: Arc<Running>,
    chance: Chance,
    taken: BTreeMap<&'static str, u64>,
    losses: u64,
    relay: JoinHandle<()>,
    consumers: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Faults {
    /// Starts the relay and the consumers: one on the embedded log, which is meant for one, and two on Redis.
    pub(crate) async fn begin(stage: Arc<Stage>, running: Arc<Running>, chance: Chance) -> Self {
        let stop = watch::Sender::new(false);
        let relay = relay(&stage, &stop).await;
        let mut consumers = Vec::new();
        for _ in 0..if stage.servers.is_some() { 2 } else { 1 } {
            consumers.push(consumer(&stage, &running, &stop).await);
        }
        Self { stage, running, chance, taken: BTreeMap::new(), losses: 0, relay, consumers, stop }
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.taken.values().sum()
    }

    /// The next one, from its beginning to its end.
    pub(crate) async fn next(&mut self) {
        let mut choice = if self.stage.servers.is_some() { SERVERS.to_vec() } else { EMBEDDED.to_vec() };
        if self.losses >= LOSSES_MAX {
            choice.retain(|fault| *fault != Fault::RedisLosesEverything);
        }
        let fault = choice[self.chance.below(choice.len() as u64) as usize];
        let stage = Arc::clone(&self.stage);
        match (fault, &stage.servers) {
            (Fault::ConsumerDies, _) => {
                let number = self.chance.below(self.consumers.len() as u64) as usize;
                self.consumers[number].abort();
                self.consumers[number] = consumer(&stage, &self.running, &self.stop).await;
            }
            (Fault::RelayDies, _) => {
                self.relay.abort();
                self.relay = relay(&stage, &self.stop).await;
            }
            (Fault::WritersDie, _) => {
                self.running.deaths_of_writers.fetch_add(1 + self.chance.below(4), Ordering::SeqCst);
            }
            (Fault::ConsumerFails, _) => {
                self.running.consumer_fails.store(true, Ordering::SeqCst);
                tokio::time::sleep(LASTS).await;
                self.running.consumer_fails.store(false, Ordering::SeqCst);
            }
            (Fault::FileIsLocked, _) => {
                let database = match self.chance.below(2) {
                    0 => stage.open_writing().await,
                    _ => stage.open_counting().await,
                };
                // Another process that takes its time.
                let held = database.begin().await;
                tokio::time::sleep(LASTS).await;
                drop(held);
            }
            (Fault::ConnectionsAreKilled, _) => {
                for database in [&stage.writing, &stage.counting] {
                    kill_connections(database).await;
                }
            }
            (Fault::RedisLosesEverything, Some(servers)) => {
                self.losses += 1;
                blocking(servers, |servers| servers.redis.restart_empty()).await;
            }
            (fault, Some(servers)) => of_server(fault, servers).await,
            (_, None) => unreachable!("it is not among the choices"),
        }
        *self.taken.entry(name(fault)).or_default() += 1;
    }

    /// Stops the relay and the consumers; returns how many faults of each kind there were.
    pub(crate) async fn end(self) -> BTreeMap<&'static str, u64> {
        self.stop.send_replace(true);
        for task in self.consumers.into_iter().chain([self.relay]) {
            // One that was aborted has ended as well.
            let _ = task.await;
        }
        self.taken
    }
}

fn name(fault: Fault) -> &'static str {
    match fault {
        Fault::ConsumerDies => "a consumer dies",
        Fault::RelayDies => "the relay dies",
        Fault::WritersDie => "writers die",
        Fault::ConsumerFails => "consumers fail",
        Fault::FileIsLocked => "a file is locked",
        Fault::ConnectionsAreKilled => "all connections to MariaDB are killed",
        Fault::MariaDbDies => "MariaDB is killed",
        Fault::RedisStandsStill => "Redis stands still",
        Fault::RedisConnectionsAreKilled => "all connections to Redis are killed",
        Fault::RedisHasNoMemory => "Redis has no memory",
        Fault::RedisLosesEverything => "Redis loses everything",
    }
}

async fn relay(stage: &Stage, stop: &watch::Sender<bool>) -> JoinHandle<()> {
    let relay = Relay::new(stage.open_writing().await, stage.open_log().await);
    tokio::spawn(relay.run(stop.subscribe()))
}

async fn consumer(stage: &Stage, running: &Arc<Running>, stop: &watch::Sender<bool>) -> JoinHandle<()> {
    let counting = Arc::new(Counting(Arc::clone(running)));
    let runner = ConsumerRunner::new(counting, stage.open_counting().await, stage.open_log().await);
    tokio::spawn(runner.with_policy(PATIENT).run(stop.subscribe()))
}

/// What is begun and ended by words to a server.
async fn of_server(fault: Fault, servers: &Arc<Servers>) {
    match fault {
        Fault::MariaDbDies => {
            blocking(servers, |servers| {
                servers.mariadb.kill();
                servers.mariadb.start_again();
            })
            .await;
        }
        Fault::RedisStandsStill => redis(servers, &["CLIENT", "PAUSE", "1500", "ALL"]).await,
        Fault::RedisConnectionsAreKilled => {
            redis(servers, &["CLIENT", "KILL", "TYPE", "pubsub"]).await;
            redis(servers, &["CLIENT", "KILL", "TYPE", "normal"]).await;
        }
        _ => {
            redis(servers, &["CONFIG", "SET", "maxmemory", "1"]).await;
            tokio::time::sleep(LASTS).await;
            redis(servers, &["CONFIG", "SET", "maxmemory", "0"]).await;
        }
    }
}

async fn blocking(servers: &Arc<Servers>, work: impl FnOnce(&Servers) + Send + 'static) {
    let servers = Arc::clone(servers);
    tokio::task::spawn_blocking(move || work(&servers)).await.expect("the server starts again");
}

/// A command to the server, until it is obeyed: one that stands still answers later.
async fn redis(servers: &Servers, words: &[&str]) {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    loop {
        let client = Client::open(servers.redis_url.expose_secret()).expect("the address is one");
        if let Ok(mut connection) = client.get_multiplexed_async_connection().await
            && command.query_async::<redis::Value>(&mut connection).await.is_ok()
        {
            return;
        }
        tokio::time::sleep(LASTS / 10).await;
    }
}

/// Kills the connections of the database's own user, but for the one that asks.
async fn kill_connections(database: &Database) {
    let others = "SELECT ID FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()";
    let Ok(rows) = database.query(others).fetch_all().await else { return };
    for row in rows {
        if let Ok(id) = row.get::<i64>("ID") {
            // It may have ended by itself.
            let _ = database.query("KILL ?").bind(id).execute().await;
        }
    }
}
