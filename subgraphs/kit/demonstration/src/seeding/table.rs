//! What seeding knows of a table: the statements that write its rows in bulk and read them back alike on both engines.

/// A table that a [`Seeder`](crate::Seeder) fills, described with [`table!`](crate::table).
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct TableText {
    pub name: &'static str,
    /// All columns but the unchecked ones; those of the primary key first.
    pub columns: &'static [Column],
    pub key_columns: usize,
    pub columns_written: usize,
    pub insert: &'static str,
    pub first_page: &'static str,
    pub next_page: &'static str,
    pub any: &'static str,
    pub unlink: Option<&'static str>,
    pub delete: &'static str,
}

/// A table that a [`Seeder`](crate::Seeder) fills, described with [`table!`](crate::table).
#[derive(Clone, Copy, Debug)]
pub struct Table(#[doc(hidden)] pub TableText);

impl Table {
    /// The table's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.0.name
    }
}

/// A column that takes part in the checksum.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Column {
    pub name: &'static str,
    pub kind: ColumnKind,
}

/// How a column's values are read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// BLOB, BINARY.
    Bytes,
    /// INTEGER, BIGINT; also instants, truth values and money.
    Integer,
    /// TEXT, VARCHAR.
    Text,
}

/// Describes a [`Table`]: its primary key, its other columns in the order in which rows are written, and each column's
/// [`ColumnKind`]. Columns not listed keep their default.
///
/// - `unchecked` columns are written last and left out of the checksum, because their values differ from run to run.
/// - `self_reference` names the nullable column by which rows refer to rows of the same table.
///
/// ```
/// use kit_demonstration::{Table, table};
///
/// const CATEGORIES: Table = table! {
///     categories
///     key { id: Bytes }
///     columns { slug: Text, name: Text, parent_id: Bytes, created_at: Integer }
///     self_reference parent_id
/// };
/// const CREDENTIALS: Table = table! {
///     credentials
///     key { user_id: Bytes }
///     columns {}
///     unchecked { phc }
/// };
/// # assert_eq!((CATEGORIES.name(), CREDENTIALS.name()), ("categories", "credentials"));
/// ```
#[macro_export]
macro_rules! table {
    (
        $table:ident
        key { $first:ident: $first_kind:ident $(, $key:ident: $key_kind:ident)* $(,)? }
        columns { $($column:ident: $kind:ident),* $(,)? }
        $(unchecked { $($unchecked:ident),+ $(,)? })?
        $(self_reference $link:ident)?
    ) => {
        $crate::Table($crate::TableText {
            name: stringify!($table),
            columns: &[
                $crate::table!(@column $first $first_kind),
                $($crate::table!(@column $key $key_kind),)*
                $($crate::table!(@column $column $kind),)*
            ],
            key_columns: [stringify!($first), $(stringify!($key)),*].len(),
            columns_written: [
                stringify!($first), $(stringify!($key),)* $(stringify!($column),)* $($(stringify!($unchecked)),+)?
            ].len(),
            insert: concat!(
                "INSERT INTO ", stringify!($table), " (", stringify!($first) $(, ", ", stringify!($key))*
                $(, ", ", stringify!($column))* $($(, ", ", stringify!($unchecked))+)?, ") VALUES (..)"
            ),
            first_page: concat!(
                "SELECT ", stringify!($first) $(, ", ", stringify!($key))* $(, ", ", stringify!($column))*,
                " FROM ", stringify!($table),
                " ORDER BY ", $crate::table!(@ordered $first $first_kind)
                $(, ", ", $crate::table!(@ordered $key $key_kind))*, " LIMIT ?"
            ),
            next_page: concat!(
                "SELECT ", stringify!($first) $(, ", ", stringify!($key))* $(, ", ", stringify!($column))*,
                " FROM ", stringify!($table),
                " WHERE ", $crate::table!(@ordered $first $first_kind), " >= ", $crate::table!(@place $first_kind),
                " AND (", $crate::table!(@ordered $first $first_kind)
                $(, ", ", $crate::table!(@ordered $key $key_kind))*,
                ") > (", $crate::table!(@place $first_kind) $(, ", ", $crate::table!(@place $key_kind))*, ")",
                " ORDER BY ", $crate::table!(@ordered $first $first_kind)
                $(, ", ", $crate::table!(@ordered $key $key_kind))*, " LIMIT ?"
            ),
            any: concat!("SELECT 1 AS present FROM ", stringify!($table), " LIMIT 1"),
            unlink: $crate::table!(@unlink $table $($link)?),
            delete: concat!("DELETE FROM ", stringify!($table)),
        })
    };
    (@column $name:ident $kind:ident) => {
        $crate::Column { name: stringify!($name), kind: $crate::ColumnKind::$kind }
    };
    // Engines disagree about the order of text, not about the order of its bytes in hexadecimal.
    (@ordered $name:ident Text) => { concat!("HEX(", stringify!($name), ")") };
    (@ordered $name:ident $kind:ident) => { stringify!($name) };
    (@place Text) => { "HEX(?)" };
    (@place $kind:ident) => { "?" };
    (@unlink $table:ident) => { None };
    (@unlink $table:ident $link:ident) => {
        Some(concat!("UPDATE ", stringify!($table), " SET ", stringify!($link), " = NULL"))
    };
}

/// A row to [push](crate::BulkInsert::push): each value becomes a column (`kit_database::ToColumn`), in the order of the
/// [`table!`](crate::table).
#[macro_export]
macro_rules! row {
    ($($value:expr),+ $(,)?) => {
        [$($crate::ToColumn::to_column($value)),+]
    };
}
