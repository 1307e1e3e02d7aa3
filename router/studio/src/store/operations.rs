//! Operations that were asked for.

use std::sync::Arc;

use sqlx::{Row, Sqlite, Transaction};

use super::Store;
use super::pack::{pack, unpack};
use crate::request::OperationRecord;

/// An operation that was asked for, and when.
#[derive(Debug, Clone)]
pub struct SeenOperation {
    /// What it is.
    pub record: Arc<OperationRecord>,
    /// When it was first asked for, in milliseconds since 1970.
    pub first_ms: u64,
    /// When it was last asked for.
    pub last_ms: u64,
}

impl Store {
    /// The operations that were asked for last.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn operations(&self, max: u32) -> Result<Vec<SeenOperation>, sqlx::Error> {
        let statement = "SELECT record, first_ms, last_ms FROM operation ORDER BY last_ms DESC LIMIT ?";
        let rows = sqlx::query(statement).bind(max).fetch_all(&self.readers).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let record = unpack(row.try_get(0).ok()?)?;
            let (first, last): (i64, i64) = (row.try_get(1).ok()?, row.try_get(2).ok()?);
            Some(SeenOperation {
                record: Arc::new(record),
                first_ms: first.cast_unsigned(),
                last_ms: last.cast_unsigned(),
            })
        };
        Ok(rows.iter().filter_map(read).collect())
    }
}

/// Keeps an operation, or when it was last asked for.
pub(crate) async fn write(
    transaction: &mut Transaction<'static, Sqlite>,
    operation: &SeenOperation,
) -> Result<(), sqlx::Error> {
    let Some(record) = pack(&operation.record) else { return Ok(()) };
    let statement = "INSERT INTO operation (hash, first_ms, last_ms, record) VALUES (?, ?, ?, ?) \
                     ON CONFLICT (hash) DO UPDATE SET last_ms = excluded.last_ms";
    let query = sqlx::query(statement).bind(operation.record.hash.clone());
    let query = query.bind(operation.first_ms.cast_signed()).bind(operation.last_ms.cast_signed()).bind(record);
    query.execute(&mut **transaction).await.map(drop)
}

/// Forgets all but those that were asked for last.
pub(crate) async fn forget(transaction: &mut Transaction<'static, Sqlite>, max: u32) -> Result<(), sqlx::Error> {
    let statement =
        "DELETE FROM operation WHERE hash IN (SELECT hash FROM operation ORDER BY last_ms DESC LIMIT -1 OFFSET ?)";
    sqlx::query(statement).bind(max).execute(&mut **transaction).await.map(drop)
}
