//! `watch_progress`: how far people are.

use kit_database::{DatabaseError, Executor, Row, Transaction, Upsert};
use kit_ids::{PlayableId, UserId};
use kit_paging::{Order, Position, SortKey, Window};

use super::playables::LENGTH;
use super::{key, playable};
use crate::domain::{Habits, Progress, WatchedSeconds};

const COLUMNS: &str = "p.user_id, p.playable_id, p.playable_kind, p.position_ms, p.watched_seconds, p.completed_at,
  p.updated_at";
const FOR_CHANGE: &str = "SELECT position_ms, watched_bitmap, watched_seconds, completed_at, left_bucket, updated_at
  FROM watch_progress WHERE user_id = ? AND playable_id = ?";
const MAKE: Upsert =
    Upsert::into("watch_progress").key(&["user_id", "playable_id"]).insert_only(&["playable_kind", "watched_bitmap"]);
const SAVE: &str = "UPDATE watch_progress SET position_ms = ?, watched_bitmap = ?, watched_seconds = ?,
  completed_at = ?, updated_at = ? WHERE user_id = ? AND playable_id = ?";
const LEAVE: &str = "UPDATE watch_progress SET left_bucket = ? WHERE user_id = ? AND playable_id = ?";
const COUNT_OPEN: &str = "SELECT p.user_id, COUNT(*) AS open
  FROM watch_progress p LEFT JOIN playable_meta m ON m.playable_id = p.playable_id
  WHERE p.user_id IN (..) AND p.completed_at IS NULL AND COALESCE(m.is_removed, 0) = 0 GROUP BY p.user_id";
const HABITS: &str = "SELECT COUNT(*) AS begun, COUNT(completed_at) AS completed
  FROM watch_progress WHERE user_id = ? AND updated_at >= ?";

/// What was begun and not completed, latest first.
pub(crate) const LATEST: Order = Order::new("progress.latest", &[SortKey::descending("p.updated_at")], "p.playable_id");

/// Where a person's progress stands in [`LATEST`].
pub(crate) fn position(progress: &Progress) -> Position {
    Position::new([progress.updated_at.into()], key(progress.playable))
}

/// How far a person is, with all that a change of it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WatchRecord {
    pub(crate) position_ms: i64,
    pub(crate) seconds: WatchedSeconds,
    pub(crate) watched_seconds: i64,
    pub(crate) completed_at: Option<i64>,
    /// The hundredth in which the person left last.
    pub(crate) left_bucket: Option<i64>,
    /// When it last changed; 0 while nothing was written.
    pub(crate) updated_at: i64,
}

/// How far a person is in these; what was not begun is missing.
pub(crate) async fn of_user_in(
    on: impl Executor<'_>,
    user: UserId,
    playables: &[PlayableId],
) -> Result<Vec<Progress>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS}, {LENGTH} AS length
         FROM watch_progress p LEFT JOIN playable_meta m ON m.playable_id = p.playable_id
         WHERE p.user_id = ? AND p.playable_id IN (..)"
    );
    let query = on.query_assembled(sql).bind(user).bind_list(playables.iter().map(|playable| key(*playable)));
    query.fetch_all().await?.iter().map(progress).collect()
}

/// One page of what each of these people has begun and not completed.
pub(crate) async fn open_windows(
    on: impl Executor<'_>,
    users: &[UserId],
    window: &Window<()>,
) -> Result<Vec<(UserId, Progress)>, DatabaseError> {
    let keyset = LATEST.keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (
           SELECT {COLUMNS}, {LENGTH} AS length, ROW_NUMBER() OVER (PARTITION BY p.user_id ORDER BY {}) AS place
           FROM watch_progress p LEFT JOIN playable_meta m ON m.playable_id = p.playable_id
           WHERE p.user_id IN (..) AND p.completed_at IS NULL AND COALESCE(m.is_removed, 0) = 0 AND {}
         ) ranked WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let query = keyset.bind_to(on.query_assembled(sql).bind_list(users.iter().copied()));
    let rows = query.bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("user_id")?, progress(row)?))).collect()
}

/// How much these people have begun and not completed; people without any are missing.
pub(crate) async fn open_counts(on: impl Executor<'_>, users: &[UserId]) -> Result<Vec<(UserId, i64)>, DatabaseError> {
    let rows = on.query(COUNT_OPEN).bind_list(users.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("user_id")?, row.get("open")?))).collect()
}

/// How much a person watched since then, and how much of that is completed.
pub(crate) async fn habits(on: impl Executor<'_>, user: UserId, since: i64) -> Result<Habits, DatabaseError> {
    let row = on.query(HABITS).bind(user).bind(since).fetch_one().await?;
    Ok(Habits { begun: row.get("begun")?, completed: row.get("completed")?, ..Habits::default() })
}

/// A person's progress, locked until the transaction ends.
pub(crate) async fn lock(
    transaction: &mut Transaction,
    user: UserId,
    playable: PlayableId,
) -> Result<Option<WatchRecord>, DatabaseError> {
    let row = transaction.query(FOR_CHANGE).bind(user).bind(key(playable)).locking().fetch_optional().await?;
    row.as_ref().map(record).transpose()
}

/// As [`lock`], and makes it when there is none: of two that begin at once the second waits for the first.
pub(crate) async fn lock_or_make(
    transaction: &mut Transaction,
    user: UserId,
    playable: PlayableId,
) -> Result<WatchRecord, DatabaseError> {
    if let Some(found) = lock(transaction, user, playable).await? {
        return Ok(found);
    }
    let make = transaction.upsert(&MAKE).bind(user).bind(key(playable)).bind(playable.prefix());
    make.bind(Vec::<u8>::new()).execute().await?;
    let row = transaction.query(FOR_CHANGE).bind(user).bind(key(playable)).locking().fetch_one().await?;
    record(&row)
}

/// Writes a locked progress, but for where its person left.
pub(crate) async fn save(
    transaction: &mut Transaction,
    user: UserId,
    playable: PlayableId,
    changed: &WatchRecord,
) -> Result<(), DatabaseError> {
    let save = transaction.query(SAVE).bind(changed.position_ms).bind(changed.seconds.as_bytes());
    let save = save.bind(changed.watched_seconds).bind(changed.completed_at).bind(changed.updated_at);
    save.bind(user).bind(key(playable)).execute().await.map(drop)
}

/// Writes in which hundredth a person left.
pub(crate) async fn leave(
    transaction: &mut Transaction,
    user: UserId,
    playable: PlayableId,
    bucket: i64,
) -> Result<(), DatabaseError> {
    transaction.query(LEAVE).bind(bucket).bind(user).bind(key(playable)).execute().await.map(drop)
}

fn record(row: &Row) -> Result<WatchRecord, DatabaseError> {
    Ok(WatchRecord {
        position_ms: row.get("position_ms")?,
        seconds: WatchedSeconds::from_bytes(row.get("watched_bitmap")?),
        watched_seconds: row.get("watched_seconds")?,
        completed_at: row.get("completed_at")?,
        left_bucket: row.get("left_bucket")?,
        updated_at: row.get("updated_at")?,
    })
}

fn progress(row: &Row) -> Result<Progress, DatabaseError> {
    Ok(Progress {
        playable: playable(row)?,
        position_ms: row.get("position_ms")?,
        watched_seconds: row.get("watched_seconds")?,
        completed_at: row.get("completed_at")?,
        updated_at: row.get("updated_at")?,
        length: row.get("length")?,
    })
}
