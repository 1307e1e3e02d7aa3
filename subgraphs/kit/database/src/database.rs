//! The open database of one subgraph.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::constraint::ConstraintNames;
use crate::engine::Pools;
use crate::query::Target;
use crate::statement::Statements;
use crate::{
    DatabaseError, DatabaseSettings, Engine, KIT_MIGRATIONS, Migrations, Query, StatementRecording, Transaction,
    Upsert, migration, ownership,
};

/// The connections of a database, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Those that are open.
    pub open: u32,
    /// Of them, those that nobody uses.
    pub idle: u32,
    /// Those that there may be.
    pub max: u32,
}

/// The open database of one subgraph. Clones share its connections.
#[derive(Clone)]
pub struct Database(Arc<Opened>);

struct Opened {
    subgraph: String,
    pools: Pools,
    settings: DatabaseSettings,
    statements: Statements,
    constraint_names: ConstraintNames,
    signals: Mutex<HashMap<&'static str, Arc<Notify>>>,
}

impl Database {
    /// Opens the database, creating the file of an embedded one, and makes sure that it is the subgraph's own (P2).
    ///
    /// # Errors
    /// [`DatabaseError::OtherOwner`] when it is recorded as another subgraph's; [`DatabaseError::Unavailable`],
    /// [`DatabaseError::File`] or [`DatabaseError::Settings`] when it cannot be opened.
    pub async fn open(settings: DatabaseSettings) -> Result<Self, DatabaseError> {
        let pools = Pools::open(&settings).await?;
        let database = Self(Arc::new(Opened {
            subgraph: settings.subgraph.clone(),
            pools,
            statements: Statements::new(&settings.subgraph),
            settings,
            constraint_names: ConstraintNames::default(),
            signals: Mutex::default(),
        }));
        ownership::claim(&database).await?;
        Ok(database)
    }

    /// Brings the schema forward: the kit's tables first, then `migrations`. Safe to call from several processes.
    ///
    /// Returns the names of the files that were applied now.
    ///
    /// # Errors
    /// [`DatabaseError::Migration`] when a file fails, was changed after it had been applied, or is unknown to this
    /// program although it has been applied.
    pub async fn migrate(&self, migrations: &Migrations) -> Result<Vec<String>, DatabaseError> {
        let mut applied = self.migrate_only(&KIT_MIGRATIONS).await?;
        applied.extend(self.migrate_only(migrations).await?);
        Ok(applied)
    }

    /// As [`Database::migrate`], without the kit's tables: for databases that are no subgraph's, such as the event log.
    ///
    /// # Errors
    /// As [`Database::migrate`].
    pub async fn migrate_only(&self, migrations: &Migrations) -> Result<Vec<String>, DatabaseError> {
        migration::run(self, migrations).await
    }

    /// Begins a statement of its own. On SQLite, `fetch_*` reads beside the writer and must not write.
    pub fn query(&self, sql: &'static str) -> Query<'_> {
        Query::new(Target::Database(self), sql.into())
    }

    /// Begins an upsert of its own, as [`crate::Executor::upsert`].
    pub fn upsert(&self, upsert: &Upsert) -> Query<'_> {
        crate::Executor::upsert(self, upsert)
    }

    /// Begins a transaction. Prefer [`crate::in_transaction!`], which also commits, rolls back and repeats.
    ///
    /// # Errors
    /// [`DatabaseError::Unavailable`] without a free connection; [`DatabaseError::Contention`] when another process
    /// writes to the same file for too long.
    pub async fn begin(&self) -> Result<Transaction, DatabaseError> {
        Transaction::begin(self).await
    }

    /// Wakes up when a transaction of this process commits that called [`Transaction::signal_on_commit`] with `name`.
    ///
    /// A signal without a waiter is kept for the next one; several are kept as one.
    #[must_use]
    pub fn signal(&self, name: &'static str) -> Arc<Notify> {
        let mut signals = self.0.signals.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(signals.entry(name).or_default())
    }

    /// The subgraph whose data it holds.
    #[must_use]
    pub fn subgraph(&self) -> &str {
        &self.0.subgraph
    }

    /// Which engine it runs on.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.0.pools.engine()
    }

    /// Asks the engine for an answer: for readiness.
    ///
    /// # Errors
    /// As the engine reports it.
    pub async fn ping(&self) -> Result<(), DatabaseError> {
        self.query("SELECT 1").fetch_one().await.map(drop)
    }

    /// Statements issued since it was opened; `BEGIN` and `COMMIT` do not count. For tests (P16).
    #[must_use]
    pub fn statements_issued(&self) -> u64 {
        self.0.statements.issued()
    }

    /// Starts to record the texts of all statements: for tests (P16). One recording at a time.
    pub fn record_statements(&self) -> StatementRecording {
        StatementRecording::start(self.clone())
    }

    /// Waits for the statements under way and closes all connections. Every later use fails.
    pub async fn close(&self) {
        self.0.pools.close().await;
    }

    /// Its connections, at this moment.
    #[must_use]
    pub fn connections(&self) -> Connections {
        self.0.pools.connections(self.0.settings.pool.connections_max)
    }

    pub(crate) fn pools(&self) -> &Pools {
        &self.0.pools
    }

    pub(crate) fn statements(&self) -> &Statements {
        &self.0.statements
    }

    pub(crate) fn constraint_names(&self) -> &ConstraintNames {
        &self.0.constraint_names
    }

    pub(crate) fn statement_timeout(&self) -> Duration {
        self.0.settings.pool.statement_timeout
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Database").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}
