//! `departures`: whose accounts were closed, as identity tells.

use kit_database::{DatabaseError, Executor, Transaction, Upsert};
use kit_ids::UserId;

const KEEP: Upsert = Upsert::into("departures").key(&["user_id"]).insert_only(&["departed_at"]);
const HAS_LEFT: &str = "SELECT departed_at FROM departures WHERE user_id = ?";

/// Keeps that somebody's account was closed.
pub(crate) async fn keep(transaction: &mut Transaction, user: UserId, at: i64) -> Result<(), DatabaseError> {
    transaction.upsert(&KEEP).bind(user).bind(at).execute().await.map(drop)
}

/// Whether somebody's account was closed.
pub(crate) async fn has_left(on: impl Executor<'_>, user: UserId) -> Result<bool, DatabaseError> {
    Ok(on.query(HAS_LEFT).bind(user).fetch_optional().await?.is_some())
}
