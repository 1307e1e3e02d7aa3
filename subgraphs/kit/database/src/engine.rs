//! The two engines: how connections are opened, and what each is told about safety and waiting.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use secrecy::ExposeSecret;
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Executor};

use crate::database::Connections;
use crate::settings::{DatabaseLocation, DatabaseSettings, Durability};
use crate::{DatabaseError, error, file_lock};

/// Statements that each connection keeps prepared. Lists are padded to powers of two, so that they do not crowd it.
const PREPARED_STATEMENTS_MAX: usize = 256;
/// Rows that SQLite looks at per index when it refreshes its statistics on close; the number its manual recommends.
const SQLITE_ANALYSIS_ROWS: u32 = 400;

/// Strict types, and the two habits that SQLite has: `||` joins text, and a backslash is an ordinary character.
const MYSQL_MODE: &str = "STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,\
                          NO_ENGINE_SUBSTITUTION,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES";

/// Which engine runs the statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, embedded.
    Sqlite,
    /// MySQL or MariaDB.
    MySql,
}

impl Engine {
    /// The name that OpenTelemetry gives it (`db.system.name`).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::MySql => "mysql",
        }
    }
}

/// Open connections.
#[derive(Debug)]
pub(crate) enum Pools {
    /// One connection that writes and several that only read: SQLite lets one transaction write at a time, and a queue
    /// in front of one connection waits where a second one would be refused.
    Sqlite { path: PathBuf, writer: SqlitePool, readers: SqlitePool },
    /// All connections are equal.
    MySql(MySqlPool),
}

impl Pools {
    pub(crate) async fn open(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        match &settings.location {
            DatabaseLocation::Sqlite { path, durability } => open_sqlite(settings, path, *durability).await,
            DatabaseLocation::MySql { url } => open_mysql(settings, url.expose_secret()).await,
        }
    }

    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::MySql(_) => Engine::MySql,
        }
    }

    /// `max` is what the settings say: SQLite has the one that writes beside.
    pub(crate) fn connections(&self, max: u32) -> Connections {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                let idle = idle(writer.num_idle(), writer.size()) + idle(readers.num_idle(), readers.size());
                Connections { open: writer.size() + readers.size(), idle, max: max + 1 }
            }
            Self::MySql(pool) => Connections { open: pool.size(), idle: idle(pool.num_idle(), pool.size()), max },
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::MySql(pool) => pool.close().await,
        }
    }
}

/// The connections of a pool that are idle. While one is taken and another given back, the pool's count of them can be one
/// below zero for a moment, which is a very large number.
fn idle(counted: usize, open: u32) -> u32 {
    u32::try_from(counted).ok().filter(|counted| *counted <= open).unwrap_or(0)
}

async fn open_sqlite(settings: &DatabaseSettings, path: &Path, durability: Durability) -> Result<Pools, DatabaseError> {
    create_private_file(path).map_err(|source| DatabaseError::File { path: path.display().to_string(), source })?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match durability {
            Durability::PowerLoss => SqliteSynchronous::Full,
            Durability::ProcessDeath => SqliteSynchronous::Normal,
        })
        .foreign_keys(true)
        .busy_timeout(settings.pool.lock_timeout)
        .statement_cache_capacity(PREPARED_STATEMENTS_MAX)
        .disable_statement_logging();
    let _lock = file_lock::lock(path).await?;
    let opened = async {
        // The writer goes first: it switches the file to the write-ahead log that the readers then find.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(settings.pool.acquire_timeout)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_release(|connection, _| Box::pin(is_out_of_transaction(connection)))
            .connect_with(options.clone().optimize_on_close(true, SQLITE_ANALYSIS_ROWS))
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(settings.pool.connections_max)
            .acquire_timeout(settings.pool.acquire_timeout)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Pools::Sqlite { path: path.to_owned(), writer, readers })
    };
    opened.await.map_err(|source| DatabaseError::Unavailable { subgraph: settings.subgraph.clone(), source })
}

/// Whether the connection can be used again. SQLite undoes a transaction by itself when it cannot write; the driver, whose
/// own undoing then fails, would hold that connection to be in a transaction for ever.
async fn is_out_of_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // An undoing may be on its way: what is asked now is answered after it.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Creates the file and its folder when missing. Personal data lies in it, so only its owner may read it.
fn create_private_file(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn open_mysql(settings: &DatabaseSettings, url: &str) -> Result<Pools, DatabaseError> {
    let options = MySqlConnectOptions::from_str(url).map_err(|_| {
        DatabaseError::Settings("the MySQL address is not `mysql://user:password@host:port/schema`".into())
    })?;
    if options.get_database().is_none() {
        return Err(DatabaseError::Settings(
            "the MySQL address names no schema: `mysql://user:password@host/schema`".into(),
        ));
    }
    let options = options
        .charset("utf8mb4")
        .collation("utf8mb4_bin")
        .statement_cache_capacity(PREPARED_STATEMENTS_MAX)
        .disable_statement_logging();
    // READ COMMITTED: a transaction sees what others have committed, as it does behind SQLite's single writer, and takes
    // no gap locks, which are what most deadlocks of REPEATABLE READ come from. Who reads in order to write says so with
    // `Query::locking`.
    let session = format!(
        "SET SESSION sql_mode = '{MYSQL_MODE}', SESSION innodb_lock_wait_timeout = {}, \
         SESSION TRANSACTION_ISOLATION = 'READ-COMMITTED'",
        settings.pool.lock_timeout.as_secs().max(1)
    );
    // MariaDB before 11.1 knows the isolation only under its older name.
    let session_older = session.replace("TRANSACTION_ISOLATION", "tx_isolation");
    let pool = MySqlPoolOptions::new()
        .max_connections(settings.pool.connections_max)
        .acquire_timeout(settings.pool.acquire_timeout)
        .after_connect(move |connection, _| {
            let (session, session_older) = (session.clone(), session_older.clone());
            Box::pin(async move {
                match connection.execute(sqlx::AssertSqlSafe(session)).await {
                    Ok(_) => Ok(()),
                    Err(_) => connection.execute(sqlx::AssertSqlSafe(session_older)).await.map(drop),
                }
            })
        })
        .connect_with(options)
        .await
        .map_err(|error| error::classify(error, &settings.subgraph, "connect"))?;
    Ok(Pools::MySql(pool))
}

#[cfg(test)]
mod tests {
    use super::idle;

    #[test]
    fn a_pool_that_counts_below_zero_has_no_idle_connection() {
        assert_eq!((idle(3, 8), idle(8, 8), idle(usize::MAX, 8), idle(9, 8)), (3, 8, 0, 0));
    }
}
