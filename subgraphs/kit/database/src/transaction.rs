//! Several statements that take effect together or not at all.

use std::fmt;

use sqlx::Sqlite;
use sqlx::mysql::MySqlPool;
use tracing::Instrument;

use crate::engine::Pools;
use crate::mysql_session::MySqlSession;
use crate::query::Target;
use crate::{Database, DatabaseError, Engine, Executor, Query, Upsert, error, statement};

/// A transaction in progress. Rolls back when it is dropped without a commit.
///
/// On SQLite it holds the only writing connection (`BEGIN IMMEDIATE`), so that transactions run one after the other; on
/// MySQL it runs at READ COMMITTED beside others, and what it reads in order to write it reads with [`Query::locking`].
/// Open none inside another one: on SQLite the inner one would wait for the outer one until the time limit.
pub struct Transaction {
    database: Database,
    open: OpenTransaction,
    ended: bool,
    signals: Vec<&'static str>,
    after_commit: Vec<Box<dyn FnOnce() + Send + Sync>>,
}

pub(crate) enum OpenTransaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    MySql(MySqlSession),
}

impl Transaction {
    pub(crate) async fn begin(database: &Database) -> Result<Self, DatabaseError> {
        let begin = async {
            match database.pools() {
                Pools::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(OpenTransaction::Sqlite),
                Pools::MySql(pool) => begin_on_mysql(pool).await.map(OpenTransaction::MySql),
            }
        };
        let open = observed(database, "BEGIN", begin).await?;
        Ok(Self { database: database.clone(), open, ended: false, signals: Vec::new(), after_commit: Vec::new() })
    }

    /// Begins a statement, as [`Executor::query`].
    pub fn query(&mut self, sql: &'static str) -> Query<'_> {
        Query::new(Target::Transaction(self), sql.into())
    }

    /// Begins an upsert, as [`Executor::upsert`].
    pub fn upsert(&mut self, upsert: &Upsert) -> Query<'_> {
        Executor::upsert(self, upsert)
    }

    /// Which engine it runs on.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.database.engine()
    }

    /// The subgraph whose data it changes.
    #[must_use]
    pub fn subgraph(&self) -> &str {
        self.database.subgraph()
    }

    /// Wakes whoever waits on [`Database::signal`] of that name, once and only when this transaction commits.
    pub fn signal_on_commit(&mut self, name: &'static str) {
        if !self.signals.contains(&name) {
            self.signals.push(name);
        }
    }

    /// Does something once and only when this transaction commits: something quick that cannot fail, such as telling
    /// those who listen. What must not be lost goes into the transaction itself.
    pub fn after_commit(&mut self, work: impl FnOnce() + Send + Sync + 'static) {
        self.after_commit.push(Box::new(work));
    }

    /// Makes everything done in it permanent.
    ///
    /// # Errors
    /// [`DatabaseError::TransactionEnded`] after a failure that ended it; otherwise as the engine reports it, and then
    /// nothing was done.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        self.check_open()?;
        let Self { database, open, signals, after_commit, .. } = self;
        let commit = async {
            match open {
                OpenTransaction::Sqlite(transaction) => transaction.commit().await,
                OpenTransaction::MySql(session) => session.commit().await,
            }
        };
        observed(&database, "COMMIT", commit).await?;
        for name in signals {
            database.signal(name).notify_one();
        }
        after_commit.into_iter().for_each(|work| work());
        Ok(())
    }

    /// Undoes everything done in it, and waits until that has happened.
    ///
    /// # Errors
    /// As the engine reports it; nothing was done then, either.
    pub async fn rollback(self) -> Result<(), DatabaseError> {
        let Self { database, open, .. } = self;
        let roll_back = async {
            match open {
                OpenTransaction::Sqlite(transaction) => transaction.rollback().await,
                OpenTransaction::MySql(session) => session.rollback().await,
            }
        };
        observed(&database, "ROLLBACK", roll_back).await
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn open(&mut self) -> &mut OpenTransaction {
        &mut self.open
    }

    /// Marks it as ended by a failure. MySQL has already undone a deadlocked transaction, and statements after that
    /// would run outside of any.
    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    pub(crate) fn check_open(&self) -> Result<(), DatabaseError> {
        if self.ended { Err(DatabaseError::TransactionEnded) } else { Ok(()) }
    }
}

/// Does what a command does, in its span.
async fn observed<T>(
    database: &Database,
    command: &'static str,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, DatabaseError> {
    let span = statement::command_span(database, command);
    // On the heap, as the future of a statement is.
    let done = Box::pin(work).instrument(span.clone()).await;
    let done = done.map_err(|error| error::classify(error, database.subgraph(), command));
    if let Err(error) = &done {
        statement::fail(&span, error);
    }
    done
}

async fn begin_on_mysql(pool: &MySqlPool) -> Result<MySqlSession, sqlx::Error> {
    let mut session = MySqlSession::acquire(pool).await?;
    session.begin_transaction().await?;
    Ok(session)
}

impl fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Transaction").field("database", &self.database).field("ended", &self.ended).finish()
    }
}
