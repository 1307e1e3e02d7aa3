//! In which order a list is, and where in it a row stands.

use kit_database::{ToColumn, Value};
use kit_ids::Id;

/// The order of one list: some columns, and the id to decide between equals.
///
/// ```
/// use kit_paging::{Order, SortKey};
/// const NEWEST: Order = Order::new("courses.newest", &[SortKey::descending("c.published_at")], "c.id");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub(crate) list: &'static str,
    pub(crate) keys: &'static [SortKey],
    pub(crate) id_column: &'static str,
}

impl Order {
    /// An order. `list` names the list and the order within the subgraph, and cursors are bound to it: rename it when
    /// the meaning of its columns changes. No column may be null; the id runs in the direction of the last key.
    #[must_use]
    pub const fn new(list: &'static str, keys: &'static [SortKey], id_column: &'static str) -> Self {
        Self { list, keys, id_column }
    }

    /// All columns with their directions, the id last.
    pub(crate) fn columns(&self) -> impl Iterator<Item = SortKey> {
        let direction = self.keys.last().map_or(Direction::Ascending, |key| key.direction);
        let id = SortKey { column: self.id_column, direction };
        self.keys.iter().copied().chain([id])
    }
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// As the statement calls it.
    pub column: &'static str,
    /// Which way.
    pub direction: Direction,
}

impl SortKey {
    /// The least first.
    #[must_use]
    pub const fn ascending(column: &'static str) -> Self {
        Self { column, direction: Direction::Ascending }
    }

    /// The greatest first.
    #[must_use]
    pub const fn descending(column: &'static str) -> Self {
        Self { column, direction: Direction::Descending }
    }
}

/// Which way a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The least first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// Where a row stands in an order: its values of the order's columns, and its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Position {
    pub(crate) values: Vec<SortValue>,
    pub(crate) id: [u8; 16],
}

impl Position {
    /// The position of a row. `values` are those of the order's keys, in their order.
    #[must_use]
    pub fn new<K>(values: impl IntoIterator<Item = SortValue>, id: Id<K>) -> Self {
        Self { values: values.into_iter().collect(), id: id.to_bytes() }
    }

    /// All values, the id last, as they are bound.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Value> {
        self.values.iter().cloned().map(ToColumn::to_column).chain([self.id.to_column()])
    }
}

/// A value to sort by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SortValue {
    /// Numbers, and times in UTC microseconds.
    Integer(i64),
    /// Text, sorted byte by byte as both engines do.
    Text(String),
}

impl From<i64> for SortValue {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for SortValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl ToColumn for SortValue {
    fn to_column(self) -> Value {
        match self {
            Self::Integer(value) => Value::Integer(value),
            Self::Text(value) => Value::Text(value),
        }
    }
}
