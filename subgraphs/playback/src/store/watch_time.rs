//! `watch_time`: how long people watched, by hour.

use std::collections::BTreeMap;

use kit_database::{DatabaseError, Executor, Transaction, Upsert};
use kit_ids::UserId;

use crate::domain::WatchHour;

const OF_USER: &str = "SELECT hour_start, watched_ms FROM watch_time WHERE user_id = ? AND hour_start >= ?";
const ADD: Upsert = Upsert::into("watch_time").key(&["user_id", "hour_start"]).add(&["watched_ms"]);

/// The hours in which a person watched, since then.
pub(crate) async fn of_user(on: impl Executor<'_>, user: UserId, since: i64) -> Result<Vec<WatchHour>, DatabaseError> {
    let rows = on.query(OF_USER).bind(user).bind(since).fetch_all().await?;
    rows.iter()
        .map(|row| Ok(WatchHour { hour_start: row.get("hour_start")?, watched_ms: row.get("watched_ms")? }))
        .collect()
}

/// Adds what a person has watched, by the beginnings of hours.
pub(crate) async fn add(
    transaction: &mut Transaction,
    user: UserId,
    watched_ms: &BTreeMap<i64, i64>,
) -> Result<(), DatabaseError> {
    for (hour_start, watched_ms) in watched_ms {
        transaction.upsert(&ADD).bind(user).bind(*hour_start).bind(*watched_ms).execute().await?;
    }
    Ok(())
}
