//! `view_stats`: how much playables are watched, by day and in all.

use kit_database::{DatabaseError, Executor, Row, Transaction, Upsert};
use kit_ids::{PlayableId, UserId};

use super::{key, playable};
use crate::domain::{Sketch, ViewStats};

/// The day that stands for all time.
pub(crate) const ALL_TIME: i64 = 0;

const OF_PLAYABLES: &str = "SELECT * FROM view_stats WHERE day = 0 AND playable_id IN (..)";
const ADD: Upsert = Upsert::into("view_stats").key(&["playable_id", "day"]).insert_only(&["playable_kind"]).add(&[
    "views",
    "begun",
    "completions",
    "watched_ms",
]);
const UNIQUES: &str = "SELECT day, uniques_hll FROM view_stats WHERE playable_id = ? AND day IN (..) ORDER BY day";
const SAVE_UNIQUES: &str = "UPDATE view_stats SET uniques_hll = ? WHERE playable_id = ? AND day = ?";

/// What is added to the statistics of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Growth {
    pub(crate) views: i64,
    pub(crate) begun: i64,
    pub(crate) completions: i64,
    pub(crate) watched_ms: i64,
}

/// How much these are watched; what was never watched is missing.
pub(crate) async fn of_playables(
    on: impl Executor<'_>,
    playables: &[PlayableId],
) -> Result<Vec<(PlayableId, ViewStats)>, DatabaseError> {
    let rows = on.query(OF_PLAYABLES).bind_list(playables.iter().map(|playable| key(*playable))).fetch_all().await?;
    let read = |row: &Row| {
        let stats = ViewStats {
            views: row.get("views")?,
            begun: row.get("begun")?,
            completions: row.get("completions")?,
            watched_ms: row.get("watched_ms")?,
            unique_viewers: sketch(row)?.estimate(),
        };
        Ok((playable(row)?, stats))
    };
    rows.iter().map(read).collect()
}

/// Adds to a day, and to all time.
pub(crate) async fn add(
    transaction: &mut Transaction,
    playable: PlayableId,
    day: i64,
    growth: Growth,
) -> Result<(), DatabaseError> {
    for day in [ALL_TIME, day] {
        let add = transaction.upsert(&ADD).bind(key(playable)).bind(day).bind(playable.prefix());
        let add = add.bind(growth.views).bind(growth.begun).bind(growth.completions).bind(growth.watched_ms);
        add.execute().await?;
    }
    Ok(())
}

/// Counts a person among those of a day and of all time, to both of which something was [`add`]ed before.
pub(crate) async fn add_viewer(
    transaction: &mut Transaction,
    playable: PlayableId,
    day: i64,
    user: UserId,
) -> Result<(), DatabaseError> {
    let rows = transaction.query(UNIQUES).bind(key(playable)).bind_list([ALL_TIME, day]).locking().fetch_all().await?;
    for row in rows {
        let mut uniques = sketch(&row)?;
        uniques.add(user);
        let save = transaction.query(SAVE_UNIQUES).bind(uniques.as_bytes()).bind(key(playable));
        save.bind(row.get::<i64>("day")?).execute().await?;
    }
    Ok(())
}

fn sketch(row: &Row) -> Result<Sketch, DatabaseError> {
    let Some(bytes) = row.get::<Option<Vec<u8>>>("uniques_hll")? else { return Ok(Sketch::default()) };
    let length = bytes.len();
    Sketch::from_bytes(bytes).ok_or_else(|| DatabaseError::Column {
        column: "uniques_hll".to_owned(),
        expected: "the registers of a sketch",
        found: format!("{length} bytes"),
    })
}
