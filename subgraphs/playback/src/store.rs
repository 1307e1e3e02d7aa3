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

use std::str::FromStr;

use kit_database::{DatabaseError, Row};

use crate::domain::{PlayableId, UnknownName};

/// Reads a column that holds one of a set of names: its check makes anything else a fault of the migration.
fn named<T: FromStr<Err = UnknownName>>(row: &Row, column: &'static str) -> Result<T, DatabaseError> {
    let name: String = row.get(column)?;
    name.parse().map_err(|UnknownName| DatabaseError::Column {
        column: column.to_owned(),
        expected: "one of the names that the column may hold",
        found: format!("text of {} bytes", name.len()),
    })
}

fn playable(row: &Row) -> Result<PlayableId, DatabaseError> {
    Ok(PlayableId { kind: named(row, "playable_kind")?, key: row.get("playable_id")? })
}
