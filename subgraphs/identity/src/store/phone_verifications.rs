//! `phone_verifications`.

use kit_database::{Database, DatabaseError, Row, Transaction};

use crate::domain::{StoredCode, VerificationId};

const SENT: &str = "SELECT COUNT(*) AS sent FROM phone_verifications WHERE phone = ? AND created_at > ?";
const INSERT: &str =
    "INSERT INTO phone_verifications (id, phone, code_hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?)";
const READ: &str = "SELECT code_hash, attempts, expires_at, verified_at FROM phone_verifications WHERE id = ?";
const MISS: &str = "UPDATE phone_verifications SET attempts = attempts + 1 WHERE id = ?";
const VERIFY: &str = "UPDATE phone_verifications SET verified_at = ?, token_hash = ? WHERE id = ?";
const PROVEN: &str =
    "SELECT id, phone FROM phone_verifications WHERE token_hash = ? AND used_at IS NULL AND verified_at > ?";
const USE: &str = "UPDATE phone_verifications SET used_at = ? WHERE id = ? AND used_at IS NULL";
const PURGE: &str = "DELETE FROM phone_verifications WHERE created_at < ?";

/// How many codes a number was sent since a moment.
pub(crate) async fn sent(transaction: &mut Transaction, phone: &str, since: i64) -> Result<i64, DatabaseError> {
    transaction.query(SENT).bind(phone).bind(since).fetch_one().await?.get("sent")
}

/// Writes a new code, which is good from `now` on.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    id: VerificationId,
    phone: &str,
    code_hash: &[u8; 32],
    (now, expires_at): (i64, i64),
) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(id).bind(phone).bind(code_hash);
    insert.bind(now).bind(expires_at).execute().await.map(drop)
}

/// The code, locked until the transaction ends.
pub(crate) async fn lock(
    transaction: &mut Transaction,
    id: VerificationId,
) -> Result<Option<StoredCode>, DatabaseError> {
    let row = transaction.query(READ).bind(id).locking().fetch_optional().await?;
    let stored = |row: Row| {
        Ok(StoredCode {
            code_hash: row.get("code_hash")?,
            attempts: row.get("attempts")?,
            expires_at: row.get("expires_at")?,
            verified_at: row.get("verified_at")?,
        })
    };
    row.map(stored).transpose()
}

/// Counts a wrong guess.
pub(crate) async fn miss(transaction: &mut Transaction, id: VerificationId) -> Result<(), DatabaseError> {
    transaction.query(MISS).bind(id).execute().await.map(drop)
}

/// Notes a right guess, and the token that it gives.
pub(crate) async fn verify(
    transaction: &mut Transaction,
    id: VerificationId,
    token_hash: &[u8; 32],
    now: i64,
) -> Result<(), DatabaseError> {
    transaction.query(VERIFY).bind(now).bind(token_hash).bind(id).execute().await.map(drop)
}

/// Uses up the token of a number that was verified since a moment, and answers the number.
pub(crate) async fn take(
    transaction: &mut Transaction,
    token_hash: &[u8; 32],
    since: i64,
    now: i64,
) -> Result<Option<String>, DatabaseError> {
    let row = transaction.query(PROVEN).bind(token_hash).bind(since).locking().fetch_optional().await?;
    let Some(row) = row else { return Ok(None) };
    let id: VerificationId = row.get("id")?;
    let used = transaction.query(USE).bind(now).bind(id).execute().await?;
    if used.rows == 1 { row.get("phone").map(Some) } else { Ok(None) }
}

/// Forgets verifications from before a moment.
pub(crate) async fn purge(database: &Database, before: i64) -> Result<(), DatabaseError> {
    database.query(PURGE).bind(before).execute().await.map(drop)
}
