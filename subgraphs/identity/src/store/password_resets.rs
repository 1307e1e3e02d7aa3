//! `password_reset_requests` and `password_resets`.

use kit_database::{Database, DatabaseError, Row, Transaction};
use kit_ids::UserId;

use crate::domain::{ResetRequest, ResetRequestId, StoredReset};

const ASK: &str = "INSERT INTO password_reset_requests (id, email, requested_at, next_at) VALUES (?, ?, ?, ?)";
const DUE: &str =
    "SELECT id, email, attempts FROM password_reset_requests WHERE next_at <= ? ORDER BY next_at, id LIMIT ?";
const CLAIM: &str = "UPDATE password_reset_requests SET next_at = ? WHERE id = ? AND next_at <= ?";
const RETRY: &str = "UPDATE password_reset_requests SET attempts = attempts + 1, next_at = ? WHERE id = ?";
const REMOVE: &str = "DELETE FROM password_reset_requests WHERE id = ?";
const INSERT: &str = "INSERT INTO password_resets (hash, user_id, expires_at) VALUES (?, ?, ?)";
const READ: &str = "SELECT user_id, expires_at, used_at FROM password_resets WHERE hash = ?";
const USE_ALL: &str = "UPDATE password_resets SET used_at = ? WHERE user_id = ? AND used_at IS NULL";
const PURGE: &str = "DELETE FROM password_resets WHERE expires_at < ?";

/// Writes down that somebody asks.
pub(crate) async fn ask(
    transaction: &mut Transaction,
    id: ResetRequestId,
    email: &str,
    now: i64,
) -> Result<(), DatabaseError> {
    transaction.query(ASK).bind(id).bind(email).bind(now).bind(now).execute().await.map(drop)
}

/// What is to be answered by now, the longest waiting first.
pub(crate) async fn due(database: &Database, now: i64, count_max: i64) -> Result<Vec<ResetRequest>, DatabaseError> {
    let rows = database.query(DUE).bind(now).bind(count_max).fetch_all().await?;
    let request =
        |row: &Row| Ok(ResetRequest { id: row.get("id")?, email: row.get("email")?, attempts: row.get("attempts")? });
    rows.iter().map(request).collect()
}

/// Keeps others from answering it until then; false when somebody else was faster.
pub(crate) async fn claim(
    database: &Database,
    id: ResetRequestId,
    now: i64,
    until: i64,
) -> Result<bool, DatabaseError> {
    Ok(database.query(CLAIM).bind(until).bind(id).bind(now).execute().await?.rows == 1)
}

/// Notes a failure.
pub(crate) async fn retry(database: &Database, id: ResetRequestId, next_at: i64) -> Result<(), DatabaseError> {
    database.query(RETRY).bind(next_at).bind(id).execute().await.map(drop)
}

/// Forgets a request that is answered, or given up.
pub(crate) async fn remove(database: &Database, id: ResetRequestId) -> Result<(), DatabaseError> {
    database.query(REMOVE).bind(id).execute().await.map(drop)
}

/// Writes a new token.
pub(crate) async fn insert(
    database: &Database,
    hash: &[u8; 32],
    user: UserId,
    expires_at: i64,
) -> Result<(), DatabaseError> {
    database.query(INSERT).bind(hash).bind(user).bind(expires_at).execute().await.map(drop)
}

/// The token, locked until the transaction ends.
pub(crate) async fn lock(transaction: &mut Transaction, hash: &[u8; 32]) -> Result<Option<StoredReset>, DatabaseError> {
    let row = transaction.query(READ).bind(hash).locking().fetch_optional().await?;
    let stored = |row: Row| {
        Ok(StoredReset {
            user_id: row.get("user_id")?,
            expires_at: row.get("expires_at")?,
            used_at: row.get("used_at")?,
        })
    };
    row.map(stored).transpose()
}

/// Uses up every token of a user.
pub(crate) async fn use_all(transaction: &mut Transaction, user: UserId, now: i64) -> Result<(), DatabaseError> {
    transaction.query(USE_ALL).bind(now).bind(user).execute().await.map(drop)
}

/// Forgets tokens that ended before a moment.
pub(crate) async fn purge(database: &Database, before: i64) -> Result<(), DatabaseError> {
    database.query(PURGE).bind(before).execute().await.map(drop)
}
