//! The tables of playback: the only place that knows their SQL.

pub(crate) mod events;
pub(crate) mod playables;
pub(crate) mod progress;
pub(crate) mod rankings;
pub(crate) mod retention;
pub(crate) mod sessions;
pub(crate) mod stats;
pub(crate) mod views;
pub(crate) mod watch_time;

use kit_database::{DatabaseError, Row};
use kit_ids::{Id, PlayableId};

/// Marks the bytes of a playable's id, whatever it is.
enum Playable {}

/// The key of a playable in every table: its bytes alone, which no two of them share.
fn key(playable: PlayableId) -> Id<Playable> {
    Id::from_bytes(playable.to_bytes())
}

fn playable(row: &Row) -> Result<PlayableId, DatabaseError> {
    let kind: String = row.get("playable_kind")?;
    PlayableId::from_parts(&kind, row.get("playable_id")?).map_err(|_| DatabaseError::Column {
        column: "playable_kind".to_owned(),
        expected: "the prefix of an id of something that can be played",
        found: format!("text of {} bytes", kind.len()),
    })
}
