//! One statement: its text, its values, and the ways to run it.

mod list;
mod run;

use std::borrow::Cow;

use crate::transaction::Transaction;
use crate::{Database, DatabaseError, Row, ToColumn, Upsert, Value};

pub use list::LIST_LENGTH_MAX;

/// What runs statements: a [`Database`], or a [`Transaction`] in progress. Lets a store function serve both:
///
/// ```
/// # use kit_database::{DatabaseError, Executor};
/// async fn title(on: impl Executor<'_>, slug: &str) -> Result<Option<String>, DatabaseError> {
///     let row = on.query("SELECT title FROM courses WHERE slug = ?").bind(slug).fetch_optional().await?;
///     row.map(|row| row.get("title")).transpose()
/// }
/// ```
pub trait Executor<'e>: Send + Sized {
    /// Begins a statement. Its text is fixed at compile time, so that no value can become part of it.
    fn query(self, sql: &'static str) -> Query<'e>;

    /// Begins a statement whose text the program has put together from its own table and column names, as the seeder
    /// of demonstration data does. Never from anything that came from outside: values are bound, here too.
    fn query_assembled(self, sql: String) -> Query<'e>;

    /// Begins an [`Upsert`]; bind its columns in the order in which it names them.
    fn upsert(self, upsert: &Upsert) -> Query<'e>;
}

impl<'e> Executor<'e> for &'e Database {
    fn query(self, sql: &'static str) -> Query<'e> {
        Query::new(Target::Database(self), sql.into())
    }

    fn query_assembled(self, sql: String) -> Query<'e> {
        Query::new(Target::Database(self), sql.into())
    }

    fn upsert(self, upsert: &Upsert) -> Query<'e> {
        Query::new(Target::Database(self), upsert.sql(self.engine()).into())
    }
}

impl<'e> Executor<'e> for &'e mut Transaction {
    fn query(self, sql: &'static str) -> Query<'e> {
        Query::new(Target::Transaction(self), sql.into())
    }

    fn query_assembled(self, sql: String) -> Query<'e> {
        Query::new(Target::Transaction(self), sql.into())
    }

    fn upsert(self, upsert: &Upsert) -> Query<'e> {
        let sql = upsert.sql(self.engine()).into();
        Query::new(Target::Transaction(self), sql)
    }
}

/// A statement in the making.
#[must_use = "a statement does nothing until it is run"]
pub struct Query<'e> {
    target: Target<'e>,
    sql: Cow<'static, str>,
    values: Vec<Value>,
    locking: bool,
    /// A fault of the caller, reported when the statement is run.
    fault: Option<String>,
}

pub(crate) enum Target<'e> {
    Database(&'e Database),
    Transaction(&'e mut Transaction),
}

/// What a statement without rows has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Executed {
    /// Rows inserted, deleted, or matched by an update. Of an [`Upsert`] the engines count differently: do not read it.
    pub rows: u64,
}

impl<'e> Query<'e> {
    pub(crate) fn new(target: Target<'e>, sql: Cow<'static, str>) -> Self {
        Self { target, sql, values: Vec::new(), locking: false, fault: None }
    }

    /// Binds the next `?`.
    pub fn bind(mut self, value: impl ToColumn) -> Self {
        self.values.push(value.to_column());
        self
    }

    /// Binds the next marker `(..)`, as in `WHERE id IN (..)`, to a list. An empty list matches nothing.
    ///
    /// The list is padded to a power of two with its last value, so that few different statements are prepared. It can
    /// hold [`LIST_LENGTH_MAX`] values; cut longer ones with [`slice::chunks`]. Not for `NOT IN`.
    pub fn bind_list<T: ToColumn>(mut self, list: impl IntoIterator<Item = T>) -> Self {
        let expanded = list::expand_list(&self.sql, list.into_iter().map(ToColumn::to_column).collect());
        self.take_expanded(expanded);
        self
    }

    /// Binds the next marker `(..)`, as in `INSERT INTO t (a, b) VALUES (..)`, to many rows at once.
    ///
    /// All rows together can hold [`LIST_LENGTH_MAX`] values, and there must be one row at least.
    pub fn bind_rows<const COLUMNS: usize>(mut self, rows: impl IntoIterator<Item = [Value; COLUMNS]>) -> Self {
        let expanded = list::expand_rows(&self.sql, rows.into_iter().collect());
        self.take_expanded(expanded);
        self
    }

    fn take_expanded(&mut self, expanded: Result<(String, Vec<Value>), String>) {
        match expanded {
            Ok((sql, values)) => {
                self.sql = sql.into();
                self.values.extend(values);
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// Keeps the rows that a `SELECT` finds from being changed by others until the transaction ends: for reading in
    /// order to write. MySQL locks them (`FOR UPDATE`); on SQLite the transaction already is the only writer.
    pub fn locking(mut self) -> Self {
        self.locking = true;
        self
    }

    /// Runs the statement and returns every row.
    ///
    /// # Errors
    /// [`DatabaseError`] as the engine reports it.
    pub async fn fetch_all(self) -> Result<Vec<Row>, DatabaseError> {
        Ok(self.run(run::Mode::All).await?.rows)
    }

    /// Runs the statement and returns its first row.
    ///
    /// # Errors
    /// [`DatabaseError`] as the engine reports it.
    pub async fn fetch_optional(self) -> Result<Option<Row>, DatabaseError> {
        Ok(self.run(run::Mode::First).await?.rows.pop())
    }

    /// Runs the statement and returns the row that it must have.
    ///
    /// # Errors
    /// [`DatabaseError::NoRow`] when there is none; otherwise as the engine reports it.
    pub async fn fetch_one(self) -> Result<Row, DatabaseError> {
        let statement = self.sql.clone();
        self.fetch_optional().await?.ok_or_else(|| DatabaseError::NoRow { statement: statement.into_owned() })
    }

    /// Runs a statement that answers without rows. Outside of a transaction it is one of its own.
    ///
    /// # Errors
    /// [`DatabaseError`] as the engine reports it.
    pub async fn execute(self) -> Result<Executed, DatabaseError> {
        let affected = self.run(run::Mode::Execute).await?.affected;
        Ok(Executed { rows: affected })
    }
}
