//! Names in columns that nothing here could have written.

use kit_database::DatabaseError;

/// The value of a column that a CHECK guards.
pub(super) fn known<T>(value: Option<T>, column: &'static str) -> Result<T, DatabaseError> {
    value.ok_or_else(|| DatabaseError::Column {
        column: column.to_owned(),
        expected: "a name that this version knows",
        found: "another one".to_owned(),
    })
}
