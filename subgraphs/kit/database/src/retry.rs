//! Doing the work of a transaction, again when another transaction was in the way.

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{Database, DatabaseError, Transaction, error};

/// Times that the work is done at most. Five losses in a row mean a design that contends, not bad luck.
const ATTEMPTS_MAX: u32 = 5;
/// The first pause; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// Does work in a transaction: commits when it is `Ok`, rolls back when it is `Err`, and does it all again, a few times
/// at most, when another transaction was in the way. So the work must have no effect outside of the transaction.
///
/// The work is a block with a `Result`; `?` in it leaves the block. It sees the transaction as `&mut Transaction`, and
/// can borrow what is around it. The error is any type that converts from [`DatabaseError`] and keeps it as a source.
///
/// A macro and not a method, because the compiler cannot see that the future of an `async` closure is `Send` once the
/// closure borrows anything.
///
/// ```
/// # use kit_database::{Database, DatabaseError, in_transaction};
/// async fn rename(database: &Database, slug: &str, title: &str) -> Result<(), DatabaseError> {
///     in_transaction!(database, |transaction| {
///         transaction.query("UPDATE courses SET title = ? WHERE slug = ?").bind(title).bind(slug).execute().await?;
///         Ok(())
///     })
/// }
/// ```
#[macro_export]
macro_rules! in_transaction {
    ($database:expr, |$transaction:ident| $work:block) => {{
        let mut attempts = $crate::Attempts::on(&$database);
        loop {
            let settled = match attempts.begin().await {
                Ok(mut begun) => {
                    let $transaction: &mut $crate::Transaction = &mut begun;
                    let outcome = async { $work }.await;
                    attempts.settle(begun, outcome).await
                }
                Err(error) => attempts.refuse(error.into()).await,
            };
            if let Some(result) = settled {
                break result;
            }
        }
    }};
}

/// The attempts of one [`in_transaction!`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Attempts<'d> {
    database: &'d Database,
    made: u32,
}

impl<'d> Attempts<'d> {
    /// None so far.
    #[must_use]
    pub fn on(database: &'d Database) -> Self {
        Self { database, made: 0 }
    }

    /// Begins the next one.
    ///
    /// # Errors
    /// As [`Database::begin`].
    pub async fn begin(&mut self) -> Result<Transaction, DatabaseError> {
        self.made += 1;
        self.database.begin().await
    }

    /// Commits or rolls back. Nothing when the work is to be done again.
    pub async fn settle<T, E>(&self, transaction: Transaction, outcome: Result<T, E>) -> Option<Result<T, E>>
    where
        E: From<DatabaseError> + Error + 'static,
    {
        let failure = match outcome {
            Ok(value) => match transaction.commit().await {
                Ok(()) => return Some(Ok(value)),
                Err(error) => E::from(error),
            },
            Err(failure) => {
                // The work's own failure is what the caller needs to hear; an undo that fails has undone all the same.
                if let Err(error) = transaction.rollback().await {
                    tracing::debug!(%error, "a rollback failed; the engine rolls back when the connection closes");
                }
                failure
            }
        };
        self.refuse(failure).await
    }

    /// The failure itself, or nothing, after a pause, when the work is to be done again.
    pub async fn refuse<T, E: Error + 'static>(&self, failure: E) -> Option<Result<T, E>> {
        if self.made >= ATTEMPTS_MAX || !is_contention(&failure) {
            return Some(Err(failure));
        }
        tracing::debug!(attempt = self.made, subgraph = self.database.subgraph(), "another transaction was in the way");
        tokio::time::sleep(pause(self.made)).await;
        None
    }
}

/// Looks for contention along the chain of sources, since a domain error wraps the database's.
fn is_contention(failure: &(dyn Error + 'static)) -> bool {
    let mut next = Some(failure);
    while let Some(error) = next {
        if error.downcast_ref::<DatabaseError>().is_some_and(DatabaseError::is_contention) {
            return true;
        }
        // `#[error(transparent)]` hides the database error itself, but not the driver's error below it.
        if let Some(sqlx::Error::Database(database)) = error.downcast_ref::<sqlx::Error>() {
            return error::is_contention(database.as_ref());
        }
        next = error.source();
    }
    false
}

/// Doubles with each attempt. The clock's nanoseconds add up to as much again, so that two that collided part.
fn pause(attempt: u32) -> Duration {
    let base = FIRST_PAUSE * 2_u32.pow(attempt - 1);
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    base + base * (nanoseconds % 64) / 64
}
