//! `playback_events`: what happened in sessions; only added to.

use std::collections::HashSet;

use kit_database::{DatabaseError, Executor, Row, ToColumn, Transaction};
use kit_ids::PlaybackSessionId;
use kit_names::Named;
use kit_paging::{Order, Position, SortKey, Window};

use crate::domain::PlaybackEvent;

const KNOWN: &str = "SELECT seq FROM playback_events WHERE session_id = ? AND seq IN (..)";
/// From the last event before a number that says by itself whether the player is playing; a jump does not.
const SINCE_LANDMARK: &str = "SELECT * FROM playback_events WHERE session_id = ? AND seq >= (
    SELECT COALESCE(MAX(seq), 0) FROM playback_events WHERE session_id = ? AND seq < ? AND kind <> 'SEEK'
  ) ORDER BY seq";
const INSERT: &str =
    "INSERT INTO playback_events (session_id, seq, kind, position_ms, happened_at, detail) VALUES (..)";

/// In the order of their numbers.
pub(crate) const IN_ORDER: Order = Order::new("events.in_order", &[SortKey::ascending("e.seq")], "e.session_id");

/// Where an event of a session stands in [`IN_ORDER`].
pub(crate) fn position(session: PlaybackSessionId, event: &PlaybackEvent) -> Position {
    Position::new([event.seq.into()], session)
}

/// Which of these numbers the session has.
pub(crate) async fn known(
    on: impl Executor<'_>,
    session: PlaybackSessionId,
    numbers: impl IntoIterator<Item = i64>,
) -> Result<HashSet<i64>, DatabaseError> {
    let rows = on.query(KNOWN).bind(session).bind_list(numbers).fetch_all().await?;
    rows.iter().map(|row| row.get("seq")).collect()
}

/// All events of a session from the last one on before a number that tells whether the player is playing.
pub(crate) async fn since_landmark(
    on: impl Executor<'_>,
    session: PlaybackSessionId,
    before: i64,
) -> Result<Vec<PlaybackEvent>, DatabaseError> {
    let query = on.query(SINCE_LANDMARK).bind(session).bind(session).bind(before);
    query.fetch_all().await?.iter().map(event).collect()
}

/// One page of each of these sessions' events.
pub(crate) async fn windows(
    on: impl Executor<'_>,
    sessions: &[PlaybackSessionId],
    window: &Window<()>,
) -> Result<Vec<(PlaybackSessionId, PlaybackEvent)>, DatabaseError> {
    let keyset = IN_ORDER.keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (
           SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.session_id ORDER BY {}) AS place
           FROM playback_events e WHERE e.session_id IN (..) AND {}
         ) ranked WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let query = keyset.bind_to(on.query_assembled(sql).bind_list(sessions.iter().copied()));
    let rows = query.bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("session_id")?, event(row)?))).collect()
}

/// Writes new events, one at least.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    session: PlaybackSessionId,
    events: &[PlaybackEvent],
) -> Result<(), DatabaseError> {
    let rows = events.iter().map(|event| {
        let (kind, detail) = (event.kind.name().to_column(), event.detail.clone().to_column());
        let (seq, position, at) = (event.seq.to_column(), event.position_ms.to_column(), event.at.to_column());
        [session.to_column(), seq, kind, position, at, detail]
    });
    transaction.query(INSERT).bind_rows(rows).execute().await.map(drop)
}

fn event(row: &Row) -> Result<PlaybackEvent, DatabaseError> {
    Ok(PlaybackEvent {
        seq: row.get("seq")?,
        kind: row.get_named("kind")?,
        position_ms: row.get("position_ms")?,
        at: row.get("happened_at")?,
        detail: row.get("detail")?,
    })
}
