//! Opens the file, and makes its tables.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Row, Sqlite, Transaction};
use thiserror::Error;

/// Says that a file is the studio's: "LyST".
const APPLICATION_ID: i64 = 0x4c79_5354;
/// The tables' version. A file of another one is put aside: it is history, and not worth carrying over.
const VERSION: i64 = 1;
const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

const TABLES: &str = "
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE operation (
    hash TEXT PRIMARY KEY, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, record BLOB NOT NULL
) STRICT;
CREATE TABLE trace (
    id BLOB PRIMARY KEY, begin_us INTEGER NOT NULL, duration_us INTEGER NOT NULL, operation TEXT, name TEXT, client TEXT,
    correlation TEXT NOT NULL, failed INTEGER NOT NULL, cache TEXT, subgraphs TEXT NOT NULL, bytes INTEGER NOT NULL,
    summary TEXT NOT NULL
) STRICT;
CREATE INDEX trace_by_begin ON trace (begin_us);
CREATE INDEX trace_by_operation ON trace (operation, begin_us);
CREATE TABLE trace_part (
    id BLOB NOT NULL, place INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (id, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE bucket (
    step_s INTEGER NOT NULL, begin_s INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (step_s, begin_s)
) STRICT, WITHOUT ROWID;
CREATE TABLE subgraph_schema (
    subgraph TEXT NOT NULL, at_ms INTEGER NOT NULL, hash TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (subgraph, at_ms)
) STRICT, WITHOUT ROWID;
";

/// The file cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It, or its folder, cannot be read or written.
    #[error("{}: {source}\n  remedy: make the folder writable, or switch the studio off (router.studio.enabled)", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it.
    #[error("another process has it")]
    InUse,
    /// SQLite says so.
    #[error("the studio's store: {0}")]
    Database(#[from] sqlx::Error),
    /// It is no file of the studio.
    #[error("it is no file of the studio, or one of another version")]
    Foreign,
    /// Something in it is broken.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

/// Where everything is kept.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) writer: SqlitePool,
    pub(super) readers: SqlitePool,
    /// Held as long as the file is used, so that two processes do not count over one another.
    lock: Arc<Mutex<Option<File>>>,
}

impl Store {
    /// Opens the file, and makes it when it is missing. One that is broken or no file of the studio is renamed, and a new one
    /// takes its place: no router stops for want of history.
    ///
    /// # Errors
    /// When no file can be made there.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        let store = Self::open_or_begin_anew(path).await?;
        *store.lock.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
        Ok(store)
    }

    async fn open_or_begin_anew(path: &Path) -> Result<Self, StoreError> {
        match Self::open_as_it_is(path).await {
            Ok(store) => Ok(store),
            Err(error @ StoreError::File { .. }) => Err(error),
            Err(error) => {
                let aside = put_aside(path).map_err(|source| StoreError::File { path: path.to_owned(), source })?;
                tracing::error!(
                    file = %path.display(), put_aside_as = %aside.display(), %error,
                    "the studio's history cannot be read; it begins anew"
                );
                Self::open_as_it_is(path).await
            }
        }
    }

    async fn open_as_it_is(path: &Path) -> Result<Self, StoreError> {
        create_private_file(path).map_err(|source| StoreError::File { path: path.to_owned(), source })?;
        let options = options().filename(path).journal_mode(SqliteJournalMode::Wal);
        let writer = pool(1).connect_with(options.clone().pragma("auto_vacuum", "INCREMENTAL")).await?;
        if let Err(error) = prepare(&writer).await {
            // The file is renamed next: nobody must hold it.
            writer.close().await;
            return Err(error);
        }
        let readers = pool(READERS).connect_with(options.pragma("query_only", "ON")).await?;
        Ok(Self { writer, readers, lock: Arc::default() })
    }

    /// Keeps everything in memory, for as long as the process lives.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let writer = pool(1).connect_with(options().in_memory(true)).await?;
        prepare(&writer).await?;
        Ok(Self { readers: writer.clone(), writer, lock: Arc::default() })
    }

    /// Lets go of the file, once everything that is being read or written is.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Begins to write; what is written counts once it is committed.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin().await
    }

    /// A fact that is kept under this name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn fact(&self, name: &str) -> Result<Option<String>, sqlx::Error> {
        let row = sqlx::query("SELECT value FROM fact WHERE name = ?").bind(name).fetch_optional(&self.readers).await?;
        row.map(|row| row.try_get(0)).transpose()
    }

    /// Keeps a fact.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set_fact(&self, name: &str, value: &str) -> Result<(), sqlx::Error> {
        let statement =
            "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        sqlx::query(statement).bind(name).bind(value).execute(&self.writer).await.map(drop)
    }
}

fn options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
}

async fn prepare(writer: &SqlitePool) -> Result<(), StoreError> {
    let number = |row: sqlx::sqlite::SqliteRow| row.try_get::<i64, _>(0);
    let tables = sqlx::query("SELECT count(*) FROM sqlite_schema").fetch_one(writer).await.and_then(number)?;
    if tables == 0 {
        for statement in TABLES.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(writer).await?;
        }
        for pragma in [format!("PRAGMA application_id = {APPLICATION_ID}"), format!("PRAGMA user_version = {VERSION}")]
        {
            sqlx::query(sqlx::AssertSqlSafe(pragma)).execute(writer).await?;
        }
        return Ok(());
    }
    let application = sqlx::query("PRAGMA application_id").fetch_one(writer).await.and_then(number)?;
    let version = sqlx::query("PRAGMA user_version").fetch_one(writer).await.and_then(number)?;
    if (application, version) != (APPLICATION_ID, VERSION) {
        return Err(StoreError::Foreign);
    }
    let checked = sqlx::query("PRAGMA quick_check(1)").fetch_one(writer).await?;
    match checked.try_get::<String, _>(0)?.as_str() {
        "ok" => Ok(()),
        damage => Err(StoreError::Damaged(damage.to_owned())),
    }
}

/// Takes the lock beside the file.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let failed = |source| StoreError::File { path: path.clone(), source };
    create_private_file(&path).map_err(failed)?;
    let file = OpenOptions::new().append(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Renames the file and what belongs to it, and says how it is called now.
fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let with = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let aside = with(&format!(".unusable-{at}"));
    fs::rename(path, &aside)?;
    for suffix in ["-wal", "-shm"] {
        match fs::remove_file(with(suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}

/// Requests of people are told in it, so only its owner may read it.
fn create_private_file(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
