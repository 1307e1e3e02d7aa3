//! The SQL: the only place that knows tables.

use kit_database::{DatabaseError, Executor, Upsert};
use kit_ids::UserId;

use crate::domain::Motto;

const KEEP: Upsert = Upsert::into("mottoes").key(&["user_id"]).replace(&["motto", "changed_at"]);

pub(crate) async fn of_users(on: impl Executor<'_>, users: &[UserId]) -> Result<Vec<(UserId, String)>, DatabaseError> {
    let query = on.query("SELECT user_id, motto FROM mottoes WHERE user_id IN (..)");
    let rows = query.bind_list(users.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("user_id")?, row.get("motto")?))).collect()
}

pub(crate) async fn keep(on: impl Executor<'_>, user: UserId, motto: &Motto, now: i64) -> Result<(), DatabaseError> {
    on.upsert(&KEEP).bind(user).bind(motto.as_str()).bind(now).execute().await.map(drop)
}
