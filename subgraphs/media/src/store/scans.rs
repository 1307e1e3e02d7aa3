//! `scans`.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::MediaFileId;

use crate::domain::Scan;

const INSERT: &str = "INSERT INTO scans (file_id, object_key, attempts, due_at) VALUES (?, ?, 0, ?)";
const OF_FILE: &str = "SELECT * FROM scans WHERE file_id = ?";
const DUE: &str = "SELECT * FROM scans WHERE due_at <= ? ORDER BY due_at LIMIT ?";
const CLAIM: &str = "UPDATE scans SET due_at = ?, attempts = attempts + 1
  WHERE file_id = ? AND due_at <= ? AND finding IS NULL";
const POSTPONE: &str = "UPDATE scans SET due_at = ? WHERE file_id = ? AND finding IS NULL";
const QUARANTINE: &str = "UPDATE scans SET finding = ?, due_at = ? WHERE file_id = ? AND finding IS NULL";
const REMOVE: &str = "DELETE FROM scans WHERE file_id = ?";

/// Notes that a verified file waits for the scanner.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    file: MediaFileId,
    object_key: &str,
    due_at: i64,
) -> Result<(), DatabaseError> {
    transaction.query(INSERT).bind(file).bind(object_key).bind(due_at).execute().await.map(drop)
}

/// The scan of a file.
pub(crate) async fn of_file(on: impl Executor<'_>, file: MediaFileId) -> Result<Option<Scan>, DatabaseError> {
    on.query(OF_FILE).bind(file).fetch_optional().await?.as_ref().map(scan).transpose()
}

/// Scans for which it is time, those first that have waited for longest.
pub(crate) async fn due(on: impl Executor<'_>, now: i64, limit: i64) -> Result<Vec<Scan>, DatabaseError> {
    on.query(DUE).bind(now).bind(limit).fetch_all().await?.iter().map(scan).collect()
}

/// Keeps others from it until a moment; false when somebody else does, or it is over.
pub(crate) async fn claim(
    on: impl Executor<'_>,
    file: MediaFileId,
    until: i64,
    now: i64,
) -> Result<bool, DatabaseError> {
    Ok(on.query(CLAIM).bind(until).bind(file).bind(now).execute().await?.rows > 0)
}

/// Says when it is tried again.
pub(crate) async fn postpone(on: impl Executor<'_>, file: MediaFileId, until: i64) -> Result<(), DatabaseError> {
    on.query(POSTPONE).bind(until).bind(file).execute().await.map(drop)
}

/// Puts the file into quarantine until a moment.
pub(crate) async fn quarantine(
    transaction: &mut Transaction,
    file: MediaFileId,
    finding: &str,
    until: i64,
) -> Result<(), DatabaseError> {
    transaction.query(QUARANTINE).bind(finding).bind(until).bind(file).execute().await.map(drop)
}

/// Forgets it; false when it was.
pub(crate) async fn remove(transaction: &mut Transaction, file: MediaFileId) -> Result<bool, DatabaseError> {
    Ok(transaction.query(REMOVE).bind(file).execute().await?.rows > 0)
}

fn scan(row: &Row) -> Result<Scan, DatabaseError> {
    Ok(Scan {
        file_id: row.get("file_id")?,
        object_key: row.get("object_key")?,
        attempts: row.get("attempts")?,
        finding: row.get("finding")?,
    })
}
