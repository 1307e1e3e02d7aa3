//! A subgraph that publishes, a subgraph that counts, and the log between them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kit_database::{
    Database, DatabaseError, DatabaseSettings, Durability, MigrationFile, Migrations, Transaction, in_transaction,
};
use kit_events::{
    Consumer, ConsumerRunner, EmbeddedEventLog, Event, EventLog, HandlerError, NewEvent, Origin, RedisEventLog, Relay,
    RetryPolicy, outbox,
};
use kit_testing::{Redis, TestDatabase};
use secrecy::SecretString;
use tempfile::TempDir;

pub(crate) const PUBLISHED: &str = "learning.course.published.v1";
pub(crate) const ARCHIVED: &str = "learning.course.archived.v1";

/// Long enough for any machine; only a failing test waits that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Retries at once, so that no test has to wait.
pub(crate) const EAGER: RetryPolicy =
    RetryPolicy { attempts_max: 8, first_pause: Duration::ZERO, pause_max: Duration::ZERO };

const MIGRATIONS: Migrations = Migrations {
    set: "counting",
    files: &[MigrationFile {
        name: "0001_effects",
        sqlite: "CREATE TABLE effects (position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, seq INTEGER NOT NULL);",
        mysql: "CREATE TABLE effects (position BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT, subject VARCHAR(64) NOT NULL, seq BIGINT NOT NULL) ENGINE = InnoDB;",
    }],
};

/// One database serves both as publisher and as consumer: they share no table.
pub(crate) struct Stage {
    pub(crate) database: Database,
    pub(crate) log: Arc<dyn EventLog>,
    settings: DatabaseSettings,
    kind: Log,
    place: LogPlace,
}

/// Which log.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Log {
    Embedded,
    Redis(&'static Redis),
}

impl Log {
    fn new_place(self) -> LogPlace {
        match self {
            Self::Embedded => LogPlace::Folder(tempfile::tempdir().unwrap()),
            Self::Redis(server) => LogPlace::Server(server.new_database()),
        }
    }
}

/// Where the log keeps its events.
enum LogPlace {
    Folder(TempDir),
    Server(SecretString),
}

impl LogPlace {
    /// Opens the log as one more process would.
    async fn open(&self) -> Arc<dyn EventLog> {
        match self {
            Self::Folder(folder) => open_embedded(folder.path()).await,
            Self::Server(url) => Arc::new(RedisEventLog::open(url).unwrap()),
        }
    }
}

impl Stage {
    pub(crate) async fn set(database: &TestDatabase, log: Log) -> Self {
        Self::set_at(database.settings(MIGRATIONS.set), log).await
    }

    /// On a database that the test has its own settings for.
    pub(crate) async fn set_at(settings: DatabaseSettings, log: Log) -> Self {
        let database = Database::open(settings.clone()).await.unwrap();
        database.migrate(&MIGRATIONS).await.unwrap();
        let place = log.new_place();
        Self { database, log: place.open().await, settings, kind: log, place }
    }

    /// The database as another process sees it.
    pub(crate) async fn open_database(&self) -> Database {
        Database::open(self.settings.clone()).await.unwrap()
    }

    /// Waits until so many events have taken effect, then checks that each did once, in the order of its aggregate.
    pub(crate) async fn wait_for_effects(&self, events: usize) {
        let all = async {
            while self.effects().await.len() < events {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let timely = tokio::time::timeout(PATIENCE, all).await;
        let effects = self.effects().await;
        assert!(timely.is_ok(), "only {} of {events} events took effect", effects.len());
        assert_eq!(effects.len(), events, "an event took effect twice");
        assert_in_order(&effects);
    }

    /// The log as another process sees it.
    pub(crate) async fn open_log(&self) -> Arc<dyn EventLog> {
        self.place.open().await
    }

    /// The same, where a replica that was killed loses its work soon.
    pub(crate) async fn open_impatient_log(&self) -> Arc<dyn EventLog> {
        match &self.place {
            LogPlace::Folder(_) => self.open_log().await,
            LogPlace::Server(url) => {
                Arc::new(RedisEventLog::open(url).unwrap().with_claim_idle(Duration::from_millis(500)))
            }
        }
    }

    /// The address of the server.
    pub(crate) fn server(&self) -> &SecretString {
        match &self.place {
            LogPlace::Server(url) => url,
            LogPlace::Folder(_) => panic!("the embedded log has no server"),
        }
    }

    /// The same with an empty log: its file or server was lost.
    pub(crate) async fn lose_log(self) -> Self {
        let place = self.kind.new_place();
        Self { log: place.open().await, place, ..self }
    }

    pub(crate) fn relay(&self) -> Relay {
        Relay::new(self.database.clone(), Arc::clone(&self.log))
    }

    pub(crate) fn runner(&self, consumer: Arc<dyn Consumer>) -> ConsumerRunner {
        ConsumerRunner::new(consumer, self.database.clone(), Arc::clone(&self.log)).with_policy(EAGER)
    }

    /// Publishes one event and lets the relay bring it to the log.
    pub(crate) async fn publish(&self, subject: &str) -> Event {
        let event = append(&self.database, subject, PUBLISHED).await.unwrap();
        self.relay().publish_all().await.unwrap();
        event
    }

    /// What has taken effect, in order: subject and number.
    pub(crate) async fn effects(&self) -> Vec<(String, i64)> {
        let rows = loop {
            match self.database.query("SELECT subject, seq FROM effects ORDER BY position").fetch_all().await {
                // Some tests kill connections all the time, also that of this question.
                Err(DatabaseError::Unavailable { .. }) => tokio::time::sleep(Duration::from_millis(2)).await,
                outcome => break outcome.unwrap(),
            }
        };
        rows.iter().map(|row| (row.get("subject").unwrap(), row.get("seq").unwrap())).collect()
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.database.query(sql).fetch_one().await.unwrap().get(0).unwrap()
    }
}

/// EB-03: the numbers of each aggregate, from 1 on, without gaps, repetitions and inversions.
pub(crate) fn assert_in_order(effects: &[(String, i64)]) {
    let mut numbers: HashMap<&str, i64> = HashMap::new();
    for (subject, seq) in effects {
        let last = numbers.entry(subject).or_default();
        assert_eq!(*seq, *last + 1, "{subject} comes out of order");
        *last = *seq;
    }
}

pub(crate) async fn open_embedded(folder: &Path) -> Arc<EmbeddedEventLog> {
    Arc::new(EmbeddedEventLog::open(folder, Durability::ProcessDeath).await.unwrap())
}

pub(crate) fn new_event(subject: &str, kind: &'static str) -> NewEvent {
    let data = serde_json::json!({ "title": "Rust" });
    NewEvent { kind, subject: subject.to_owned(), time: 1_780_000_000_000_000, data }
}

pub(crate) async fn append(database: &Database, subject: &str, kind: &'static str) -> Result<Event, DatabaseError> {
    in_transaction!(database, |transaction| {
        outbox::append(transaction, &Origin::new("flow-1", None), new_event(subject, kind)).await
    })
}

/// Writes down what it has heard; fails when it is told to.
#[derive(Default)]
pub(crate) struct Counting {
    pub(crate) is_broken: AtomicBool,
    pub(crate) fails_on: Mutex<Option<String>>,
    pub(crate) seen: Mutex<Vec<Event>>,
}

#[async_trait]
impl Consumer for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == PUBLISHED
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        self.seen.lock().unwrap().push(event.clone());
        let write = transaction.query("INSERT INTO effects (subject, seq) VALUES (?, ?)");
        write.bind(&event.subject).bind(event.seq).execute().await?;
        // After the write, so that a failure has something to undo.
        let fails_on_this = self.fails_on.lock().unwrap().as_ref().is_some_and(|subject| *subject == event.subject);
        match self.is_broken.load(Ordering::SeqCst) || fails_on_this {
            true => Err(HandlerError::Failed("broken for the test".to_owned())),
            false => Ok(()),
        }
    }
}
