//! Many clients at once, what they saw, and whether that can be (EB-22).
//!
//! Each note of a history is one attempt of a transaction: one that was in another one's way and is done again writes
//! new values, so that anything left of the first attempt would show.

mod chance;
mod checker;
mod checker_tests;
mod history;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kit_database::{Database, DatabaseError, Engine, MigrationFile, Migrations, Row, in_transaction};
use kit_testing::{TestDatabase, on_each_database, run_on_mariadb};
use thiserror::Error;
use tokio::task::JoinHandle;

use self::chance::Chance;
use self::checker::{Anomaly, Level, anomalies_of_lists, anomalies_of_registers};
use self::history::{Key, Noted, Outcome, Step, Update, Value};

const CLIENTS: u64 = 8;
const TRANSACTIONS: usize = 60;
const STEPS_MAX: i64 = 5;
const KEYS: i64 = 5;

const NOTEBOOK: Migrations = Migrations {
    set: "notebook",
    files: &[MigrationFile {
        name: "0001_notebook",
        sqlite: "CREATE TABLE lists (id INTEGER NOT NULL PRIMARY KEY, list TEXT NOT NULL);
        CREATE TABLE registers (id INTEGER NOT NULL PRIMARY KEY, held INTEGER NOT NULL);",
        mysql: "CREATE TABLE lists (id BIGINT NOT NULL PRIMARY KEY, list LONGTEXT NOT NULL) ENGINE = InnoDB;
        CREATE TABLE registers (id BIGINT NOT NULL PRIMARY KEY, held BIGINT NOT NULL) ENGINE = InnoDB;",
    }],
};

#[derive(Debug, Error)]
enum Ended {
    #[error("thought better of it")]
    OnPurpose,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl Ended {
    /// What the client knows of its transaction.
    fn outcome(&self) -> Outcome {
        match self {
            Self::OnPurpose => Outcome::Aborted,
            // The kit says of contention that nothing was done.
            Self::Database(error) if error.is_contention() => Outcome::Aborted,
            Self::Database(_) => Outcome::Unknown,
        }
    }
}

/// What clients share.
struct Notebook<N> {
    database: Database,
    is_locking: bool,
    values: AtomicI64,
    history: Mutex<Vec<N>>,
}

impl<N> Notebook<N> {
    async fn open(place: &TestDatabase, is_locking: bool) -> Arc<Self> {
        let database = place.migrated(&NOTEBOOK).await;
        for key in 0..KEYS {
            database.query("INSERT INTO lists (id, list) VALUES (?, '')").bind(key).execute().await.unwrap();
            database.query("INSERT INTO registers (id, held) VALUES (?, 0)").bind(key).execute().await.unwrap();
        }
        Arc::new(Self { database, is_locking, values: AtomicI64::new(1), history: Mutex::default() })
    }

    fn new_value(&self) -> Value {
        self.values.fetch_add(1, Ordering::SeqCst)
    }

    fn note(&self, noted: N) {
        self.history.lock().unwrap().push(noted);
    }

    fn history(&self) -> Vec<N> {
        std::mem::take(&mut *self.history.lock().unwrap())
    }

    /// What the kit promises of these transactions.
    fn level(&self) -> Level {
        match self.database.engine() {
            Engine::MySql if !self.is_locking => Level::ReadCommitted,
            _ => Level::Serializable,
        }
    }
}

fn list(row: &Row) -> Vec<Value> {
    let text: String = row.get("list").unwrap();
    text.split_terminator(',').map(|value| value.parse().unwrap()).collect()
}

impl Notebook<Noted> {
    /// One client: transactions of some steps each, one in eight of which changes its mind.
    async fn scribble(self: Arc<Self>, seed: u64) {
        let mut chance = Chance(seed);
        for _ in 0..TRANSACTIONS {
            let plan: Vec<(bool, Key)> =
                (0..=chance.below(STEPS_MAX)).map(|_| (chance.below(2) == 0, chance.below(KEYS))).collect();
            let changes_mind = chance.below(8) == 0;
            let mut steps = Vec::new();
            let done: Result<(), Ended> = in_transaction!(self.database, |transaction| {
                if !steps.is_empty() {
                    self.note(Noted { steps: std::mem::take(&mut steps), outcome: Outcome::Aborted });
                }
                for (is_read, key) in &plan {
                    if *is_read {
                        let read = transaction.query("SELECT list FROM lists WHERE id = ?").bind(*key);
                        let read = if self.is_locking { read.locking() } else { read };
                        steps.push(Step::Read(*key, list(&read.fetch_one().await?)));
                        continue;
                    }
                    let value = self.new_value();
                    // Noted before it is done: a step that fails may have happened.
                    steps.push(Step::Append(*key, value));
                    let append = transaction.query("UPDATE lists SET list = list || ? WHERE id = ?");
                    append.bind(format!("{value},")).bind(*key).execute().await?;
                }
                if changes_mind { Err(Ended::OnPurpose) } else { Ok(()) }
            });
            let outcome = done.as_ref().map_or_else(Ended::outcome, |()| Outcome::Committed);
            self.note(Noted { steps, outcome });
        }
    }

    /// Has all clients scribble.
    async fn is_scribbled_in(self: &Arc<Self>) {
        let clients: Vec<_> = (0..CLIENTS).map(|seed| tokio::spawn(Arc::clone(self).scribble(seed))).collect();
        for client in clients {
            client.await.unwrap();
        }
    }

    /// The anomalies that must not be.
    async fn anomalies(&self) -> Vec<Anomaly> {
        let mut steps = Vec::new();
        for key in 0..KEYS {
            let read = self.database.query("SELECT list FROM lists WHERE id = ?").bind(key);
            steps.push(Step::Read(key, list(&read.fetch_one().await.unwrap())));
        }
        self.note(Noted { steps, outcome: Outcome::Committed });
        let history = self.history();
        let ended = |outcome| history.iter().filter(|noted| noted.outcome == outcome).count();
        let (committed, aborted) = (ended(Outcome::Committed), ended(Outcome::Aborted));
        assert!(committed > 100 && aborted > 20, "{committed} committed, {aborted} aborted; the test proves little");
        let mut found = anomalies_of_lists(&history);
        found.retain(|anomaly| anomaly.is_forbidden_at(self.level()));
        found
    }
}

impl Notebook<Update> {
    /// One client: reads a register and writes it, because of what it has read.
    async fn replace(self: Arc<Self>, seed: u64) {
        let mut chance = Chance(seed);
        for _ in 0..TRANSACTIONS {
            let key = chance.below(KEYS);
            let changes_mind = chance.below(8) == 0;
            let mut attempt = None;
            let done: Result<(), Ended> = in_transaction!(self.database, |transaction| {
                if let Some((read, written)) = attempt.take() {
                    self.note(Update { key, read, written, outcome: Outcome::Aborted });
                }
                let read = transaction.query("SELECT held FROM registers WHERE id = ?").bind(key).locking();
                let read: Value = read.fetch_one().await?.get("held")?;
                let written = self.new_value();
                attempt = Some((read, written));
                let write = transaction.query("UPDATE registers SET held = ? WHERE id = ?").bind(written);
                write.bind(key).execute().await?;
                if changes_mind { Err(Ended::OnPurpose) } else { Ok(()) }
            });
            let outcome = done.as_ref().map_or_else(Ended::outcome, |()| Outcome::Committed);
            if let Some((read, written)) = attempt {
                self.note(Update { key, read, written, outcome });
            }
        }
    }

    async fn last(&self) -> BTreeMap<Key, Value> {
        let rows = self.database.query("SELECT id, held FROM registers").fetch_all().await.unwrap();
        rows.iter().map(|row| (row.get("id").unwrap(), row.get("held").unwrap())).collect()
    }
}

on_each_database! {
    /// EB-22: transactions that lock what they read are serializable, on both engines.
    async fn transactions_that_lock_what_they_read_are_serializable(place: TestDatabase) {
        let notebook = Notebook::open(&place, true).await;
        assert_eq!(notebook.level(), Level::Serializable);
        notebook.is_scribbled_in().await;
        assert_eq!(notebook.anomalies().await, []);
    }

    /// EB-22: transactions that do not lock see nothing but what was committed, and whole: no G0, G1a, G1b and G1c. On
    /// SQLite they are serializable all the same.
    async fn transactions_that_do_not_lock_read_what_was_committed(place: TestDatabase) {
        let notebook = Notebook::open(&place, false).await;
        notebook.is_scribbled_in().await;
        assert_eq!(notebook.anomalies().await, []);
    }

    /// EB-22: no update is lost of those that lock what they read.
    async fn registers_that_are_locked_lose_no_update(place: TestDatabase) {
        let notebook = Notebook::<Update>::open(&place, true).await;
        let clients: Vec<_> = (0..CLIENTS).map(|seed| tokio::spawn(Arc::clone(&notebook).replace(seed))).collect();
        for client in clients {
            client.await.unwrap();
        }
        let history = notebook.history();
        assert!(history.len() > 400, "{} updates only", history.len());
        assert_eq!(anomalies_of_registers(&history, &notebook.last().await), []);
    }
}

/// EB-22, EB-09: the same while connections are killed at whatever they are doing.
#[test]
fn killed_connections_leave_a_history_that_can_be() {
    run_on_mariadb(async |place: TestDatabase| {
        let notebook = Notebook::<Noted>::open(&place, true).await;
        let is_over = Arc::new(AtomicBool::new(false));
        let killing = kill_connections(place.open(NOTEBOOK.set).await, Arc::clone(&is_over));
        notebook.is_scribbled_in().await;
        is_over.store(true, Ordering::SeqCst);
        assert!(killing.await.unwrap() > 5, "too few connections were killed; the test proves nothing");
        assert_eq!(notebook.anomalies().await, []);
    });
}

fn kill_connections(database: Database, is_over: Arc<AtomicBool>) -> JoinHandle<usize> {
    tokio::spawn(async move {
        let mut killed = 0;
        while !is_over.load(Ordering::SeqCst) {
            let others =
                "SELECT ID FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() ORDER BY RAND() LIMIT 1";
            if let Ok(Some(row)) = database.query(others).fetch_optional().await {
                let id: i64 = row.get("ID").unwrap();
                killed += usize::from(database.query("KILL ?").bind(id).execute().await.is_ok());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        killed
    })
}

/// EB-22: the checker sees a real engine lose an update, where nobody has locked: READ COMMITTED allows that.
#[test]
fn an_update_without_a_lock_is_lost_on_mariadb_and_the_checker_sees_it() {
    run_on_mariadb(async |place: TestDatabase| {
        let notebook = Notebook::<Update>::open(&place, false).await;
        let (mut one, mut other) = (notebook.database.begin().await.unwrap(), notebook.database.begin().await.unwrap());
        let mut history = Vec::new();
        for transaction in [&mut one, &mut other] {
            let read = transaction.query("SELECT held FROM registers WHERE id = 0").fetch_one().await.unwrap();
            let (read, written) = (read.get("held").unwrap(), notebook.new_value());
            history.push(Update { key: 0, read, written, outcome: Outcome::Committed });
        }
        for (mut transaction, update) in [one, other].into_iter().zip(&history) {
            let write = transaction.query("UPDATE registers SET held = ? WHERE id = 0").bind(update.written);
            write.execute().await.unwrap();
            transaction.commit().await.unwrap();
        }
        let found = anomalies_of_registers(&history, &notebook.last().await);
        assert_eq!(found, [Anomaly::LostUpdate { key: 0, read: 0 }]);
    });
}
