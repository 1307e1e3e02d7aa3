//! Accounts that were closed, and what is erased of them.

use kit_database::{Database, DatabaseError, Executor, Transaction};
use kit_ids::UserId;

use crate::domain::User;

const WRITE: &str = "UPDATE users SET status = 'DEACTIVATED', version = ?, deactivated_at = ?, deactivated_by = ?,
  deactivated_reason = ? WHERE id = ?";
const DUE: &str =
    "SELECT id FROM users WHERE erased_at IS NULL AND deactivated_at <= ? ORDER BY deactivated_at LIMIT ?";
const ERASE: &str = "UPDATE users SET handle = ?, handle_changed_at = NULL, email = ?, email_verified_at = NULL,
  phone = NULL, display_name = ?, avatar_url = NULL, bio = NULL, interests = '[]', company_id = NULL, team_id = NULL,
  nx = NULL, ny = NULL, version = ?, deactivated_reason = NULL, erased_at = ? WHERE id = ? AND erased_at IS NULL";
/// What else tells of a person, beside the row of the user.
const FORGET: [&str; 5] = [
    "UPDATE login_events SET ip = NULL, user_agent = NULL WHERE user_id = ?",
    "UPDATE sessions SET ip = NULL, device = NULL WHERE user_id = ?",
    "DELETE FROM credentials WHERE user_id = ?",
    "DELETE FROM password_resets WHERE user_id = ?",
    "DELETE FROM notifications WHERE user_id = ?",
];

/// How an account was closed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Departure<'r> {
    pub(crate) at: i64,
    pub(crate) by: UserId,
    pub(crate) reason: Option<&'r str>,
}

/// Writes that an account is closed.
pub(crate) async fn write(
    transaction: &mut Transaction,
    user: &User,
    departure: Departure<'_>,
) -> Result<(), DatabaseError> {
    let write = transaction.query(WRITE).bind(user.version).bind(departure.at).bind(departure.by);
    write.bind(departure.reason).bind(user.id).execute().await.map(drop)
}

/// Accounts that were closed until a moment and still tell of somebody, the longest closed first.
pub(crate) async fn due(database: &Database, until: i64, count_max: i64) -> Result<Vec<UserId>, DatabaseError> {
    let rows = database.query(DUE).bind(until).bind(count_max).fetch_all().await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Writes what is left of a person; false when that was done before.
pub(crate) async fn erase(transaction: &mut Transaction, user: &User, now: i64) -> Result<bool, DatabaseError> {
    let erase = transaction.query(ERASE).bind(&user.handle).bind(&user.email).bind(&user.display_name);
    if erase.bind(user.version).bind(now).bind(user.id).execute().await?.rows == 0 {
        return Ok(false);
    }
    for forget in FORGET {
        transaction.query(forget).bind(user.id).execute().await?;
    }
    Ok(true)
}

/// Forgets handles that are free again.
pub(crate) async fn purge_reservations(on: impl Executor<'_>, now: i64) -> Result<u64, DatabaseError> {
    let purge = "DELETE FROM reserved_handles WHERE reserved_until <= ?";
    Ok(on.query(purge).bind(now).execute().await?.rows)
}
