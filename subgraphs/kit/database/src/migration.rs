//! Bringing a schema forward with SQL files that are part of the program.
//!
//! Only forward: a mistake is mended by the next file. What has been applied stands in `schema_version_<set>` with a
//! checksum, so that a file that was changed afterwards is noticed.

mod schema_lock;

use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use crate::engine::Pools;
use crate::{Database, DatabaseError, Engine, error, file_lock};

/// The migrations of one owner of tables, oldest first. Made by [`crate::migrations!`].
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// Whose they are: a subgraph's name, or `kit`.
    pub set: &'static str,
    /// The files, oldest first.
    pub files: &'static [MigrationFile],
}

/// One step of a schema, as a twin of SQL files.
#[derive(Debug, Clone, Copy)]
pub struct MigrationFile {
    /// `NNNN_title`, as the files are called.
    pub name: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for MySQL and MariaDB.
    pub mysql: &'static str,
}

/// Embeds `migrations/<set>/{sqlite,mysql}/<name>.sql` of the workspace as [`Migrations`].
///
/// ```ignore
/// pub const MIGRATIONS: Migrations = kit_database::migrations!("learning", ["0001_catalogue"]);
/// ```
///
/// A crate that does not stand in `subgraphs/<name>` adds its way to the workspace's folder: `["…"], "../../.."`.
#[macro_export]
macro_rules! migrations {
    ($set:literal, [$($name:literal),+ $(,)?]) => {
        $crate::migrations!($set, [$($name),+], "../..")
    };
    ($set:literal, [$($name:literal),+ $(,)?], $root:literal) => {
        $crate::Migrations {
            set: $set,
            files: &[$($crate::MigrationFile {
                name: $name,
                sqlite: include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"), "/", $root, "/migrations/", $set, "/sqlite/", $name, ".sql"
                )),
                mysql: include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"), "/", $root, "/migrations/", $set, "/mysql/", $name, ".sql"
                )),
            }),+],
        }
    };
}

/// The tables that every subgraph has besides its own: outbox, inbox, dead letters, idempotency.
pub const KIT_MIGRATIONS: Migrations = crate::migrations!("kit", ["0001_events_and_idempotency"], "../../..");

/// Applies what is missing and returns its names.
pub(crate) async fn run(database: &Database, migrations: &Migrations) -> Result<Vec<String>, DatabaseError> {
    let migrator = migrator(migrations, database.engine())?;
    let outcome = match database.pools() {
        Pools::Sqlite { writer, path, .. } => {
            let _lock = file_lock::lock(path).await?;
            let mut connection = writer.acquire().await.map_err(|error| unavailable(error, database))?;
            apply(&migrator, &mut *connection).await
        }
        Pools::MySql(pool) => {
            let mut connection = pool.acquire().await.map_err(|error| unavailable(error, database))?;
            schema_lock::take(&mut connection, database).await?;
            let outcome = prepare_and_apply(&migrator, &mut connection).await;
            schema_lock::release(&mut connection, database).await;
            outcome
        }
    };
    let applied = outcome.map_err(|error| explain(&error, migrations, database))?;
    Ok(migrations
        .files
        .iter()
        .map(|file| file.name.to_owned())
        .filter(|name| version(name).is_ok_and(|version| applied.contains(&version)))
        .collect())
}

/// Text compares byte by byte, as SQLite does, in tables that say nothing else.
const BINARY_TEXT: &str = "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

async fn prepare_and_apply(
    migrator: &Migrator,
    connection: &mut sqlx::MySqlConnection,
) -> Result<Vec<i64>, MigrateError> {
    sqlx::raw_sql(BINARY_TEXT).execute(&mut *connection).await?;
    apply(migrator, connection).await
}

/// Runs the migrator and returns the versions that were not there before.
async fn apply<C: Migrate>(migrator: &Migrator, connection: &mut C) -> Result<Vec<i64>, MigrateError> {
    connection.ensure_migrations_table(&migrator.table_name).await?;
    let before = connection.list_applied_migrations(&migrator.table_name).await?;
    migrator.run_direct(None, connection, false).await?;
    Ok(migrator
        .iter()
        .map(|migration| migration.version)
        .filter(|version| before.iter().all(|applied| applied.version != *version))
        .collect())
}

fn migrator(migrations: &Migrations, engine: Engine) -> Result<Migrator, DatabaseError> {
    let files = migrations.files.iter().map(|file| {
        let sql = match engine {
            Engine::Sqlite => file.sqlite,
            Engine::MySql => file.mysql,
        };
        let title = file.name.split_once('_').map_or(file.name, |(_, title)| title);
        let sql = AssertSqlSafe(sql).into_sql_str();
        Ok(Migration::new(version(file.name)?, title.into(), MigrationType::Simple, sql, false))
    });
    let mut migrator = Migrator::with_migrations(files.collect::<Result<_, DatabaseError>>()?);
    migrator.dangerous_set_table_name(format!("schema_version_{}", migrations.set));
    // The locks of this module are used instead: the driver has none for SQLite, and one that MariaDB ignores.
    migrator.set_locking(false);
    Ok(migrator)
}

/// The number that a file's name begins with.
fn version(name: &str) -> Result<i64, DatabaseError> {
    let number = name.split('_').next().and_then(|number| number.parse().ok());
    number.ok_or_else(|| DatabaseError::Settings(format!("the migration `{name}` is not called `NNNN_title`")))
}

fn unavailable(error: sqlx::Error, database: &Database) -> DatabaseError {
    error::classify(error, database.subgraph(), "migrate")
}

/// Says what to do about a migration that cannot be applied.
fn explain(error: &MigrateError, migrations: &Migrations, database: &Database) -> DatabaseError {
    let reason = match error {
        MigrateError::VersionMismatch(version) => {
            format!(
                "file {version:04} was changed after it had been applied; restore it, and put the change in a new file"
            )
        }
        MigrateError::VersionMissing(version) => {
            format!("file {version:04} has been applied but is unknown to this program; run a program that is as new")
        }
        MigrateError::Dirty(version) => format!(
            "file {version:04} failed half-way, and MySQL cannot undo it; mend the schema by hand, then delete its row \
             from schema_version_{}",
            migrations.set
        ),
        other => other.to_string(),
    };
    DatabaseError::Migration { set: migrations.set.to_owned(), subgraph: database.subgraph().to_owned(), reason }
}
