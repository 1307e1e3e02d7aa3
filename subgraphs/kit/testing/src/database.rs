//! An empty database for one test.

use kit_database::{Database, DatabaseLocation, DatabaseSettings, Durability, Migrations};
use tempfile::TempDir;

use crate::MariaDb;

/// Connections per database: tests run side by side, and the server's connections are for all of them.
const CONNECTIONS_MAX: u32 = 4;

/// An empty place for the database of one test. Keep it until the test ends: a temporary file goes with it.
#[derive(Debug)]
pub struct TestDatabase {
    location: DatabaseLocation,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// A temporary SQLite file.
    ///
    /// # Panics
    /// When the temporary folder cannot be written.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        // What a test writes need not outlive a power cut, and flushing costs most of the time.
        let location =
            DatabaseLocation::Sqlite { path: folder.path().join("test.db"), durability: Durability::ProcessDeath };
        Self { location, _folder: Some(folder) }
    }

    /// A new schema with a user of its own on the server.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn mariadb(server: &MariaDb) -> Self {
        Self { location: DatabaseLocation::MySql { url: server.new_schema().await }, _folder: None }
    }

    /// How `subgraph` opens it.
    #[must_use]
    pub fn settings(&self, subgraph: &str) -> DatabaseSettings {
        let mut settings = DatabaseSettings::new(subgraph, self.location.clone());
        settings.pool.connections_max = CONNECTIONS_MAX;
        settings
    }

    /// Opens it for `subgraph`, empty.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn open(&self, subgraph: &str) -> Database {
        Database::open(self.settings(subgraph)).await.expect("the test's database opens")
    }

    /// Opens it for the subgraph whose migrations these are, and applies them and the kit's.
    ///
    /// # Panics
    /// When it cannot be opened or migrated.
    pub async fn migrated(&self, migrations: &Migrations) -> Database {
        let database = self.open(migrations.set).await;
        database.migrate(migrations).await.expect("the migrations apply to an empty database");
        database
    }
}
