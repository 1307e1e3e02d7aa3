//! A MySQL connection that is given up rather than used again when its work was interrupted.

use sqlx::mysql::{MySql, MySqlConnection, MySqlPool, MySqlQueryResult};
use sqlx::pool::PoolConnection;
use sqlx::{Error, Executor};

/// A connection of the pool, for one statement or one transaction.
///
/// Work on it can be interrupted anywhere: a client hangs up, or a statement takes too long. The driver cannot tell
/// then which answers of the server are still to come, and would wait for ever for one that never does. So a connection
/// goes back to the pool only between statements and outside of transactions, and is closed otherwise: the server then
/// rolls back.
pub(crate) struct MySqlSession {
    connection: PoolConnection<MySql>,
    /// A statement has been begun and has not come to its end.
    is_busy: bool,
    is_in_transaction: bool,
}

impl MySqlSession {
    pub(crate) async fn acquire(pool: &MySqlPool) -> Result<Self, Error> {
        Ok(Self { connection: pool.acquire().await?, is_busy: false, is_in_transaction: false })
    }

    /// The connection, for one statement. Say with [`Self::end`] that it has come to its end.
    pub(crate) fn begin(&mut self) -> &mut MySqlConnection {
        self.is_busy = true;
        &mut self.connection
    }

    /// The statement has been answered. Any failure but one that the server reports leaves the connection in doubt.
    pub(crate) fn end(&mut self, failure: Option<&Error>) {
        self.is_busy = failure.is_some_and(|error| error.as_database_error().is_none());
    }

    pub(crate) async fn begin_transaction(&mut self) -> Result<(), Error> {
        self.is_in_transaction = true;
        self.command("BEGIN").await.map(drop)
    }

    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        self.command("COMMIT").await?;
        self.is_in_transaction = false;
        Ok(())
    }

    pub(crate) async fn rollback(mut self) -> Result<(), Error> {
        self.command("ROLLBACK").await?;
        self.is_in_transaction = false;
        Ok(())
    }

    async fn command(&mut self, command: &'static str) -> Result<MySqlQueryResult, Error> {
        let outcome = self.begin().execute(command).await;
        self.end(outcome.as_ref().err());
        outcome
    }
}

impl Drop for MySqlSession {
    fn drop(&mut self) {
        if self.is_busy || self.is_in_transaction {
            self.connection.close_on_drop();
        }
    }
}
