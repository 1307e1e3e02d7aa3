//! Everything at once, and the books checked when it is quiet: F8, sagas and convergence.
//!
//! `LYCEUM_CHAOS_EVENTS` makes it longer: a soak is a night with ten million.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kit_database::{Database, DatabaseError, Transaction, in_transaction};
use kit_events::{Consumer, ConsumerRunner, Event, EventId, HandlerError, NewEvent, Origin, outbox};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::stage::{Counting, EAGER, PATIENCE, PUBLISHED, Stage, append};

/// Replicas of the consumer after the restart.
const REPLICAS: usize = 3;
/// Aggregates of the events.
const COURSES: usize = 25;
/// What all accounts have together.
const MONEY: i64 = 1_000;
const ACCOUNTS: i64 = 10;
/// Money has left an account.
const SENT: &str = "bank.money.sent.v1";

fn events() -> usize {
    std::env::var("LYCEUM_CHAOS_EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

/// Numbers that look like chance and are the same in every run (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((value ^ (value >> 31)) % end as u64) as i64
    }
}

/// A replica of a consumer in a process of its own.
async fn replica(stage: &Stage, consumer: Arc<dyn Consumer>, stop: &watch::Receiver<bool>) -> JoinHandle<()> {
    let runner = ConsumerRunner::new(consumer, stage.open_database().await, stage.open_impatient_log().await);
    tokio::spawn(runner.with_policy(EAGER).run(stop.clone()))
}

on_each_log! {
    /// F8, EB-01, EB-02, EB-03, EB-06, EB-23: the consumer is killed in the middle of its work, a thousand events are
    /// published, three replicas start: each event takes effect exactly once.
    async fn a_killed_consumer_with_three_successors_takes_effect_exactly_once(stage: Stage) {
        let (stop, stopping) = watch::channel(false);
        let first = replica(&stage, Arc::new(Counting::default()), &stopping).await;
        let relaying = tokio::spawn(stage.relay().run(stopping.clone()));
        let mut written = 0;
        for number in 0..events() {
            if number == events() / 10 {
                first.abort();
            }
            append(&stage.database, &format!("crs_{}", number % COURSES), PUBLISHED).await.unwrap();
            written += 1;
        }
        let mut replicas = Vec::new();
        for _ in 0..REPLICAS {
            replicas.push(replica(&stage, Arc::new(Counting::default()), &stopping).await);
        }
        stage.wait_for_effects(written).await;
        stop.send(true).unwrap();
        relaying.await.unwrap();
        for replica in replicas {
            replica.await.unwrap();
        }
        assert_eq!(stage.count("SELECT COUNT(*) FROM inbox").await, written as i64);
        assert_eq!(stage.count("SELECT COUNT(*) FROM dead_letters").await, 0);
    }

    /// EB-21, EB-23: money on its way between accounts by events, under deaths, failures and refusals, is neither made
    /// nor lost: all of it has arrived when it is quiet.
    async fn a_saga_under_faults_keeps_the_sum(stage: Stage) {
        set_accounts(&stage.database).await;
        let (stop, stopping) = watch::channel(false);
        let relaying = tokio::spawn(stage.relay().run(stopping.clone()));
        let gives = Arc::new(Gives::default());
        let mut giving = replica(&stage, gives.clone(), &stopping).await;
        let mut chance = Chance(7);
        let mut taken = 0;
        for round in 0..200 {
            let (from, to, amount) = (chance.below(ACCOUNTS), chance.below(ACCOUNTS), 1 + chance.below(60));
            taken += i64::from(take(&stage.database, from, to, amount).await.unwrap());
            if round % 20 == 19 {
                giving.abort();
                giving = replica(&stage, gives.clone(), &stopping).await;
            }
        }
        assert!(taken > 50, "only {taken} of the transfers were not refused; the test proves nothing");
        let quiet = async {
            while stage.count("SELECT COUNT(*) FROM inbox").await < taken {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, quiet).await.expect("every transfer arrives");
        stop.send(true).unwrap();
        relaying.await.unwrap();
        giving.await.unwrap();
        let balances: Vec<i64> = stage.effects().await.into_iter().map(|(_, balance)| balance).collect();
        assert_eq!(balances.iter().sum::<i64>(), MONEY, "{balances:?}");
        assert!(balances.iter().all(|balance| *balance >= 0), "{balances:?}");
    }
}

/// The accounts stand in the table of effects: the account is the subject, its balance the number.
async fn set_accounts(database: &Database) {
    for account in 0..ACCOUNTS {
        let insert = database.query("INSERT INTO effects (subject, seq) VALUES (?, ?)");
        insert.bind(account.to_string()).bind(MONEY / ACCOUNTS).execute().await.unwrap();
    }
}

/// The first half of a transfer; false when there is too little on the account.
async fn take(database: &Database, from: i64, to: i64, amount: i64) -> Result<bool, DatabaseError> {
    in_transaction!(database, |transaction| {
        let read = transaction.query("SELECT seq FROM effects WHERE subject = ?").bind(from.to_string());
        let balance: i64 = read.locking().fetch_one().await?.get("seq")?;
        if balance < amount {
            return Ok(false);
        }
        add(transaction, from, -amount).await?;
        let data = json!({ "to": to, "amount": amount });
        let event = NewEvent { kind: SENT, subject: format!("account-{from}"), time: 0, data };
        outbox::append(transaction, &Origin::new("saga", None), event).await?;
        Ok(true)
    })
}

async fn add(transaction: &mut Transaction, account: i64, amount: i64) -> Result<(), DatabaseError> {
    let update = transaction.query("UPDATE effects SET seq = seq + ? WHERE subject = ?");
    update.bind(amount).bind(account.to_string()).execute().await.map(drop)
}

/// The second half of a transfer; every third event fails at first, after the money was given.
#[derive(Default)]
struct Gives {
    failed: Mutex<HashSet<EventId>>,
}

#[async_trait]
impl Consumer for Gives {
    fn name(&self) -> &'static str {
        "gives"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == SENT
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let number = |name: &str| event.data[name].as_i64().expect("the test writes numbers");
        add(transaction, number("to"), number("amount")).await?;
        if event.seq % 3 == 0 && self.failed.lock().unwrap().insert(event.id) {
            return Err(HandlerError::Failed("for the test".to_owned()));
        }
        Ok(())
    }
}
