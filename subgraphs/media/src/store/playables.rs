//! `playables` and `courses`: what learning tells.

use kit_database::{DatabaseError, Executor, Transaction, Upsert};
use kit_ids::{CourseId, PlayableId};

use crate::domain::PlayableFacts;

const FACTS: &str =
    "SELECT p.id AS id, p.course_id AS course_id, p.is_free_preview AS is_free_preview, c.status AS status
  FROM playables p LEFT JOIN courses c ON c.id = p.course_id WHERE p.id IN (..)";
const KEEP: Upsert = Upsert::into("playables").key(&["id"]).replace(&["kind", "course_id", "is_free_preview"]);
const FORGET: &str = "DELETE FROM playables WHERE id = ?";
const KEEP_COURSE: Upsert = Upsert::into("courses").key(&["id"]).replace(&["status"]).newest_by("seq");

/// What is known of these, by the bytes of their ids; what nothing was told of is missing.
pub(crate) async fn facts(
    on: impl Executor<'_>,
    ids: &[PlayableId],
) -> Result<Vec<([u8; 16], PlayableFacts)>, DatabaseError> {
    let rows = on.query(FACTS).bind_list(ids.iter().map(|id| id.to_bytes())).fetch_all().await?;
    let facts = rows.iter().map(|row| {
        let status: Option<String> = row.get("status")?;
        let is_published = matches!(status.as_deref(), Some("PUBLISHED" | "ARCHIVED"));
        let facts =
            PlayableFacts { course: row.get("course_id")?, is_published, is_free_preview: row.get("is_free_preview")? };
        Ok((row.get("id")?, facts))
    });
    facts.collect()
}

/// Keeps what was told of a lesson.
pub(crate) async fn keep(
    transaction: &mut Transaction,
    id: PlayableId,
    course: CourseId,
    is_free_preview: bool,
) -> Result<(), DatabaseError> {
    let keep = transaction.upsert(&KEEP).bind(id.to_bytes()).bind(id.prefix()).bind(course);
    keep.bind(is_free_preview).execute().await.map(drop)
}

/// Forgets what is no more.
pub(crate) async fn forget(transaction: &mut Transaction, id: PlayableId) -> Result<(), DatabaseError> {
    transaction.query(FORGET).bind(id.to_bytes()).execute().await.map(drop)
}

/// Keeps what was told of a course, unless something later has been heard.
pub(crate) async fn keep_course(
    transaction: &mut Transaction,
    id: CourseId,
    status: &str,
    seq: i64,
) -> Result<(), DatabaseError> {
    transaction.upsert(&KEEP_COURSE).bind(id).bind(status).bind(seq).execute().await.map(drop)
}
