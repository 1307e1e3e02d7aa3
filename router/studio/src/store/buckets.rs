//! Counts, by step of time.

use sqlx::{Row, Sqlite, Transaction};

use super::Store;
use super::pack::{pack, unpack};
use crate::aggregate::tiers::{Changed, TIERS, Tiers};

impl Store {
    /// All that was counted in the time that windows look back on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tiers(&self, now_s: u64) -> Result<Tiers, sqlx::Error> {
        let mut tiers = Tiers::default();
        for (step_s, keep) in TIERS {
            let oldest_s = now_s.saturating_sub(step_s * keep as u64);
            let statement = "SELECT body FROM bucket WHERE step_s = ? AND begin_s >= ? ORDER BY begin_s";
            let query = sqlx::query(statement).bind(step_s.cast_signed()).bind(oldest_s.cast_signed());
            for row in query.fetch_all(&self.readers).await? {
                if let Some(bucket) = row.try_get(0).ok().and_then(unpack) {
                    tiers.restore(step_s, bucket);
                }
            }
        }
        Ok(tiers)
    }
}

/// Keeps counts.
pub(crate) async fn write(
    transaction: &mut Transaction<'static, Sqlite>,
    changed: &[Changed],
) -> Result<(), sqlx::Error> {
    for (step_s, bucket) in changed {
        let Some(body) = pack(bucket.as_ref()) else { continue };
        let statement = "INSERT INTO bucket (step_s, begin_s, body) VALUES (?, ?, ?) \
                         ON CONFLICT (step_s, begin_s) DO UPDATE SET body = excluded.body";
        let query = sqlx::query(statement).bind(step_s.cast_signed()).bind(bucket.begin_s.cast_signed()).bind(body);
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Forgets counts that no window looks back on any more.
pub(crate) async fn forget(transaction: &mut Transaction<'static, Sqlite>, now_s: u64) -> Result<(), sqlx::Error> {
    for (step_s, keep) in TIERS {
        let oldest_s = now_s.saturating_sub(step_s * keep as u64);
        let query = sqlx::query("DELETE FROM bucket WHERE step_s = ? AND begin_s < ?");
        query.bind(step_s.cast_signed()).bind(oldest_s.cast_signed()).execute(&mut **transaction).await?;
    }
    Ok(())
}
