//! `retention`: where viewers stay and leave, in hundredths.

use std::collections::HashMap;

use kit_database::{DatabaseError, Executor, Transaction, Upsert};
use kit_ids::PlayableId;

use super::key;
use crate::domain::Retention;

const OF_PLAYABLES: &str = "SELECT * FROM retention WHERE playable_id IN (..)";
const ADD: Upsert = Upsert::into("retention").key(&["playable_id", "bucket"]).add(&["viewers", "drop_offs"]);
const TAKE_BACK_DROP_OFF: &str = "UPDATE retention SET drop_offs = drop_offs - 1
  WHERE playable_id = ? AND bucket = ? AND drop_offs > 0";

/// The hundredths of these, by the bytes of their ids, each with its number; those that nobody saw are missing.
pub(crate) async fn of_playables(
    on: impl Executor<'_>,
    playables: &[PlayableId],
) -> Result<HashMap<[u8; 16], Vec<(i64, Retention)>>, DatabaseError> {
    let rows = on.query(OF_PLAYABLES).bind_list(playables.iter().map(|playable| key(*playable))).fetch_all().await?;
    let mut found: HashMap<[u8; 16], Vec<(i64, Retention)>> = HashMap::new();
    for row in rows {
        let retention = Retention { viewers: row.get("viewers")?, drop_offs: row.get("drop_offs")? };
        found.entry(row.get("playable_id")?).or_default().push((row.get("bucket")?, retention));
    }
    Ok(found)
}

/// Counts a viewer of these hundredths.
pub(crate) async fn add_viewer(
    transaction: &mut Transaction,
    playable: PlayableId,
    buckets: impl IntoIterator<Item = i64>,
) -> Result<(), DatabaseError> {
    for bucket in buckets {
        add(transaction, playable, bucket, Retention { viewers: 1, drop_offs: 0 }).await?;
    }
    Ok(())
}

/// Counts a viewer who left in a hundredth, and no longer in the one before.
pub(crate) async fn move_drop_off(
    transaction: &mut Transaction,
    playable: PlayableId,
    before: Option<i64>,
    bucket: i64,
) -> Result<(), DatabaseError> {
    if let Some(before) = before {
        transaction.query(TAKE_BACK_DROP_OFF).bind(key(playable)).bind(before).execute().await?;
    }
    add(transaction, playable, bucket, Retention { viewers: 0, drop_offs: 1 }).await
}

async fn add(
    transaction: &mut Transaction,
    playable: PlayableId,
    bucket: i64,
    growth: Retention,
) -> Result<(), DatabaseError> {
    let add = transaction.upsert(&ADD).bind(key(playable)).bind(bucket);
    add.bind(growth.viewers).bind(growth.drop_offs).execute().await.map(drop)
}
