//! A subgraph that writes, a subgraph that counts, and the log between them.

use std::sync::Arc;
use std::time::Duration;

use kit_database::{Database, DatabaseError, Durability, MigrationFile, Migrations};
use kit_events::{EmbeddedEventLog, EventLog, RedisEventLog};
use kit_testing::{MariaDb, Redis, TestDatabase};
use secrecy::SecretString;
use tempfile::TempDir;

/// Aggregates of the events.
pub(crate) const SUBJECTS: u64 = 64;
/// A replica that says nothing for so long has died.
const CLAIM_IDLE: Duration = Duration::from_secs(1);
/// Between two attempts to reach what is away.
const PAUSE: Duration = Duration::from_millis(20);

const COUNTING: Migrations = Migrations {
    set: "counting",
    files: &[MigrationFile {
        name: "0001_projections",
        sqlite: "CREATE TABLE projections (subject TEXT NOT NULL PRIMARY KEY, events INTEGER NOT NULL,
          total INTEGER NOT NULL, inversions INTEGER NOT NULL, last_seq INTEGER NOT NULL);",
        mysql: "CREATE TABLE projections (subject VARCHAR(64) NOT NULL PRIMARY KEY, events BIGINT NOT NULL,
          total BIGINT NOT NULL, inversions BIGINT NOT NULL, last_seq BIGINT NOT NULL) ENGINE = InnoDB;",
    }],
};
const WRITING: Migrations = Migrations { set: "writing", files: &[] };

/// Which engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shape {
    /// Two SQLite files and the embedded log.
    Embedded,
    /// A private MariaDB server and a private Redis server.
    Servers,
}

/// The servers, where there are some.
pub(crate) struct Servers {
    pub(crate) mariadb: MariaDb,
    pub(crate) redis: Redis,
    pub(crate) redis_url: SecretString,
}

pub(crate) struct Stage {
    pub(crate) writing: Database,
    pub(crate) counting: Database,
    pub(crate) servers: Option<Arc<Servers>>,
    log: Arc<dyn EventLog>,
    folder: TempDir,
    places: [TestDatabase; 2],
}

impl Stage {
    /// Sets it up, empty.
    ///
    /// # Errors
    /// When a server is not installed.
    pub(crate) async fn set(shape: Shape) -> Result<Self, String> {
        let servers = match shape {
            Shape::Embedded => None,
            Shape::Servers => {
                let mariadb = MariaDb::start().map_err(|reason| reason.to_string())?;
                let redis = Redis::start().map_err(|reason| reason.to_string())?;
                let redis_url = redis.new_database();
                Some(Arc::new(Servers { mariadb, redis, redis_url }))
            }
        };
        let places = match &servers {
            None => [TestDatabase::sqlite(), TestDatabase::sqlite()],
            Some(servers) => {
                [TestDatabase::mariadb(&servers.mariadb).await, TestDatabase::mariadb(&servers.mariadb).await]
            }
        };
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let (writing, counting) = (places[0].migrated(&WRITING).await, places[1].migrated(&COUNTING).await);
        for number in 0..SUBJECTS {
            let insert =
                "INSERT INTO projections (subject, events, total, inversions, last_seq) VALUES (?, 0, 0, 0, 0)";
            counting.query(insert).bind(subject(number)).execute().await.map_err(|error| error.to_string())?;
        }
        let log = open_log(servers.as_deref(), &folder).await;
        Ok(Self { writing, counting, servers, log, folder, places })
    }

    /// The log as one more process sees it.
    pub(crate) async fn open_log(&self) -> Arc<dyn EventLog> {
        open_log(self.servers.as_deref(), &self.folder).await
    }

    /// The database of the writers as one more process sees it.
    pub(crate) async fn open_writing(&self) -> Database {
        open(&self.places[0], WRITING.set).await
    }

    /// The database of the consumers as one more process sees it.
    pub(crate) async fn open_counting(&self) -> Database {
        open(&self.places[1], COUNTING.set).await
    }

    /// How many events have taken effect.
    pub(crate) async fn effects(&self) -> Result<u64, DatabaseError> {
        number(&self.counting, "SELECT CAST(SUM(events) AS SIGNED) FROM projections").await
    }

    /// How many events are written.
    pub(crate) async fn written(&self) -> Result<u64, DatabaseError> {
        number(&self.writing, "SELECT CAST(COALESCE(SUM(last_seq), 0) AS SIGNED) FROM event_sequences").await
    }

    /// How many events the consumers have still to come to; nothing when the log does not say.
    pub(crate) async fn lag(&self) -> Option<u64> {
        self.log.lag("counting").await.ok()
    }
}

/// The name of an aggregate.
pub(crate) fn subject(number: u64) -> String {
    format!("crs_{number}")
}

async fn number(database: &Database, sql: &'static str) -> Result<u64, DatabaseError> {
    let number: i64 = database.query(sql).fetch_one().await?.get(0)?;
    Ok(u64::try_from(number).unwrap_or_default())
}

async fn open(place: &TestDatabase, subgraph: &str) -> Database {
    loop {
        match Database::open(place.settings(subgraph)).await {
            Ok(database) => return database,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn open_log(servers: Option<&Servers>, folder: &TempDir) -> Arc<dyn EventLog> {
    let Some(servers) = servers else {
        let opened = EmbeddedEventLog::open(folder.path(), Durability::ProcessDeath).await;
        return Arc::new(opened.expect("the file of the log can be opened"));
    };
    let log = RedisEventLog::open(&servers.redis_url).expect("the address is one");
    Arc::new(log.with_claim_idle(CLAIM_IDLE))
}
