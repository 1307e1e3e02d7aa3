//! Removing what nobody needs any more, for a timer of the service.

use kit_database::{Database, DatabaseError};

/// How long published events and notes of the inbox are kept: much longer than any log keeps events, because a delivery
/// that comes after its note has gone would take effect again.
pub const RETENTION_US: i64 = 30 * 24 * 60 * 60 * 1_000_000;

const PURGES: [&str; 4] = [
    "DELETE FROM outbox WHERE published_at < ?",
    "DELETE FROM inbox WHERE processed_at < ?",
    "DELETE FROM delivery_failures WHERE failed_at < ?",
    "DELETE FROM dead_letters WHERE replayed_at < ?",
];

/// Removes what is older than [`RETENTION_US`], and returns how many rows it was. `now` is in UTC microseconds.
///
/// # Errors
/// As the engine reports it.
pub async fn purge(database: &Database, now: i64) -> Result<u64, DatabaseError> {
    let mut removed = 0;
    for purge in PURGES {
        removed += database.query(purge).bind(now - RETENTION_US).execute().await?.rows;
    }
    Ok(removed)
}
