//! The tables of enrollment: the only place that knows their SQL.

pub(crate) mod courses;
pub(crate) mod enrollments;
pub(crate) mod lessons;
pub(crate) mod memberships;
pub(crate) mod orders;
pub(crate) mod progress;

use std::str::FromStr;

use kit_database::{DatabaseError, Row};

use crate::domain::{Price, UnknownName};

/// Reads a column that holds one of a set of names: its check makes anything else a fault of the migration.
fn named<T: FromStr<Err = UnknownName>>(row: &Row, column: &'static str) -> Result<T, DatabaseError> {
    let name: String = row.get(column)?;
    name.parse().map_err(|UnknownName| DatabaseError::Column {
        column: column.to_owned(),
        expected: "one of the names that the column may hold",
        found: format!("text of {} bytes", name.len()),
    })
}

fn price(row: &Row) -> Result<Price, DatabaseError> {
    Ok(Price { amount_minor: row.get("amount_minor")?, currency: named(row, "currency")? })
}
