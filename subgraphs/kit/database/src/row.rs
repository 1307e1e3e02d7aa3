//! One row of an answer, whichever engine gave it.

use std::fmt;
use std::str::FromStr;

use kit_names::UnknownName;
use sqlx::mysql::{MySql, MySqlRow};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{ColumnIndex, Decode, Row as _, Type, TypeInfo, ValueRef};

use crate::{ColumnValue, DatabaseError, FromColumn};

/// One row of an answer.
pub struct Row(EngineRow);

/// Which column of a row.
#[derive(Debug, Clone, Copy)]
pub enum ColumnKey<'name> {
    /// By the name that the statement gives it.
    Name(&'name str),
    /// By its place from 0 on.
    Place(usize),
}

impl<'name> From<&'name str> for ColumnKey<'name> {
    fn from(name: &'name str) -> Self {
        Self::Name(name)
    }
}

impl From<usize> for ColumnKey<'_> {
    fn from(place: usize) -> Self {
        Self::Place(place)
    }
}

impl fmt::Display for ColumnKey<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Place(place) => write!(formatter, "{place}"),
        }
    }
}

impl ColumnIndex<SqliteRow> for ColumnKey<'_> {
    fn index(&self, row: &SqliteRow) -> Result<usize, sqlx::Error> {
        match self {
            Self::Name(name) => name.index(row),
            Self::Place(place) => place.index(row),
        }
    }
}

impl ColumnIndex<MySqlRow> for ColumnKey<'_> {
    fn index(&self, row: &MySqlRow) -> Result<usize, sqlx::Error> {
        match self {
            Self::Name(name) => name.index(row),
            Self::Place(place) => place.index(row),
        }
    }
}

enum EngineRow {
    Sqlite(SqliteRow),
    MySql(MySqlRow),
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self(EngineRow::Sqlite(row))
    }
}

impl From<MySqlRow> for Row {
    fn from(row: MySqlRow) -> Self {
        Self(EngineRow::MySql(row))
    }
}

impl Row {
    /// Reads a column: by the name that the statement gives it, or by its place from 0 on.
    ///
    /// # Errors
    /// [`DatabaseError::Column`] when there is no such column or it holds something else than a `T`.
    pub fn get<T: FromColumn>(&self, column: impl Into<ColumnKey<'static>>) -> Result<T, DatabaseError> {
        let column = column.into();
        let value = self.value(column).map_err(|error| DatabaseError::Column {
            column: column.to_string(),
            expected: "a readable value",
            found: error.to_string(),
        })?;
        T::from_column(value).map_err(|mismatch| DatabaseError::Column {
            column: column.to_string(),
            expected: mismatch.expected,
            found: value.kind().to_owned(),
        })
    }

    /// Reads a column that holds one of a set of names.
    ///
    /// # Errors
    /// As [`Row::get`]; and when it holds another name, of which a check in the table should have kept it.
    pub fn get_named<T: FromStr<Err = UnknownName>>(
        &self,
        column: impl Into<ColumnKey<'static>>,
    ) -> Result<T, DatabaseError> {
        let column = column.into();
        let name: String = self.get(column)?;
        name.parse().map_err(|UnknownName| DatabaseError::Column {
            column: column.to_string(),
            expected: "one of the names that the column may hold",
            found: format!("text of {} bytes", name.len()),
        })
    }

    fn value(&self, column: ColumnKey<'_>) -> Result<ColumnValue<'_>, sqlx::Error> {
        match &self.0 {
            EngineRow::Sqlite(row) => sqlite_value(row, column),
            EngineRow::MySql(row) => mysql_value(row, column),
        }
    }
}

/// SQLite types values, not columns, so the value itself says what it is.
fn sqlite_value<'row>(row: &'row SqliteRow, column: ColumnKey<'_>) -> Result<ColumnValue<'row>, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(ColumnValue::Null);
    }
    let kind = raw.type_info().name().to_owned();
    let value = match kind.as_str() {
        "INTEGER" => <i64 as Decode<Sqlite>>::decode(raw).map(ColumnValue::Integer),
        "REAL" => <f64 as Decode<Sqlite>>::decode(raw).map(ColumnValue::Real),
        "TEXT" => <&str as Decode<Sqlite>>::decode(raw).map(ColumnValue::Text),
        _ => <&[u8] as Decode<Sqlite>>::decode(raw).map(ColumnValue::Bytes),
    };
    value.map_err(sqlx::Error::Decode)
}

fn mysql_value<'row>(row: &'row MySqlRow, column: ColumnKey<'_>) -> Result<ColumnValue<'row>, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(ColumnValue::Null);
    }
    let kind = raw.type_info().into_owned();
    let value = if <i64 as Type<MySql>>::compatible(&kind) {
        <i64 as Decode<MySql>>::decode(raw).map(ColumnValue::Integer)
    } else if <u64 as Type<MySql>>::compatible(&kind) {
        <u64 as Decode<MySql>>::decode(raw).and_then(|value| Ok(ColumnValue::Integer(i64::try_from(value)?)))
    } else if <f64 as Type<MySql>>::compatible(&kind) {
        <f64 as Decode<MySql>>::decode(raw).map(ColumnValue::Real)
    } else if kind.name() == "DECIMAL" {
        <&str as Decode<MySql>>::decode(raw).and_then(|digits| {
            Ok(match digits.contains('.') {
                true => ColumnValue::Real(digits.parse()?),
                false => ColumnValue::Integer(digits.parse()?),
            })
        })
    } else if <&str as Type<MySql>>::compatible(&kind) {
        <&str as Decode<MySql>>::decode(raw).map(ColumnValue::Text)
    } else {
        <&[u8] as Decode<MySql>>::decode(raw).map(ColumnValue::Bytes)
    };
    value.map_err(sqlx::Error::Decode)
}
