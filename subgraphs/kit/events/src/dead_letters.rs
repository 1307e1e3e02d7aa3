//! Events that a consumer could not deal with, and how an administrator has them dealt with after all.

use kit_database::{Database, DatabaseError, Transaction, Upsert, in_transaction};

use crate::time::now_us;
use crate::{Consumer, Event, EventId, HandlerError, delivery};

/// Most dead letters that [`list`] returns.
pub const LISTED_MAX: i64 = 100;
/// Longest error that is kept, in bytes: more would not fit the column on every engine.
const ERROR_LENGTH_MAX: usize = 2_000;

const PUT: Upsert = Upsert::into("dead_letters").key(&["consumer", "event_id"]).replace(&[
    "event",
    "error",
    "attempts",
    "failed_at",
    "replayed_at",
]);
const FORGET_FAILURES: &str = "DELETE FROM delivery_failures WHERE consumer = ? AND event_id = ?";
const LIST: &str = "SELECT consumer, event, error, attempts, failed_at FROM dead_letters
  WHERE replayed_at IS NULL ORDER BY failed_at LIMIT ?";
const READ: &str = "SELECT event FROM dead_letters WHERE consumer = ? AND event_id = ? AND replayed_at IS NULL";
const COUNT: &str = "SELECT COUNT(*) AS letters FROM dead_letters WHERE replayed_at IS NULL";
const UNSETTLED: &str =
    "SELECT consumer, event_id FROM dead_letters WHERE replayed_at IS NULL ORDER BY failed_at, event_id, consumer";
const CONSUMERS_OF: &str = "SELECT consumer FROM dead_letters WHERE event_id = ? ORDER BY consumer";
const MARK: &str = "UPDATE dead_letters SET replayed_at = ? WHERE consumer = ? AND event_id = ?";

/// An event that was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// Who could not deal with it.
    pub consumer: String,
    /// The event.
    pub event: Event,
    /// What the last attempt said.
    pub error: String,
    /// How many attempts there were.
    pub attempts: u32,
    /// When the last one was, in UTC microseconds.
    pub failed_at: i64,
}

/// What became of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replayed {
    /// The effect has happened now.
    Done,
    /// The effect had happened before; the dead letter is settled.
    Duplicate,
    /// There is no such dead letter, or it is settled.
    NotFound,
}

/// The dead letters that are not settled, oldest first, [`LISTED_MAX`] at most.
///
/// # Errors
/// As the engine reports it.
pub async fn list(database: &Database) -> Result<Vec<DeadLetter>, DatabaseError> {
    let mut letters = Vec::new();
    for row in database.query(LIST).bind(LISTED_MAX).fetch_all().await? {
        letters.push(DeadLetter {
            consumer: row.get("consumer")?,
            event: serde_json::from_str(&row.get::<String>("event")?)?,
            error: row.get("error")?,
            attempts: row.get("attempts")?,
            failed_at: row.get("failed_at")?,
        });
    }
    Ok(letters)
}

/// How many dead letters are not settled.
///
/// # Errors
/// As the engine reports it.
pub async fn count(database: &Database) -> Result<i64, DatabaseError> {
    database.query(COUNT).fetch_one().await?.get("letters")
}

/// Consumer and event of every dead letter that is not settled, oldest first.
///
/// # Errors
/// As the engine reports it.
pub async fn unsettled(database: &Database) -> Result<Vec<(String, EventId)>, DatabaseError> {
    let rows = database.query(UNSETTLED).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("consumer")?, row.get("event_id")?))).collect()
}

/// The consumers that have given up an event, those whose dead letter is settled included.
///
/// # Errors
/// As the engine reports it.
pub async fn consumers_of(database: &Database, event_id: EventId) -> Result<Vec<String>, DatabaseError> {
    let rows = database.query(CONSUMERS_OF).bind(event_id).fetch_all().await?;
    rows.iter().map(|row| row.get("consumer")).collect()
}

/// Gives a dead letter to its consumer once more, and settles it when that succeeds.
///
/// # Errors
/// The consumer's own: the dead letter stays as it is.
pub async fn replay(database: &Database, consumer: &dyn Consumer, event_id: EventId) -> Result<Replayed, HandlerError> {
    in_transaction!(database, |transaction| {
        let read = transaction.query(READ).bind(consumer.name()).bind(event_id).locking();
        let Some(row) = read.fetch_optional().await? else { return Ok(Replayed::NotFound) };
        let event: Event = serde_json::from_str(&row.get::<String>("event")?).map_err(DatabaseError::from)?;
        let is_first = delivery::note(&event, consumer, transaction).await?;
        if is_first {
            delivery::handle(&event, consumer, transaction).await?;
        }
        transaction.query(MARK).bind(now_us()).bind(consumer.name()).bind(event_id).execute().await?;
        Ok(if is_first { Replayed::Done } else { Replayed::Duplicate })
    })
}

/// Puts an event away. Its failures are forgotten, so that a later delivery would begin anew.
pub(crate) async fn put(
    transaction: &mut Transaction,
    event: &Event,
    consumer: &str,
    failure: &HandlerError,
    attempts: u32,
) -> Result<(), DatabaseError> {
    let mut error = failure.to_string();
    error.truncate(error.floor_char_boundary(ERROR_LENGTH_MAX));
    transaction
        .upsert(&PUT)
        .bind(consumer)
        .bind(event.id)
        .bind(serde_json::to_string(event)?)
        .bind(error)
        .bind(attempts)
        .bind(now_us())
        .bind(None::<i64>)
        .execute()
        .await?;
    transaction.query(FORGET_FAILURES).bind(consumer).bind(event.id).execute().await?;
    Ok(())
}
