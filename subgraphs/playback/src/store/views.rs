//! `counted_views`: the views of the last day, each with its person.

use kit_database::{DatabaseError, Executor, Transaction};
use kit_ids::{PlayableId, UserId};

use super::key;

const LAST: &str = "SELECT MAX(counted_at) AS counted_at FROM counted_views WHERE playable_id = ? AND user_id = ?";
const INSERT: &str = "INSERT INTO counted_views (playable_id, user_id, counted_at, playable_kind) VALUES (?, ?, ?, ?)";
const FORGET: &str = "DELETE FROM counted_views WHERE counted_at <= ?";

/// When a view of a person was counted last.
pub(crate) async fn last(
    on: impl Executor<'_>,
    playable: PlayableId,
    user: UserId,
) -> Result<Option<i64>, DatabaseError> {
    on.query(LAST).bind(key(playable)).bind(user).fetch_one().await?.get("counted_at")
}

/// Writes that a view was counted.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    playable: PlayableId,
    user: UserId,
    at: i64,
) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(key(playable)).bind(user).bind(at);
    insert.bind(playable.prefix()).execute().await.map(drop)
}

/// Forgets views of that time and before; how many.
pub(crate) async fn forget(on: impl Executor<'_>, until: i64) -> Result<u64, DatabaseError> {
    Ok(on.query(FORGET).bind(until).execute().await?.rows)
}
