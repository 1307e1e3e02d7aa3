use kit_database::{Database, DatabaseError, MigrationFile, Migrations};
use kit_testing::{TestDatabase, on_each_database};

use crate::shelf::{SHELF, insert};

const ADD_COLUMN: &str = "ALTER TABLE books ADD COLUMN pages BIGINT;";
const SHELF_2: Migrations = Migrations {
    set: "shelf",
    files: &[SHELF.files[0], MigrationFile { name: "0002_pages", sqlite: ADD_COLUMN, mysql: ADD_COLUMN }],
};
const BROKEN: Migrations = Migrations {
    set: "shelf",
    files: &[SHELF.files[0], MigrationFile { name: "0002_pages", sqlite: "ALTER nonsense", mysql: "ALTER nonsense" }],
};
const CHANGED: Migrations = Migrations {
    set: "shelf",
    files: &[MigrationFile { name: "0001_books", sqlite: "SELECT 1;", mysql: "SELECT 1;" }],
};

async fn refusal(database: &Database, migrations: &Migrations) -> String {
    let refused = database.migrate(migrations).await;
    assert!(matches!(refused, Err(DatabaseError::Migration { .. })), "{refused:?}");
    refused.unwrap_err().to_string()
}

on_each_database! {
    async fn each_file_is_applied_once_and_the_data_stays(place: TestDatabase) {
        let database = place.open("shelf").await;
        let kit = "0001_events_and_idempotency".to_owned();
        assert_eq!(database.migrate(&SHELF).await.unwrap(), [kit, "0001_books".to_owned()]);
        insert(&database, 1, "One").await;
        assert_eq!(database.migrate(&SHELF).await.unwrap(), [] as [String; 0]);
        assert_eq!(database.migrate(&SHELF_2).await.unwrap(), ["0002_pages"]);
        let row = database.query("SELECT title, pages FROM books").fetch_one().await.unwrap();
        assert_eq!(row.get::<Option<i64>>("pages").unwrap(), None);
    }

    async fn a_file_that_was_changed_after_it_had_been_applied_is_refused(place: TestDatabase) {
        let database = place.migrated(&SHELF).await;
        let text = refusal(&database, &CHANGED).await;
        assert!(text.contains("0001") && text.contains("new file"), "{text}");
    }

    async fn a_program_that_is_older_than_the_schema_is_refused(place: TestDatabase) {
        let database = place.migrated(&SHELF_2).await;
        let text = refusal(&database, &SHELF).await;
        assert!(text.contains("0002") && text.contains("unknown"), "{text}");
    }

    async fn a_file_that_fails_names_its_set_and_the_files_before_it_stay(place: TestDatabase) {
        let database = place.open("shelf").await;
        let text = refusal(&database, &BROKEN).await;
        assert!(text.contains("shelf"), "{text}");
        insert(&database, 1, "One").await;
    }

    /// In the distributed shape several processes may start on the same database.
    async fn several_that_migrate_at_once_do_it_once(place: TestDatabase) {
        let starting = (0..4).map(|_| {
            let settings = place.settings("shelf");
            tokio::spawn(async move { Database::open(settings).await.unwrap().migrate(&SHELF_2).await.unwrap().len() })
        });
        let mut applied = 0;
        for one in starting.collect::<Vec<_>>() {
            applied += one.await.unwrap();
        }
        assert_eq!(applied, 3);
    }
}
