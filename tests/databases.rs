//! The databases of all subgraphs: each for itself (P2), and brought forward from every earlier version (P15).

use std::collections::{BTreeMap, BTreeSet};

use kit_database::{Database, DatabaseError, DatabaseSettings, Engine, Executor, MigrationFile, Migrations, Row};
use kit_service::Subgraph;
use kit_testing::{TestDatabase, on_each_database, run_on_mariadb};
use lyceum::platform;

use crate::product::SUBGRAPHS;

fn subgraphs() -> impl Iterator<Item = &'static Subgraph> {
    SUBGRAPHS.into_iter().map(|name| platform::subgraph(name).unwrap())
}

/// P2: in one file each, of which another subgraph's settings open none.
#[tokio::test]
async fn no_subgraph_opens_the_file_of_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = BTreeSet::new();
    for name in SUBGRAPHS {
        let settings = DatabaseSettings::embedded(name, folder.path());
        files.insert(format!("{:?}", settings.location));
        Database::open(settings).await.unwrap().close().await;
    }
    assert_eq!(files.len(), SUBGRAPHS.len());
    for owner in SUBGRAPHS {
        for other in SUBGRAPHS.into_iter().filter(|other| *other != owner) {
            let settings = DatabaseSettings::new(other, DatabaseSettings::embedded(owner, folder.path()).location);
            let refused = Database::open(settings).await;
            assert!(matches!(&refused, Err(DatabaseError::OtherOwner { .. })), "{other} opens {owner}'s: {refused:?}");
        }
    }
}

/// P2: in one schema each, of which the user of another one neither reads, nor writes, nor knows.
#[test]
fn no_subgraph_reaches_the_schema_of_another_one() {
    run_on_mariadb(async |_| {
        let server = kit_testing::MariaDb::shared().unwrap();
        let mut databases = Vec::new();
        for name in SUBGRAPHS {
            let place = TestDatabase::mariadb(server).await;
            let database = place.open(name).await;
            let row = database.query("SELECT DATABASE() AS name").fetch_one().await.unwrap();
            databases.push((name, database, row.get::<String>("name").unwrap(), place));
        }
        for (asking, database, own, _) in &databases {
            let shown = database.query("SELECT schema_name AS name FROM information_schema.schemata").fetch_all().await;
            let shown: BTreeSet<String> = shown.unwrap().iter().map(|row| row.get("name").unwrap()).collect();
            assert_eq!(shown, BTreeSet::from(["information_schema".to_owned(), own.clone()]), "{asking} knows others");
            for (owner, _, schema, place) in databases.iter().filter(|(owner, ..)| owner != asking) {
                for statement in [
                    format!("SELECT subgraph FROM {schema}.database_owner"),
                    format!("INSERT INTO {schema}.database_owner (id, subgraph) VALUES (2, 'x')"),
                    format!("DELETE FROM {schema}.database_owner"),
                    format!("CREATE TABLE {schema}.mine (id INTEGER)"),
                    format!("DROP TABLE {schema}.database_owner"),
                ] {
                    let refused = database.query_assembled(statement.clone()).execute().await;
                    assert!(refused.is_err(), "{asking} may say to {owner}'s: {statement}");
                }
                let opened = Database::open(place.settings(asking)).await;
                assert!(matches!(opened, Err(DatabaseError::OtherOwner { .. })), "{asking} opens {owner}'s");
            }
        }
    });
}

on_each_database! {
    /// P15: whatever version a database has, what stands in it is there after the newest migration, and the schema is that
    /// of a new database.
    async fn databases_of_every_version_come_forward(fresh: TestDatabase) {
        let is_mariadb = fresh.open("probe").await.engine() == Engine::MySql;
        for subgraph in subgraphs() {
            let newest = empty(is_mariadb).await.migrated(&subgraph.migrations).await;
            let expected = columns(&newest).await;
            for version in 1..=subgraph.migrations.files.len() {
                let place = empty(is_mariadb).await;
                let database = place.migrated(&first(&subgraph.migrations, version)).await;
                let filled = fill(&database).await;
                database.migrate(&subgraph.migrations).await.unwrap_or_else(|error| panic!("{version}: {error}"));
                assert_eq!(columns(&database).await, expected, "{} from version {version}", subgraph.name);
                for table in filled.iter().filter(|table| expected.contains_key(*table)) {
                    let count = database.query_assembled(format!("SELECT COUNT(*) FROM {table}")).fetch_one().await;
                    let count: i64 = count.unwrap().get(0).unwrap();
                    assert!(count >= 1, "{}: the row of {table} is lost on the way from version {version}", subgraph.name);
                }
            }
        }
    }
}

async fn empty(is_mariadb: bool) -> TestDatabase {
    match is_mariadb {
        true => TestDatabase::mariadb(kit_testing::MariaDb::shared().unwrap()).await,
        false => TestDatabase::sqlite(),
    }
}

/// The migrations as they were when there were so many.
fn first(migrations: &Migrations, count: usize) -> Migrations {
    let files: &'static [MigrationFile] = migrations.files;
    Migrations { set: migrations.set, files: &files[..count] }
}

/// A column: its type, and whether it may be empty.
type Columns = BTreeMap<String, BTreeMap<String, String>>;

/// All columns of all tables of the subgraph.
async fn columns(database: &Database) -> Columns {
    let mut tables = Columns::new();
    for row in column_rows(database).await {
        let (table, column): (String, String) = (row.get("table_name").unwrap(), row.get("column_name").unwrap());
        let (kind, required): (String, i64) = (row.get("column_type").unwrap(), row.get("is_required").unwrap());
        tables.entry(table).or_default().insert(column, format!("{} {required}", kind.to_ascii_lowercase()));
    }
    tables
}

async fn column_rows(database: &Database) -> Vec<Row> {
    let select = match database.engine() {
        Engine::Sqlite => {
            "SELECT m.name AS table_name, c.name AS column_name, c.type AS column_type, c.\"notnull\" AS is_required
             FROM sqlite_master m JOIN pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'schema_version_%'
               AND m.name <> 'database_owner'"
        }
        Engine::MySql => {
            "SELECT table_name AS table_name, column_name AS column_name, CAST(column_type AS CHAR) AS column_type,
               CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END AS is_required
             FROM information_schema.columns
             WHERE table_schema = DATABASE() AND extra NOT LIKE '%GENERATED%'
               AND table_name NOT LIKE 'schema_version_%' AND table_name <> 'database_owner'"
        }
    };
    database.query(select).fetch_all().await.unwrap()
}

/// Writes a row into every table, whatever its meaning; returns the tables.
async fn fill(database: &Database) -> BTreeSet<String> {
    let tables = columns(database).await;
    let (off, on): ([&'static str; 2], [&'static str; 2]) = match database.engine() {
        Engine::Sqlite => (
            ["PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON"],
            ["PRAGMA foreign_keys = ON", "PRAGMA ignore_check_constraints = OFF"],
        ),
        Engine::MySql => (
            ["SET SESSION foreign_key_checks = 0", "SET SESSION check_constraint_checks = 0"],
            ["SET SESSION foreign_key_checks = 1", "SET SESSION check_constraint_checks = 1"],
        ),
    };
    // One connection for all: on SQLite the one that writes, on MySQL that of a transaction.
    match database.engine() {
        Engine::Sqlite => {
            for statement in off {
                database.query(statement).execute().await.unwrap();
            }
            for (table, columns) in &tables {
                database.query_assembled(insert(table, columns)).execute().await.unwrap();
            }
            for statement in on {
                database.query(statement).execute().await.unwrap();
            }
        }
        Engine::MySql => {
            let mut transaction = database.begin().await.unwrap();
            for statement in off {
                transaction.query(statement).execute().await.unwrap();
            }
            for (table, columns) in &tables {
                let insert = insert(table, columns);
                (&mut transaction).query_assembled(insert).execute().await.unwrap();
            }
            for statement in on {
                transaction.query(statement).execute().await.unwrap();
            }
            transaction.commit().await.unwrap();
        }
    }
    tables.into_keys().collect()
}

fn insert(table: &str, columns: &BTreeMap<String, String>) -> String {
    let values = columns.values().map(|kind| value(kind)).collect::<Vec<_>>().join(", ");
    let names = columns.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    format!("INSERT INTO {table} ({names}) VALUES ({values})")
}

/// A value of this type.
fn value(kind: &str) -> String {
    let length = kind.split(['(', ')']).nth(1).and_then(|length| length.parse::<usize>().ok());
    if kind.starts_with("blob") {
        return format!("X'{}'", "01".repeat(16));
    }
    if kind.contains("binary") || kind.contains("blob") {
        return format!("X'{}'", "01".repeat(length.unwrap_or(16).min(16)));
    }
    if kind.contains("char") || kind.contains("text") { "'x'".to_owned() } else { "1".to_owned() }
}
