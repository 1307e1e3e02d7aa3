//! "Insert, or update what is there": the one statement that the engines spell differently (P15).

use crate::Engine;

/// An insert that updates the row when its key is taken.
///
/// Bind the columns in the order in which the builder names them: key, then those of `insert_only`, `replace`, `add` and
/// `newest_by`. Without any of the last three the existing row stays as it is.
///
/// ```
/// # use kit_database::Upsert;
/// /// Keeps the newest price that learning has published, in whatever order its events arrive.
/// const PRICE: Upsert = Upsert::into("course_prices").key(&["course_id"]).replace(&["amount_minor"]).newest_by("seq");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Upsert {
    table: &'static str,
    key: &'static [&'static str],
    insert_only: &'static [&'static str],
    replace: &'static [&'static str],
    add: &'static [&'static str],
    newest_by: Option<&'static str>,
}

impl Upsert {
    /// Begins an upsert into `table`.
    #[must_use]
    pub const fn into(table: &'static str) -> Self {
        Self { table, key: &[], insert_only: &[], replace: &[], add: &[], newest_by: None }
    }

    /// The columns of the primary key or unique constraint that decides whether the row is there.
    #[must_use]
    pub const fn key(self, columns: &'static [&'static str]) -> Self {
        Self { key: columns, ..self }
    }

    /// Columns that only a new row gets, `created_at` for instance.
    #[must_use]
    pub const fn insert_only(self, columns: &'static [&'static str]) -> Self {
        Self { insert_only: columns, ..self }
    }

    /// Columns that an existing row gets anew.
    #[must_use]
    pub const fn replace(self, columns: &'static [&'static str]) -> Self {
        Self { replace: columns, ..self }
    }

    /// Columns that grow by the bound value.
    #[must_use]
    pub const fn add(self, columns: &'static [&'static str]) -> Self {
        Self { add: columns, ..self }
    }

    /// A column that orders versions of the row: an existing row only changes when the bound value is greater.
    #[must_use]
    pub const fn newest_by(self, column: &'static str) -> Self {
        Self { newest_by: Some(column), ..self }
    }

    pub(crate) fn sql(&self, engine: Engine) -> String {
        let columns: Vec<&str> =
            [self.key, self.insert_only, self.replace, self.add, self.newest_by.as_slice()].concat();
        let placeholders = vec!["?"; columns.len()].join(", ");
        let insert = format!("INSERT INTO {} ({}) VALUES ({placeholders})", self.table, columns.join(", "));
        match engine {
            Engine::Sqlite => format!("{insert} {}", self.on_conflict()),
            Engine::MySql => format!("{insert} ON DUPLICATE KEY UPDATE {}", self.on_duplicate_key()),
        }
    }

    fn on_conflict(&self) -> String {
        let replaced = self.replace.iter().chain(&self.newest_by).map(|column| format!("{column} = excluded.{column}"));
        let added = self.add.iter().map(|column| format!("{column} = {0}.{column} + excluded.{column}", self.table));
        let changes: Vec<String> = replaced.chain(added).collect();
        let key = self.key.join(", ");
        if changes.is_empty() {
            return format!("ON CONFLICT ({key}) DO NOTHING");
        }
        let newer = self.newest_by.map(|column| format!(" WHERE excluded.{column} > {}.{column}", self.table));
        format!("ON CONFLICT ({key}) DO UPDATE SET {}{}", changes.join(", "), newer.unwrap_or_default())
    }

    /// MySQL has no condition on the whole, and assigns from left to right: the ordering column must come last.
    fn on_duplicate_key(&self) -> String {
        let when_newer = |column: &str, changed: String| match self.newest_by {
            Some(order) => format!("{column} = IF(VALUES({order}) > {order}, {changed}, {column})"),
            None => format!("{column} = {changed}"),
        };
        let added = self.add.iter().map(|column| when_newer(column, format!("{column} + VALUES({column})")));
        let replaced =
            self.replace.iter().chain(&self.newest_by).map(|column| when_newer(column, format!("VALUES({column})")));
        let changes: Vec<String> = added.chain(replaced).collect();
        if changes.is_empty() {
            return self.key.iter().map(|column| format!("{column} = {column}")).collect::<Vec<_>>().join(", ");
        }
        changes.join(", ")
    }
}
