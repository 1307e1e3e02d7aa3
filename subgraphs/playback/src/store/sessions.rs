//! `playback_sessions` and `watchers`.

use kit_database::{DatabaseError, Executor, Row, Transaction, Upsert};
use kit_ids::{PlaybackSessionId, UserId};
use kit_names::Named;
use kit_paging::{Order, Position, SortKey, Window};

use super::{key, playable};
use crate::domain::{EndReason, Habits, Mark, Session};

const BY_ID: &str = "SELECT * FROM playback_sessions WHERE id IN (..)";
const READ: &str = "SELECT * FROM playback_sessions WHERE id = ?";
const LIVE: &str =
    "SELECT * FROM playback_sessions WHERE user_id = ? AND live_slot IS NOT NULL ORDER BY started_at, id";
const IDLE: &str = "SELECT * FROM playback_sessions
  WHERE ended_at IS NULL AND last_activity_at <= ? AND id > ? ORDER BY id LIMIT ?";
const COUNT_BEGUN: Upsert = Upsert::into("watchers").key(&["user_id"]).add(&["sessions"]);
const COUNTS: &str = "SELECT user_id, sessions FROM watchers WHERE user_id IN (..)";
const INSERT: &str = "INSERT INTO playback_sessions (id, user_id, playable_id, playable_kind, started_at,
  last_activity_at, live_slot, last_position_ms, device) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
const SAVE: &str = "UPDATE playback_sessions SET last_activity_at = ?, last_position_ms = ?, last_seq = ?,
  last_event_at = ?, is_playing = ?, event_count = ?, watched_ms = ?, view_settled = ? WHERE id = ?";
const END: &str =
    "UPDATE playback_sessions SET ended_at = ?, end_reason = ?, live_slot = NULL WHERE id = ? AND ended_at IS NULL";
const FORGET_DEVICES: &str = "UPDATE playback_sessions SET device = NULL WHERE user_id = ?";
const HABITS: &str = "SELECT COUNT(*) AS sessions,
    COALESCE(SUM(COALESCE(ended_at, last_activity_at) - started_at), 0) AS spent
  FROM playback_sessions WHERE user_id = ? AND started_at >= ?";

/// Newest first.
pub(crate) const NEWEST: Order = Order::new("sessions.newest", &[SortKey::descending("s.started_at")], "s.id");

/// Where a session stands in [`NEWEST`].
pub(crate) fn position(session: &Session) -> Position {
    Position::new([session.started_at.into()], session.id)
}

/// The sessions of these ids, in no order.
pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[PlaybackSessionId]) -> Result<Vec<Session>, DatabaseError> {
    on.query(BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(session).collect()
}

/// The session, locked until the transaction ends.
pub(crate) async fn lock(
    transaction: &mut Transaction,
    id: PlaybackSessionId,
) -> Result<Option<Session>, DatabaseError> {
    transaction.query(READ).bind(id).locking().fetch_optional().await?.as_ref().map(session).transpose()
}

/// A person's sessions that last, oldest first, locked until the transaction ends.
pub(crate) async fn lock_live(transaction: &mut Transaction, user: UserId) -> Result<Vec<Session>, DatabaseError> {
    transaction.query(LIVE).bind(user).locking().fetch_all().await?.iter().map(session).collect()
}

/// Counts a session that is about to begin, and keeps others of the person from beginning until the transaction ends.
pub(crate) async fn count_begun(transaction: &mut Transaction, user: UserId) -> Result<(), DatabaseError> {
    transaction.upsert(&COUNT_BEGUN).bind(user).bind(1_i64).execute().await.map(drop)
}

/// How many sessions these people have begun; people without any are missing.
pub(crate) async fn counts(on: impl Executor<'_>, users: &[UserId]) -> Result<Vec<(UserId, i64)>, DatabaseError> {
    let rows = on.query(COUNTS).bind_list(users.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("user_id")?, row.get("sessions")?))).collect()
}

/// Sessions of which nothing was heard since then, so many from an id on.
pub(crate) async fn idle(
    on: impl Executor<'_>,
    since: i64,
    after: PlaybackSessionId,
    limit: i64,
) -> Result<Vec<Session>, DatabaseError> {
    on.query(IDLE).bind(since).bind(after).bind(limit).fetch_all().await?.iter().map(session).collect()
}

/// One page of each of these people's sessions.
pub(crate) async fn windows(
    on: impl Executor<'_>,
    users: &[UserId],
    window: &Window<()>,
) -> Result<Vec<(UserId, Session)>, DatabaseError> {
    let keyset = NEWEST.keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (
           SELECT s.*, ROW_NUMBER() OVER (PARTITION BY s.user_id ORDER BY {}) AS place
           FROM playback_sessions s WHERE s.user_id IN (..) AND {}
         ) ranked WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let query = keyset.bind_to(on.query_assembled(sql).bind_list(users.iter().copied()));
    let rows = query.bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row| session(row).map(|session| (session.user_id, session))).collect()
}

/// How many sessions a person has begun since then, and how long they were together.
pub(crate) async fn habits(on: impl Executor<'_>, user: UserId, since: i64) -> Result<Habits, DatabaseError> {
    let row = on.query(HABITS).bind(user).bind(since).fetch_one().await?;
    Ok(Habits { sessions: row.get("sessions")?, sessions_us: row.get("spent")?, ..Habits::default() })
}

/// Writes a new session.
pub(crate) async fn insert(transaction: &mut Transaction, new: &Session) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(new.id).bind(new.user_id).bind(key(new.playable));
    let insert = insert.bind(new.playable.prefix()).bind(new.started_at).bind(new.last_activity_at);
    let insert = insert.bind(new.live_slot).bind(new.position_ms).bind(new.device.clone());
    insert.execute().await.map(drop)
}

/// Writes what has become of a locked session by its events.
pub(crate) async fn save(transaction: &mut Transaction, session: &Session) -> Result<(), DatabaseError> {
    let save = transaction.query(SAVE).bind(session.last_activity_at).bind(session.position_ms);
    let save = save.bind(session.last_seq()).bind(session.last.map_or(0, |last| last.at));
    let save = save.bind(session.last.is_some_and(|last| last.is_playing)).bind(session.event_count);
    let save = save.bind(session.watched_ms).bind(session.view_settled).bind(session.id);
    save.execute().await.map(drop)
}

/// Writes that a session has ended.
pub(crate) async fn end(
    transaction: &mut Transaction,
    id: PlaybackSessionId,
    at: i64,
    reason: EndReason,
) -> Result<(), DatabaseError> {
    transaction.query(END).bind(at).bind(reason.name()).bind(id).execute().await.map(drop)
}

/// Forgets what a person's sessions were played on.
pub(crate) async fn forget_devices(transaction: &mut Transaction, user: UserId) -> Result<(), DatabaseError> {
    transaction.query(FORGET_DEVICES).bind(user).execute().await.map(drop)
}

fn session(row: &Row) -> Result<Session, DatabaseError> {
    let (position_ms, seq): (i64, i64) = (row.get("last_position_ms")?, row.get("last_seq")?);
    let last = Mark { seq, position_ms, at: row.get("last_event_at")?, is_playing: row.get("is_playing")? };
    let end = match row.get("ended_at")? {
        Some(at) => Some((at, row.get_named("end_reason")?)),
        None => None,
    };
    Ok(Session {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        playable: playable(row)?,
        started_at: row.get("started_at")?,
        last_activity_at: row.get("last_activity_at")?,
        end,
        live_slot: row.get("live_slot")?,
        position_ms,
        last: (seq > 0).then_some(last),
        event_count: row.get("event_count")?,
        watched_ms: row.get("watched_ms")?,
        view_settled: row.get("view_settled")?,
        device: row.get("device")?,
    })
}
