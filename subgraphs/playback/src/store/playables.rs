//! `playable_meta`: what the owners of playables and of their files have told.

use kit_database::{DatabaseError, Executor, Transaction, Upsert};
use kit_ids::{CourseId, PlayableId};

use super::key;

/// The length, as far as it is known: what the owner says, else what its file says. `m` is `playable_meta`.
pub(super) const LENGTH: &str = "COALESCE(m.duration_seconds, m.media_seconds)";

const READ_LENGTH: &str =
    "SELECT COALESCE(duration_seconds, media_seconds) AS length FROM playable_meta WHERE playable_id = ?";
const KEEP: Upsert = Upsert::into("playable_meta")
    .key(&["playable_id"])
    .insert_only(&["playable_kind"])
    .replace(&["duration_seconds", "course_id", "is_removed"])
    .newest_by("seq");
const KEEP_FILE: Upsert =
    Upsert::into("playable_meta").key(&["playable_id"]).insert_only(&["playable_kind"]).replace(&["media_seconds"]);

/// What its owner says of a playable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlayableMeta {
    pub(crate) duration_seconds: Option<i64>,
    pub(crate) course_id: Option<CourseId>,
    pub(crate) is_removed: bool,
}

/// How long something is in seconds, as far as that is known.
pub(crate) async fn length(on: impl Executor<'_>, playable: PlayableId) -> Result<Option<i64>, DatabaseError> {
    let row = on.query(READ_LENGTH).bind(key(playable)).fetch_optional().await?;
    row.map_or(Ok(None), |row| row.get("length"))
}

/// Keeps what an event of its owner says, unless a later one has been heard.
pub(crate) async fn keep(
    transaction: &mut Transaction,
    playable: PlayableId,
    meta: PlayableMeta,
    seq: i64,
) -> Result<(), DatabaseError> {
    let keep = transaction.upsert(&KEEP).bind(key(playable)).bind(playable.prefix()).bind(meta.duration_seconds);
    keep.bind(meta.course_id).bind(meta.is_removed).bind(seq).execute().await.map(drop)
}

/// Keeps how long its file is.
pub(crate) async fn keep_file(
    transaction: &mut Transaction,
    playable: PlayableId,
    seconds: i64,
) -> Result<(), DatabaseError> {
    let keep = transaction.upsert(&KEEP_FILE).bind(key(playable)).bind(playable.prefix());
    keep.bind(seconds).execute().await.map(drop)
}
