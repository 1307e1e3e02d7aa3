use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use kit_database::{Database, DatabaseError, Engine, Executor, in_transaction};
use kit_testing::{TestDatabase, on_each_database};
use thiserror::Error;
use tokio::sync::Barrier;

use crate::shelf::{copies, insert, shelf};

const ADD_COPY: &str = "UPDATE books SET copies = copies + 1 WHERE id = ?";

async fn add_copy(on: impl Executor<'_>, id: u8) -> Result<(), DatabaseError> {
    on.query(ADD_COPY).bind([id; 16]).execute().await.map(drop)
}

#[derive(Debug, Error)]
enum ShelfError {
    #[error("the shelf is closed")]
    Closed,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Adds a copy by reading the count and writing it back: wrong unless the row is locked in between.
async fn add_copy_slowly(database: &Database) -> Result<(), DatabaseError> {
    in_transaction!(database, |transaction| {
        let read = transaction.query("SELECT copies FROM books WHERE id = ?").bind([1_u8; 16]);
        let copies: i64 = read.locking().fetch_one().await?.get("copies")?;
        let write = transaction.query("UPDATE books SET copies = ? WHERE id = ?");
        write.bind(copies + 1).bind([1_u8; 16]).execute().await?;
        Ok(())
    })
}

on_each_database! {
    async fn a_transaction_that_fails_leaves_nothing_behind(place: TestDatabase) {
        let database = shelf(&place).await;
        let failed: Result<(), ShelfError> = in_transaction!(database, |transaction| {
            add_copy(&mut *transaction, 1).await?;
            Err(ShelfError::Closed)
        });
        assert!(matches!(failed, Err(ShelfError::Closed)));
        assert_eq!(copies(&database, 1).await, 1);
    }

    async fn a_transaction_that_is_dropped_leaves_nothing_behind(place: TestDatabase) {
        let database = shelf(&place).await;
        let mut transaction = database.begin().await.unwrap();
        add_copy(&mut transaction, 1).await.unwrap();
        drop(transaction);
        add_copy(&database, 1).await.unwrap();
        assert_eq!(copies(&database, 1).await, 2);
    }

    /// EB-22: no dirty reads (G1a).
    async fn others_see_what_was_committed_and_nothing_before(place: TestDatabase) {
        let database = shelf(&place).await;
        let mut transaction = database.begin().await.unwrap();
        add_copy(&mut transaction, 1).await.unwrap();
        assert_eq!(copies(&database, 1).await, 1);
        transaction.commit().await.unwrap();
        assert_eq!(copies(&database, 1).await, 2);
    }

    /// EB-22: nothing fails with "database is locked", and no update is lost.
    async fn writers_that_meet_wait_for_each_other(place: TestDatabase) {
        let database = shelf(&place).await;
        let writers = (0..20).map(|_| {
            let database = database.clone();
            // Spawned, so that the future has to be `Send`.
            tokio::spawn(async move { add_copy_slowly(&database).await })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap().unwrap();
        }
        assert_eq!(copies(&database, 1).await, 21);
    }

    /// EB-09: two that lock the same rows in opposite order: one loses, and is done again.
    async fn a_deadlock_is_done_again(place: TestDatabase) {
        let database = shelf(&place).await;
        insert(&database, 2, "Two").await;
        let attempts = Arc::new(AtomicU32::new(0));
        let meeting = Arc::new(Barrier::new(2));
        let crossing = [(1_u8, 2_u8), (2, 1)].map(|(first, second)| {
            let (database, attempts, meeting) = (database.clone(), Arc::clone(&attempts), Arc::clone(&meeting));
            tokio::spawn(async move {
                let done: Result<(), ShelfError> = in_transaction!(database, |transaction| {
                    attempts.fetch_add(1, Ordering::SeqCst);
                    add_copy(&mut *transaction, first).await?;
                    // SQLite lets only one in, so the other one does not come to the meeting.
                    let _ = tokio::time::timeout(Duration::from_millis(200), meeting.wait()).await;
                    add_copy(&mut *transaction, second).await?;
                    Ok(())
                });
                done
            })
        });
        for one in crossing {
            one.await.unwrap().unwrap();
        }
        assert_eq!((copies(&database, 1).await, copies(&database, 2).await), (3, 3));
        let expected = if database.engine() == Engine::MySql { 3 } else { 2 };
        assert_eq!(attempts.load(Ordering::SeqCst), expected);
    }

    /// EB-09: a lock that another process holds for longer than anybody waits (1205 on MariaDB, busy on SQLite) is an
    /// error that says so; the work is done again, and has its turn when the lock goes.
    async fn a_lock_that_is_held_for_long_is_asked_for_again(place: TestDatabase) {
        let holder = shelf(&place).await;
        let mut settings = place.settings("shelf");
        settings.pool.lock_timeout = Duration::from_secs(1);
        let database = Database::open(settings).await.unwrap();
        let mut held = holder.begin().await.unwrap();
        add_copy(&mut held, 1).await.unwrap();
        let once = async {
            let mut transaction = database.begin().await?;
            add_copy(&mut transaction, 1).await
        };
        let refused = once.await.unwrap_err();
        assert!(refused.is_contention(), "{refused:?}");

        let waiting = tokio::spawn({
            let database = database.clone();
            async move { add_copy_slowly(&database).await }
        });
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert!(!waiting.is_finished(), "it asks again when it was refused");
        held.commit().await.unwrap();
        waiting.await.unwrap().unwrap();
        assert_eq!(copies(&holder, 1).await, 3);
    }

    /// EB-09: whoever is refused as often as that hears of it, and has done nothing.
    async fn a_lock_that_never_goes_is_an_error(place: TestDatabase) {
        let holder = shelf(&place).await;
        let mut settings = place.settings("shelf");
        settings.pool.lock_timeout = Duration::from_secs(1);
        let database = Database::open(settings).await.unwrap();
        let mut held = holder.begin().await.unwrap();
        add_copy(&mut held, 1).await.unwrap();
        let refused = add_copy_slowly(&database).await.unwrap_err();
        assert!(refused.is_contention(), "{refused:?}");
        held.rollback().await.unwrap();
        assert_eq!(copies(&holder, 1).await, 1);
        add_copy_slowly(&database).await.unwrap();
    }

    async fn nothing_can_be_written_after_a_statement_that_was_given_up(place: TestDatabase) {
        let mut settings = place.settings("shelf");
        drop(shelf(&place).await);
        settings.pool.statement_timeout = Duration::from_millis(300);
        let database = Database::open(settings).await.unwrap();
        let slow = match database.engine() {
            Engine::MySql => "SELECT SLEEP(3)",
            Engine::Sqlite => {
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000000) SELECT SUM(i) FROM n"
            }
        };
        let mut transaction = database.begin().await.unwrap();
        let given_up = transaction.query(slow).fetch_one().await;
        assert!(matches!(given_up, Err(DatabaseError::Timeout { .. })), "{:?}", given_up.err());
        let after = add_copy(&mut transaction, 1).await;
        assert!(matches!(after, Err(DatabaseError::TransactionEnded)), "{after:?}");
        assert!(matches!(transaction.commit().await, Err(DatabaseError::TransactionEnded)));
    }

    async fn a_signal_comes_with_the_commit_and_not_without(place: TestDatabase) {
        let database = shelf(&place).await;
        let signal = database.signal("books");
        let mut transaction = database.begin().await.unwrap();
        transaction.signal_on_commit("books");
        transaction.rollback().await.unwrap();
        let unheard = tokio::time::timeout(Duration::from_millis(20), signal.notified()).await;
        assert!(unheard.is_err());

        let mut transaction = database.begin().await.unwrap();
        transaction.signal_on_commit("books");
        transaction.commit().await.unwrap();
        tokio::time::timeout(Duration::from_secs(5), signal.notified()).await.unwrap();
    }

    async fn rows_cannot_be_locked_outside_of_a_transaction(place: TestDatabase) {
        let database = shelf(&place).await;
        let refused = database.query("SELECT id FROM books").locking().fetch_all().await;
        assert!(matches!(refused, Err(DatabaseError::Misuse { .. })));
    }
}

/// How often work is interrupted: at each point where it waits, some times over.
const INTERRUPTIONS: usize = 120;

on_each_database! {
    /// A client that hangs up drops the work of its request wherever that stands. No connection may be lost to it, and
    /// nothing may be left half done: four connections serve for many interruptions.
    async fn interrupted_work_costs_neither_connections_nor_truth(place: TestDatabase) {
        let database = shelf(&place).await;
        let before = copies(&database, 1).await;
        for polls in 0..INTERRUPTIONS {
            let work = async {
                let added: Result<(), DatabaseError> = in_transaction!(database, |transaction| {
                    add_copy(&mut *transaction, 1).await?;
                    add_copy(&mut *transaction, 1).await
                });
                // A statement that the connection has not yet prepared, and one outside of any transaction.
                database.query("SELECT title FROM books WHERE id = ?").bind([2_u8; 16]).fetch_all().await?;
                added
            };
            interrupted_after(polls % 12, work).await;
        }
        let now = copies(&database, 1).await;
        assert_eq!((now - before) % 2, 0, "a transaction was done by half");
        tokio::time::timeout(Duration::from_secs(60), add_copy(&database, 1)).await.unwrap().unwrap();
        assert_eq!(copies(&database, 1).await, now + 1);
    }
}

/// Polls the work so many times and drops it.
async fn interrupted_after<T>(polls: usize, work: impl Future<Output = T>) {
    let mut work = Box::pin(work);
    let mut polls_left = polls;
    std::future::poll_fn(|context| {
        if work.as_mut().poll(context).is_ready() || polls_left == 0 {
            return std::task::Poll::Ready(());
        }
        polls_left -= 1;
        std::task::Poll::Pending
    })
    .await;
}
