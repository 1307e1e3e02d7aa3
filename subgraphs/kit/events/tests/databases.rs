//! What databases do to events: commits out of order, writers that meet, connections that are killed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kit_database::{DatabaseError, in_transaction};
use kit_events::{Event, Origin, outbox};
use kit_testing::{TestDatabase, run_on_mariadb, run_on_sqlite};
use tokio::sync::watch;

use crate::each_log::run_embedded;
use crate::stage::{Counting, Log, PATIENCE, PUBLISHED, Stage, append, new_event};

on_each_log! {
    /// EB-01: what was acknowledged is delivered, what was not is not, though many write at once and some think better of it.
    async fn what_is_delivered_is_what_was_committed(stage: Stage) {
        let writers = (0..8_u32).map(|writer| {
            let database = stage.database.clone();
            tokio::spawn(async move {
                let mut committed = Vec::new();
                for number in 0..15_u32 {
                    let subject = format!("crs_{writer}_{}", number % 3);
                    let written: Result<Event, DatabaseError> = in_transaction!(database, |transaction| {
                        let origin = Origin::new("flow-1", None);
                        let event = outbox::append(transaction, &origin, new_event(&subject, PUBLISHED)).await?;
                        tokio::time::sleep(Duration::from_micros(u64::from(writer * number * 13 % 700))).await;
                        match (writer + number) % 4 {
                            0 => Err(DatabaseError::Settings("thought better of it".to_owned())),
                            _ => Ok(event),
                        }
                    });
                    committed.extend(written.ok().map(|event| (event.subject, event.seq)));
                }
                committed
            })
        });
        let (stop, stopping) = watch::channel(false);
        let relaying = tokio::spawn(stage.relay().run(stopping.clone()));
        let consuming = tokio::spawn(stage.runner(Arc::new(Counting::default())).run(stopping));
        let mut committed = BTreeSet::new();
        for writer in writers.collect::<Vec<_>>() {
            committed.extend(writer.await.unwrap());
        }
        assert!((60..120).contains(&committed.len()), "{} of 120 were committed", committed.len());
        stage.wait_for_effects(committed.len()).await;
        assert_eq!(stage.effects().await.into_iter().collect::<BTreeSet<_>>(), committed);
        stop.send(true).unwrap();
        tokio::time::timeout(PATIENCE, async { (relaying.await.unwrap(), consuming.await.unwrap()) }).await.unwrap();
    }
}

/// EB-13: a transaction that began earlier and commits later is not skipped, however far the relay has come.
#[test]
fn an_event_that_commits_late_is_published_late() {
    // On SQLite there is one writer at a time: positions are committed in order.
    run_embedded(true, async |stage: Stage| {
        for round in 0..20 {
            let mut late = stage.database.begin().await.unwrap();
            let subject = format!("crs_late_{round}");
            outbox::append(&mut late, &Origin::new("flow-1", None), new_event(&subject, PUBLISHED)).await.unwrap();
            append(&stage.database, "crs_early", PUBLISHED).await.unwrap();
            assert_eq!(stage.relay().publish_all().await.unwrap(), 1, "what is not committed is not seen");
            late.commit().await.unwrap();
            assert_eq!(stage.relay().publish_all().await.unwrap(), 1, "the late one has the lower position");
        }
        stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
        stage.wait_for_effects(40).await;
    });
}

/// EB-09: connections are killed again and again, in the middle of statements and commits, of writers, relay and consumer.
/// A writer that was not told "committed" does not know; whoever repeats it under a key of its own has it once.
#[test]
fn killed_connections_lose_and_double_nothing() {
    run_on_mariadb(async |place: TestDatabase| {
        let stage = Stage::set(&place, Log::Embedded).await;
        let (stop, stopping) = watch::channel(false);
        let relaying = tokio::spawn(stage.relay().run(stopping.clone()));
        let consuming = tokio::spawn(stage.runner(Arc::new(Counting::default())).run(stopping.clone()));
        let killing = tokio::spawn(kill_connections(stage.open_database().await, stopping));
        for number in 0..60 {
            let subject = format!("crs_{number}");
            // Once and no more: the number of its aggregate tells whether an unknown commit was one.
            while !is_written(&stage, &subject).await {
                let _unknown = append(&stage.database, &subject, PUBLISHED).await;
            }
        }
        stage.wait_for_effects(60).await;
        stop.send(true).unwrap();
        let all = async { (relaying.await.unwrap(), consuming.await.unwrap(), killing.await.unwrap()) };
        let (.., killed) = tokio::time::timeout(PATIENCE, all).await.unwrap();
        assert!(killed > 10, "only {killed} connections were killed; the test proves nothing");
    });
}

async fn is_written(stage: &Stage, subject: &str) -> bool {
    loop {
        let read = stage.database.query("SELECT COUNT(*) FROM outbox WHERE subject = ?").bind(subject);
        if let Ok(row) = read.fetch_one().await {
            return row.get::<i64>(0).unwrap() > 0;
        }
    }
}

/// Kills the connections of its own user, but for its own; returns how many.
async fn kill_connections(database: kit_database::Database, stop: watch::Receiver<bool>) -> usize {
    let mut killed = 0;
    while !*stop.borrow() {
        let others = "SELECT ID FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()";
        let Ok(rows) = database.query(others).fetch_all().await else { continue };
        for row in rows {
            let id: i64 = row.get("ID").unwrap();
            killed += usize::from(database.query("KILL ?").bind(id).execute().await.is_ok());
        }
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    killed
}

/// EB-10: as many processes as there are subgraphs, and more, write to one file at once: each waits for its turn.
#[test]
fn processes_that_write_at_once_wait_for_each_other() {
    run_on_sqlite(async |place: TestDatabase| {
        let stage = Stage::set(&place, Log::Embedded).await;
        let mut writers = Vec::new();
        for writer in 0..6 {
            let database = stage.open_database().await;
            writers.push(tokio::spawn(async move {
                for _ in 0..20 {
                    append(&database, &format!("crs_{}", writer % 2), PUBLISHED).await.unwrap();
                }
            }));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        stage.relay().publish_all().await.unwrap();
        stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
        stage.wait_for_effects(120).await;
        let whole: String = stage.database.query("PRAGMA integrity_check").fetch_one().await.unwrap().get(0).unwrap();
        assert_eq!(whole, "ok");
    });
}
