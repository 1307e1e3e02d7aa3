//! A page as SQL.

use kit_database::{Query, Value};

use crate::{Direction, Order, PageRequest, Position, SortKey};

/// The parts of a statement that reads one page.
///
/// ```
/// # use kit_database::{DatabaseError, Executor, Row};
/// # use kit_paging::{Order, PageRequest, SortKey};
/// # const NEWEST: Order = Order::new("courses.newest", &[SortKey::descending("published_at")], "id");
/// async fn published(on: impl Executor<'_>, page: &PageRequest) -> Result<Vec<Row>, DatabaseError> {
///     let keyset = NEWEST.keyset(page);
///     let sql = format!(
///         "SELECT * FROM courses WHERE status = ? AND {} ORDER BY {} LIMIT ?",
///         keyset.condition, keyset.order_by
///     );
///     keyset.bind_to(on.query_assembled(sql).bind("PUBLISHED")).bind(keyset.limit).fetch_all().await
/// }
/// ```
///
/// Nothing that a client sends becomes part of the text: it holds the order's own columns and placeholders.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyset {
    /// Which rows: a condition in parentheses, `(1 = 1)` for the page at an end of the list.
    pub condition: String,
    /// Which first: for `ORDER BY`, here or in a window. Backwards for a page that is counted from the end.
    pub order_by: String,
    /// How many: one more than the page has, to see whether there are more.
    pub limit: i64,
    values: Vec<Value>,
}

impl Keyset {
    /// Binds the values of the condition; call it where the condition stands in the statement.
    pub fn bind_to<'e>(&self, query: Query<'e>) -> Query<'e> {
        self.values.iter().cloned().fold(query, Query::bind)
    }
}

impl Order {
    /// The statement's parts for this page.
    #[must_use]
    pub fn keyset(&self, page: &PageRequest) -> Keyset {
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        let bounds = [(&page.after, Side::Behind), (&page.before, Side::Before)];
        for (position, side) in bounds.into_iter().filter_map(|(bound, side)| Some((bound.as_ref()?, side))) {
            conditions.push(self.bound(position, side, &mut values));
        }
        let condition = if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") };
        let order_by = self.columns().map(|key| {
            let is_ascending = (key.direction == Direction::Ascending) != page.is_backward;
            format!("{} {}", key.column, if is_ascending { "ASC" } else { "DESC" })
        });
        Keyset {
            condition: format!("({condition})"),
            order_by: order_by.collect::<Vec<_>>().join(", "),
            limit: i64::from(page.size) + 1,
            values,
        }
    }

    /// `a > ? OR (a = ? AND (b < ? OR (b = ? AND id < ?)))`, after `a >= ? AND`: engines look up a range for the
    /// latter, and for the former alone some of them read the whole index.
    fn bound(&self, position: &Position, side: Side, values: &mut Vec<Value>) -> String {
        let columns: Vec<(SortKey, Value)> = self.columns().zip(position.columns()).collect();
        let (first, first_value) = &columns[0];
        values.push(first_value.clone());
        let mut text = format!("{} {}= ? AND ", first.column, side.operator(first.direction));
        let last = columns.len() - 1;
        for (place, (key, value)) in columns.iter().enumerate() {
            let (column, operator) = (key.column, side.operator(key.direction));
            values.push(value.clone());
            if place == last {
                text += &format!("{column} {operator} ?");
            } else {
                values.push(value.clone());
                text += &format!("({column} {operator} ? OR ({column} = ? AND ");
            }
        }
        text + &"))".repeat(last)
    }
}

#[derive(Clone, Copy)]
enum Side {
    Behind,
    Before,
}

impl Side {
    fn operator(self, direction: Direction) -> char {
        match (self, direction) {
            (Self::Behind, Direction::Ascending) | (Self::Before, Direction::Descending) => '>',
            (Self::Behind, Direction::Descending) | (Self::Before, Direction::Ascending) => '<',
        }
    }
}
