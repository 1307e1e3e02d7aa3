//! A database file that goes away with the test.

use kit_database::{Database, DatabaseSettings};
use tempfile::TempDir;

const TABLES: [&str; 2] = [
    "CREATE TABLE people (id BLOB NOT NULL PRIMARY KEY, handle TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
       bio TEXT, inviter_id BLOB REFERENCES people (id), salted TEXT NOT NULL)",
    "CREATE TABLE roles (user_id BLOB NOT NULL, role TEXT NOT NULL, PRIMARY KEY (user_id, role))",
];

pub(crate) struct Scratch {
    pub(crate) database: Database,
    _folder: TempDir,
}

impl Scratch {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = Database::open(DatabaseSettings::embedded("roster", folder.path())).await.expect("it opens");
        for table in TABLES {
            database.query(table).execute().await.expect("the table is created");
        }
        Self { database, _folder: folder }
    }
}
