//! `login_failures`.

use kit_database::{DatabaseError, Executor, Transaction, Upsert};

use crate::domain::Attempts;

const READ: &str = "SELECT failures, window_start_at, blocked_until FROM login_failures WHERE subject_hash = ?";
const CREATE: Upsert =
    Upsert::into("login_failures").key(&["subject_hash"]).insert_only(&["failures", "window_start_at"]);
const WRITE: &str =
    "UPDATE login_failures SET failures = ?, window_start_at = ?, blocked_until = ? WHERE subject_hash = ?";
const PURGE: &str = "DELETE FROM login_failures WHERE window_start_at < ?";
const FORGET: &str = "DELETE FROM login_failures WHERE subject_hash = ?";

/// The attempts so far, locked until the transaction ends.
pub(crate) async fn lock(
    transaction: &mut Transaction,
    subject: &[u8; 32],
    now: i64,
) -> Result<Attempts, DatabaseError> {
    // A row that exists can be locked; two first attempts at once would otherwise both find none.
    transaction.upsert(&CREATE).bind(subject).bind(0_i64).bind(now).execute().await?;
    let row = transaction.query(READ).bind(subject).locking().fetch_one().await?;
    Ok(Attempts {
        failures: row.get("failures")?,
        window_start_at: row.get("window_start_at")?,
        blocked_until: row.get("blocked_until")?,
    })
}

/// Writes the attempts that [`lock`] has read.
pub(crate) async fn write(
    transaction: &mut Transaction,
    subject: &[u8; 32],
    attempts: Attempts,
) -> Result<(), DatabaseError> {
    let write = transaction.query(WRITE).bind(attempts.failures).bind(attempts.window_start_at);
    write.bind(attempts.blocked_until).bind(subject).execute().await.map(drop)
}

/// Forgets the attempts after a success.
pub(crate) async fn forget(transaction: &mut Transaction, subject: &[u8; 32]) -> Result<(), DatabaseError> {
    transaction.query(FORGET).bind(subject).execute().await.map(drop)
}

/// Forgets attempts whose window began before a moment: they bind nobody any more.
pub(crate) async fn purge(on: impl Executor<'_>, before: i64) -> Result<u64, DatabaseError> {
    Ok(on.query(PURGE).bind(before).execute().await?.rows)
}
