//! Where the data of one subgraph lies, and how many connections and how much patience it gets.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use crate::DatabaseError;

/// What it takes to open the database of one subgraph, and of no other (P2).
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// The subgraph that owns the data, for instance `learning`.
    pub subgraph: String,
    /// The engine and the place.
    pub location: DatabaseLocation,
    /// Connections and time limits.
    pub pool: PoolSettings,
}

impl DatabaseSettings {
    /// The embedded default: `<data directory>/<subgraph>.db`.
    #[must_use]
    pub fn embedded(subgraph: &str, data_directory: &Path) -> Self {
        let path = data_directory.join(format!("{subgraph}.db"));
        Self::new(subgraph, DatabaseLocation::Sqlite { path, durability: Durability::PowerLoss })
    }

    /// A database at `location` with the default limits.
    #[must_use]
    pub fn new(subgraph: &str, location: DatabaseLocation) -> Self {
        Self { subgraph: subgraph.to_owned(), location, pool: PoolSettings::default() }
    }
}

/// An engine and a place.
#[derive(Clone)]
pub enum DatabaseLocation {
    /// A file of this machine.
    Sqlite {
        /// Created with its folder when missing.
        path: PathBuf,
        /// What an acknowledged write survives.
        durability: Durability,
    },
    /// A MySQL or MariaDB server.
    MySql {
        /// `mysql://user:password@host:port/schema`, secret because of the password.
        url: SecretString,
    },
}

impl DatabaseLocation {
    /// Reads `sqlite:<path>`, `mysql://…` or `mariadb://…`.
    ///
    /// # Errors
    /// [`DatabaseError::Settings`] for any other scheme or an empty path.
    pub fn parse(text: &str) -> Result<Self, DatabaseError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(DatabaseError::Settings(
                    "`sqlite:` needs a path, for instance `sqlite:data/learning.db`".into(),
                ));
            }
            return Ok(Self::Sqlite { path: PathBuf::from(path), durability: Durability::PowerLoss });
        }
        if let Some(rest) = text.strip_prefix("mariadb://") {
            return Ok(Self::MySql { url: SecretString::from(format!("mysql://{rest}")) });
        }
        if text.starts_with("mysql://") {
            return Ok(Self::MySql { url: SecretString::from(text) });
        }
        // The text may hold a password, so only its scheme is quoted.
        let scheme = text.split(':').next().unwrap_or_default();
        Err(DatabaseError::Settings(format!(
            "`{scheme}` is no known database; use `sqlite:<path>` or `mysql://user:password@host/schema`"
        )))
    }
}

impl fmt::Debug for DatabaseLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path, .. } => write!(formatter, "sqlite:{}", path.display()),
            Self::MySql { .. } => formatter.write_str("mysql://(not shown)"),
        }
    }
}

/// What an acknowledged write to SQLite survives. On MySQL the server's `innodb_flush_log_at_trx_commit` decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `synchronous = FULL`: the write-ahead log is flushed to the disk before a commit answers, so the write outlives a
    /// power cut. The default, because an acknowledged mutation is a promise; it costs one flush per commit.
    PowerLoss,
    /// `synchronous = NORMAL`: outlives the death of the process (`kill -9`), while a power cut may take the last
    /// commits. For tests, and for data that can be made again.
    ProcessDeath,
}

/// Connections and time limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSettings {
    /// Most connections: readers on SQLite (the writer is one more), all on MySQL. Eight keep two cores busy.
    pub connections_max: u32,
    /// Longest wait for a free connection before the caller hears [`DatabaseError::Unavailable`].
    pub acquire_timeout: Duration,
    /// Longest wait for a lock of another transaction or process.
    pub lock_timeout: Duration,
    /// Longest run of one statement. Migrations are exempt.
    pub statement_timeout: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            connections_max: 8,
            acquire_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
        }
    }
}
