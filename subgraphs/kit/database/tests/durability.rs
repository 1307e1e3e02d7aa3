//! What an acknowledged write outlives, and what happens when there is no room for one.

use kit_database::{Database, DatabaseError, DatabaseSettings};
use kit_testing::{TestDatabase, run_on_sqlite};

use crate::shelf::{SHELF, copies, shelf};

async fn pragma(database: &Database, sql: &'static str) -> i64 {
    // In a transaction, because there it is asked of the connection that writes.
    let mut transaction = database.begin().await.unwrap();
    transaction.query(sql).fetch_one().await.unwrap().get(0).unwrap()
}

/// EB-10: as a subgraph opens it, SQLite flushes its write-ahead log before it acknowledges (`FULL`).
#[tokio::test]
async fn an_embedded_database_flushes_before_it_acknowledges() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(DatabaseSettings::embedded("shelf", folder.path())).await.unwrap();
    assert_eq!(pragma(&database, "PRAGMA synchronous").await, 2);
    let mode = database.query("PRAGMA journal_mode").fetch_one().await.unwrap();
    assert_eq!(mode.get::<String>(0).unwrap(), "wal");
}

/// EB-10: a full disk is an error of its own, and the end of its transaction: whoever goes on all the same writes nothing,
/// neither what came before nor what comes after.
#[test]
fn a_full_disk_ends_the_transaction() {
    run_on_sqlite(async |place: TestDatabase| {
        let database = shelf(&place).await;
        let pages = pragma(&database, "PRAGMA page_count").await;
        assert!(pages < 100, "{pages} pages of an almost empty database");
        database.query("PRAGMA max_page_count = 100").execute().await.unwrap();

        let mut transaction = database.begin().await.unwrap();
        transaction.query("UPDATE books SET copies = copies + 1").execute().await.unwrap();
        let much = transaction.query("INSERT INTO books (id, title) VALUES (?, ?)").bind([2_u8; 16]);
        let refused = much.bind("a".repeat(1_000_000)).execute().await.unwrap_err();
        assert!(matches!(refused, DatabaseError::Storage { .. }), "{refused:?}");
        let after = transaction.query("UPDATE books SET copies = copies + 1").execute().await;
        assert!(matches!(after, Err(DatabaseError::TransactionEnded)), "{after:?}");
        assert!(matches!(transaction.commit().await, Err(DatabaseError::TransactionEnded)));
        assert_eq!(copies(&database, 1).await, 1);

        database.query("PRAGMA max_page_count = 100000").execute().await.unwrap();
        database.query("UPDATE books SET copies = copies + 1").execute().await.unwrap();
        drop(database);
        assert_eq!(copies(&place.open(SHELF.set).await, 1).await, 2);
    });
}
