//! `segment_indexes`.

use kit_database::{DatabaseError, Executor, Transaction, Upsert};
use kit_ids::MediaFileId;

use crate::domain::mp4::SegmentIndex;

const OF: &str = "SELECT file_id, segments FROM segment_indexes WHERE file_id IN (..)";
const KEEP: Upsert = Upsert::into("segment_indexes").key(&["file_id"]).replace(&["segments"]);

/// The indexes of these files; files without one are missing.
pub(crate) async fn of(
    on: impl Executor<'_>,
    files: &[MediaFileId],
) -> Result<Vec<(MediaFileId, SegmentIndex)>, DatabaseError> {
    let rows = on.query(OF).bind_list(files.iter().copied()).fetch_all().await?;
    let read = |row: &kit_database::Row| {
        let text: String = row.get("segments")?;
        let index = serde_json::from_str(&text).map_err(|error| DatabaseError::Column {
            column: "segments".to_owned(),
            expected: "an index as JSON",
            found: error.to_string(),
        })?;
        Ok((row.get("file_id")?, index))
    };
    rows.iter().map(read).collect()
}

/// Keeps the index of a file.
pub(crate) async fn keep(
    transaction: &mut Transaction,
    file: MediaFileId,
    index: &SegmentIndex,
) -> Result<(), DatabaseError> {
    let text = serde_json::to_string(index).unwrap_or_default();
    transaction.upsert(&KEEP).bind(file).bind(text).execute().await.map(drop)
}
