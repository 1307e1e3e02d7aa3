//! Writing many rows: several per statement, several statements per transaction.

use kit_database::{Database, DatabaseError, LIST_LENGTH_MAX, Value};

use super::table::Table;
use crate::{DemonstrationError, TableProgress};

/// Rows of one statement at most, so that long texts stay far below MySQL's smallest packet limit of 1 MiB.
const ROWS_PER_STATEMENT_MAX: usize = 400;
/// Rows of one transaction: enough to spare the disk, few enough to let go of SQLite's only writer many times a second.
const ROWS_PER_TRANSACTION: usize = 4_000;

/// Collects rows of one table and writes them in batches. Rows are only sure to be written by [`BulkInsert::finish`].
///
/// Between two calls no transaction is open, so several can be filled side by side.
pub struct BulkInsert<'a, const COLUMNS: usize> {
    database: &'a Database,
    table: Table,
    progress: TableProgress,
    pending: Vec<[Value; COLUMNS]>,
}

impl<'a, const COLUMNS: usize> BulkInsert<'a, COLUMNS> {
    /// An empty insert into a table.
    #[must_use]
    pub fn new(database: &'a Database, table: Table, progress: TableProgress) -> Self {
        Self { database, table, progress, pending: Vec::new() }
    }

    /// Adds a row, made with [`row!`](crate::row), its values in the order of the table's columns.
    ///
    /// # Errors
    /// [`DemonstrationError::RowShape`] when there are more or fewer values than columns;
    /// [`DemonstrationError::Database`] when a full batch cannot be written.
    pub async fn push(&mut self, row: [Value; COLUMNS]) -> Result<(), DemonstrationError> {
        let expected = self.table.0.columns_written;
        if COLUMNS != expected {
            return Err(DemonstrationError::RowShape { table: self.table.name(), expected, given: COLUMNS });
        }
        self.pending.push(row);
        if self.pending.len() == ROWS_PER_TRANSACTION { self.write().await } else { Ok(()) }
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// [`DemonstrationError::Database`] when it cannot be written.
    pub async fn finish(mut self) -> Result<(), DemonstrationError> {
        self.write().await?;
        self.progress.finish();
        Ok(())
    }

    async fn write(&mut self) -> Result<(), DemonstrationError> {
        let rows = std::mem::take(&mut self.pending);
        let count = rows.len();
        write(self.database, self.table.0.insert, rows)
            .await
            .map_err(DemonstrationError::refused(format!("insert rows into {}", self.table.name())))?;
        self.progress.advance(count);
        Ok(())
    }
}

async fn write<const COLUMNS: usize>(
    database: &Database,
    insert: &'static str,
    rows: Vec<[Value; COLUMNS]>,
) -> Result<(), DatabaseError> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows_per_statement = (LIST_LENGTH_MAX / COLUMNS).clamp(1, ROWS_PER_STATEMENT_MAX);
    let mut transaction = database.begin().await?;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        transaction.query(insert).bind_rows(rows.by_ref().take(rows_per_statement)).execute().await?;
    }
    transaction.commit().await
}
