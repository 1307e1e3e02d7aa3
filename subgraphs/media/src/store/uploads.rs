//! `uploads`.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::{MediaFileId, UploadId};

use crate::domain::{PART_BYTES, Upload};

const BY_ID: &str = "SELECT * FROM uploads WHERE id = ?";
const OF_FILE: &str = "SELECT * FROM uploads WHERE file_id = ?";
const INSERT: &str = "INSERT INTO uploads (id, file_id, uploader_id, byte_size, part_bytes, part_count, created_at,
  expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
const RECEIVE: &str = "UPDATE uploads SET object_key = ?, received_at = ?
  WHERE id = ? AND received_at IS NULL AND completed_at IS NULL AND failed_at IS NULL";
const SUBMIT: &str = "UPDATE uploads SET submitted_at = ? WHERE id = ? AND submitted_at IS NULL";
const CLAIM: &str = "UPDATE uploads SET claimed_until = ? WHERE id = ? AND completed_at IS NULL AND failed_at IS NULL
  AND (claimed_until IS NULL OR claimed_until <= ?)";
const COMPLETE: &str = "UPDATE uploads SET completed_at = ?, object_key = NULL
  WHERE id = ? AND completed_at IS NULL AND failed_at IS NULL";
const FAIL: &str = "UPDATE uploads SET failed_at = ? WHERE id = ? AND completed_at IS NULL AND failed_at IS NULL";
const OVERDUE: &str = "SELECT * FROM uploads WHERE completed_at IS NULL AND failed_at IS NULL
  AND ((submitted_at IS NULL AND expires_at <= ?) OR submitted_at IS NOT NULL)
  AND (claimed_until IS NULL OR claimed_until <= ?) ORDER BY expires_at LIMIT ?";

/// An upload.
pub(crate) async fn by_id(on: impl Executor<'_>, id: UploadId) -> Result<Option<Upload>, DatabaseError> {
    on.query(BY_ID).bind(id).fetch_optional().await?.as_ref().map(upload).transpose()
}

/// The upload of a file; those of the demonstration have none.
pub(crate) async fn of_file(on: impl Executor<'_>, file: MediaFileId) -> Result<Option<Upload>, DatabaseError> {
    on.query(OF_FILE).bind(file).fetch_optional().await?.as_ref().map(upload).transpose()
}

/// An upload, kept from others while the transaction lasts.
pub(crate) async fn lock(transaction: &mut Transaction, id: UploadId) -> Result<Option<Upload>, DatabaseError> {
    transaction.query(BY_ID).bind(id).locking().fetch_optional().await?.as_ref().map(upload).transpose()
}

/// Writes a new upload.
pub(crate) async fn insert(transaction: &mut Transaction, new: &Upload, now: i64) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(new.id).bind(new.file_id).bind(new.uploader_id).bind(new.byte_size);
    insert.bind(PART_BYTES).bind(new.part_count).bind(now).bind(new.expires_at).execute().await.map(drop)
}

/// Notes where what has come in one piece lies; false when something had come before.
pub(crate) async fn receive(
    transaction: &mut Transaction,
    id: UploadId,
    object_key: &str,
    now: i64,
) -> Result<bool, DatabaseError> {
    Ok(transaction.query(RECEIVE).bind(object_key).bind(now).bind(id).execute().await?.rows > 0)
}

/// Notes that its sender says that all parts are there.
pub(crate) async fn submit(transaction: &mut Transaction, id: UploadId, now: i64) -> Result<(), DatabaseError> {
    transaction.query(SUBMIT).bind(now).bind(id).execute().await.map(drop)
}

/// Keeps others from it until a moment; false when somebody else does, or it has ended.
pub(crate) async fn claim(on: impl Executor<'_>, id: UploadId, until: i64, now: i64) -> Result<bool, DatabaseError> {
    Ok(on.query(CLAIM).bind(until).bind(id).bind(now).execute().await?.rows > 0)
}

/// Ends it well; false when it had ended.
pub(crate) async fn complete(transaction: &mut Transaction, id: UploadId, now: i64) -> Result<bool, DatabaseError> {
    Ok(transaction.query(COMPLETE).bind(now).bind(id).execute().await?.rows > 0)
}

/// Ends it badly; false when it had ended.
pub(crate) async fn fail(transaction: &mut Transaction, id: UploadId, now: i64) -> Result<bool, DatabaseError> {
    Ok(transaction.query(FAIL).bind(now).bind(id).execute().await?.rows > 0)
}

/// Uploads whose time is over, or whose parts wait to be put together, and that nobody has claimed.
pub(crate) async fn overdue(on: impl Executor<'_>, now: i64, limit: i64) -> Result<Vec<Upload>, DatabaseError> {
    on.query(OVERDUE).bind(now).bind(now).bind(limit).fetch_all().await?.iter().map(upload).collect()
}

fn upload(row: &Row) -> Result<Upload, DatabaseError> {
    Ok(Upload {
        id: row.get("id")?,
        file_id: row.get("file_id")?,
        uploader_id: row.get("uploader_id")?,
        byte_size: row.get("byte_size")?,
        part_count: row.get("part_count")?,
        storage_id: row.get("storage_id")?,
        expires_at: row.get("expires_at")?,
        object_key: row.get("object_key")?,
        received_at: row.get("received_at")?,
        submitted_at: row.get("submitted_at")?,
        completed_at: row.get("completed_at")?,
        failed_at: row.get("failed_at")?,
    })
}
