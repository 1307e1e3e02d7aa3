//! `upload_usage`: what people keep here.

use kit_database::{DatabaseError, Transaction, Upsert};
use kit_ids::UserId;

const BEGIN: Upsert = Upsert::into("upload_usage").key(&["user_id"]).insert_only(&["bytes", "files"]);
const TAKE: &str = "UPDATE upload_usage SET bytes = bytes + ?, files = files + 1
  WHERE user_id = ? AND bytes + ? <= ? AND files + 1 <= ?";
const GIVE_BACK: &str = "UPDATE upload_usage SET bytes = bytes - ?, files = files - 1
  WHERE user_id = ? AND bytes >= ? AND files >= 1";

/// Counts one more file, unless that would be more than the person may keep (AS-049): one statement decides, so that any
/// number of requests at once stay below.
pub(crate) async fn take(
    transaction: &mut Transaction,
    user: UserId,
    byte_size: i64,
    (bytes_max, files_max): (i64, i64),
) -> Result<bool, DatabaseError> {
    transaction.upsert(&BEGIN).bind(user).bind(0).bind(0).execute().await?;
    let take = transaction.query(TAKE).bind(byte_size).bind(user).bind(byte_size).bind(bytes_max).bind(files_max);
    Ok(take.execute().await?.rows > 0)
}

/// Counts one file less.
pub(crate) async fn give_back(
    transaction: &mut Transaction,
    user: UserId,
    byte_size: i64,
) -> Result<(), DatabaseError> {
    transaction.query(GIVE_BACK).bind(byte_size).bind(user).bind(byte_size).execute().await.map(drop)
}
