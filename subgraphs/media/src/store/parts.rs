//! `upload_parts`.

use kit_database::{DatabaseError, Executor, Row, Transaction, Upsert};
use kit_ids::UploadId;

use crate::domain::UploadPart;

const OF: &str = "SELECT * FROM upload_parts WHERE upload_id = ? ORDER BY number";
const FORGET: &str = "DELETE FROM upload_parts WHERE upload_id = ?";
const KEEP: Upsert =
    Upsert::into("upload_parts").key(&["upload_id", "number"]).replace(&["byte_size", "etag", "object_key"]);

/// The parts of an upload that have come, in their order.
pub(crate) async fn of(on: impl Executor<'_>, upload: UploadId) -> Result<Vec<UploadPart>, DatabaseError> {
    on.query(OF).bind(upload).fetch_all().await?.iter().map(part).collect()
}

/// Keeps a part in the place of one of the same number that came before.
pub(crate) async fn keep(
    transaction: &mut Transaction,
    upload: UploadId,
    part: &UploadPart,
) -> Result<(), DatabaseError> {
    let keep = transaction.upsert(&KEEP).bind(upload).bind(part.number).bind(part.byte_size);
    keep.bind(&part.etag).bind(&part.object_key).execute().await.map(drop)
}

/// Forgets the parts of an upload.
pub(crate) async fn forget(transaction: &mut Transaction, upload: UploadId) -> Result<(), DatabaseError> {
    transaction.query(FORGET).bind(upload).execute().await.map(drop)
}

fn part(row: &Row) -> Result<UploadPart, DatabaseError> {
    Ok(UploadPart {
        number: row.get("number")?,
        byte_size: row.get("byte_size")?,
        etag: row.get("etag")?,
        object_key: row.get("object_key")?,
    })
}
