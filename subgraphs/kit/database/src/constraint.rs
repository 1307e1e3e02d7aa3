//! The names of SQLite's unique constraints.
//!
//! SQLite reports a broken unique constraint by its columns (`users.email`), MySQL by its name. The schema text that
//! SQLite keeps holds the names, so they are read from there, once, when the first constraint breaks.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::Row;
use sqlx::sqlite::SqlitePool;

/// Names by columns as SQLite reports them.
#[derive(Debug, Default)]
pub(crate) struct ConstraintNames(RwLock<Arc<HashMap<String, String>>>);

impl ConstraintNames {
    /// The name of the constraint over `columns` (`users.email` or `t.a, t.b`); the columns themselves without one.
    pub(crate) async fn name_of(&self, columns: String, readers: &SqlitePool) -> String {
        if let Some(name) = self.known(&columns) {
            return name;
        }
        // Unknown means not read yet, or added by a migration since.
        if let Ok(names) = read(readers).await {
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(names);
        }
        self.known(&columns).unwrap_or(columns)
    }

    fn known(&self, columns: &str) -> Option<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(columns).cloned()
    }
}

async fn read(readers: &SqlitePool) -> Result<HashMap<String, String>, sqlx::Error> {
    let rows =
        sqlx::query("SELECT tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type IN ('table', 'index')")
            .fetch_all(readers)
            .await?;
    let mut names = HashMap::new();
    for row in rows {
        let (table, definition): (String, String) = (row.try_get("tbl_name")?, row.try_get("sql")?);
        names.extend(unique_constraints(&table, &definition));
    }
    Ok(names)
}

/// The named unique constraints in a `CREATE TABLE` or `CREATE UNIQUE INDEX` text.
fn unique_constraints(table: &str, definition: &str) -> Vec<(String, String)> {
    let words: Vec<&str> = definition.split_whitespace().collect();
    let mut found = Vec::new();
    for (position, word) in words.iter().enumerate() {
        let next = |offset: usize| words.get(position + offset).copied().unwrap_or_default();
        let is_constraint = word.eq_ignore_ascii_case("CONSTRAINT") && starts_with_word(next(2), "UNIQUE");
        let is_index = word.eq_ignore_ascii_case("UNIQUE") && next(1).eq_ignore_ascii_case("INDEX");
        let (name, rest) = match (is_constraint, is_index) {
            (true, _) => (next(1), position + 2),
            (_, true) => (next(2), position + 3),
            _ => continue,
        };
        let rest = words.get(rest..).unwrap_or_default().join(" ");
        let Some((columns, _)) = rest.split_once('(').and_then(|(_, rest)| rest.split_once(')')) else { continue };
        let columns: Vec<String> = columns.split(',').map(|column| format!("{table}.{}", column.trim())).collect();
        found.push((columns.join(", "), name.to_owned()));
    }
    found
}

/// Whether `text` is `word`, or begins with it and a parenthesis.
fn starts_with_word(text: &str, word: &str) -> bool {
    text.split('(').next().is_some_and(|start| start.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::unique_constraints;

    #[test]
    fn the_names_of_unique_constraints_and_indexes_are_read_from_the_schema() {
        let table = "CREATE TABLE teams (\n id BLOB PRIMARY KEY,\n a TEXT,\n CONSTRAINT teams_a_unique UNIQUE (a, id),\n \
                     CONSTRAINT positive CHECK (a > 0)\n)";
        assert_eq!(unique_constraints("teams", table), [("teams.a, teams.id".into(), "teams_a_unique".into())]);
        let index = "CREATE UNIQUE INDEX teams_live ON teams (a)";
        assert_eq!(unique_constraints("teams", index), [("teams.a".into(), "teams_live".into())]);
        assert!(unique_constraints("teams", "CREATE INDEX teams_b ON teams (b)").is_empty());
    }
}
