//! A checksum of what the tables hold, equal on every engine that holds the same.
//!
//! Rows are read in the order of their primary key and hashed in a form of our own: per value a tag, a length and the
//! bytes, those of an integer little-endian. Text keys are ordered by the hexadecimal of their bytes, because
//! engines disagree about the order of text. Reading goes page by page, so that memory does not grow with the table.

use std::fmt;

use kit_database::{Database, DatabaseError, Query, Row, ToColumn as _, Value};
use serde::Serialize;

use super::table::{Column, ColumnKind, Table, TableText};
use crate::DemonstrationError;

/// Rows read at once.
const PAGE_ROWS: usize = 4_000;

/// The hashes of some tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checksum {
    /// One entry per table, in the seeder's order.
    pub tables: Vec<TableChecksum>,
}

/// The hash of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableChecksum {
    /// The table.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: usize,
    /// BLAKE3 of its rows, in hexadecimal.
    pub hash: String,
}

impl Checksum {
    /// The rows of all tables together.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

impl fmt::Display for Checksum {
    /// One hash over all tables, in hexadecimal.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hasher = blake3::Hasher::new();
        for table in &self.tables {
            hasher.update(format!("{} {} {}\n", table.table, table.rows, table.hash).as_bytes());
        }
        formatter.write_str(hasher.finalize().to_hex().as_str())
    }
}

/// Reads the tables back and hashes them.
///
/// # Errors
/// [`DemonstrationError::Database`] when a table cannot be read as described.
pub async fn checksum(database: &Database, tables: &'static [Table]) -> Result<Checksum, DemonstrationError> {
    let mut hashes = Vec::with_capacity(tables.len());
    for table in tables {
        hashes.push(table_checksum(database, table).await?);
    }
    Ok(Checksum { tables: hashes })
}

async fn table_checksum(database: &Database, Table(table): &Table) -> Result<TableChecksum, DemonstrationError> {
    let mut hasher = blake3::Hasher::new();
    let mut rows = 0;
    let mut last_key = Vec::new();
    loop {
        let refused = || DemonstrationError::refused(format!("read {} back", table.name));
        let page = page(database, table, last_key).await.map_err(refused())?;
        last_key = Vec::new();
        for row in &page {
            let mut values = read(table, row).map_err(refused())?;
            values.iter().for_each(|value| hash(value, &mut hasher));
            values.truncate(table.key_columns);
            last_key = values;
        }
        rows += page.len();
        if page.len() < PAGE_ROWS {
            break;
        }
    }
    Ok(TableChecksum { table: table.name, rows, hash: hasher.finalize().to_hex().to_string() })
}

/// The rows after this key. Its first column is compared twice: the comparison of the whole key would do, but MySQL
/// finds no range of the index in it.
async fn page(database: &Database, table: &TableText, last_key: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
    let query = match last_key.first() {
        None => database.query(table.first_page),
        Some(first) => last_key.iter().cloned().fold(database.query(table.next_page).bind(first.clone()), Query::bind),
    };
    query.bind(PAGE_ROWS as i64).fetch_all().await
}

fn read(table: &TableText, row: &Row) -> Result<Vec<Value>, DatabaseError> {
    let read_column = |column: &Column| {
        Ok(match column.kind {
            ColumnKind::Bytes => row.get::<Option<Vec<u8>>>(column.name)?.to_column(),
            ColumnKind::Integer => row.get::<Option<i64>>(column.name)?.to_column(),
            ColumnKind::Text => row.get::<Option<String>>(column.name)?.to_column(),
        })
    };
    table.columns.iter().map(read_column).collect()
}

fn hash(value: &Value, hasher: &mut blake3::Hasher) {
    let (tag, bytes) = match value {
        Value::Null => (0, &[][..]),
        Value::Integer(integer) => (1, &integer.to_le_bytes()[..]),
        Value::Text(text) => (2, text.as_bytes()),
        Value::Bytes(bytes) => (3, &bytes[..]),
        Value::Real(real) => (4, &real.to_le_bytes()[..]),
    };
    hasher.update(&[tag]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
}
