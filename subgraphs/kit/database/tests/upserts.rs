use kit_database::{Database, Upsert};
use kit_testing::{TestDatabase, on_each_database};

use crate::shelf::{copies, shelf};

const RETITLE: Upsert = Upsert::into("books").key(&["id"]).replace(&["title"]);
const DONATE: Upsert = Upsert::into("books").key(&["id"]).insert_only(&["title"]).add(&["copies"]);
const NEWEST: Upsert = Upsert::into("books").key(&["id"]).replace(&["title"]).add(&["copies"]).newest_by("seq");
const KEEP: Upsert = Upsert::into("books").key(&["id"]).insert_only(&["title"]);

async fn title(database: &Database, id: u8) -> String {
    let row = database.query("SELECT title FROM books WHERE id = ?").bind([id; 16]).fetch_one().await.unwrap();
    row.get("title").unwrap()
}

on_each_database! {
    /// P15
    async fn an_upsert_inserts_and_then_replaces(place: TestDatabase) {
        let database = shelf(&place).await;
        for (id, name) in [(1_u8, "Uno"), (2, "Two"), (2, "Dos")] {
            database.upsert(&RETITLE).bind([id; 16]).bind(name).execute().await.unwrap();
        }
        assert_eq!((title(&database, 1).await, title(&database, 2).await), ("Uno".into(), "Dos".into()));
    }

    async fn an_upsert_adds_to_what_is_there(place: TestDatabase) {
        let database = shelf(&place).await;
        for added in [3_i64, 4] {
            database.upsert(&DONATE).bind([1_u8; 16]).bind("ignored").bind(added).execute().await.unwrap();
        }
        assert_eq!((copies(&database, 1).await, title(&database, 1).await), (8, "One".into()));
    }

    /// A projection keeps the newest version, in whatever order the events arrive (P13).
    async fn an_upsert_by_version_ignores_what_is_older(place: TestDatabase) {
        let database = shelf(&place).await;
        for (name, seq) in [("v2", 2_i64), ("v5", 5), ("v3", 3), ("v5 again", 5)] {
            database.upsert(&NEWEST).bind([1_u8; 16]).bind(name).bind(1_i64).bind(seq).execute().await.unwrap();
        }
        assert_eq!((title(&database, 1).await, copies(&database, 1).await), ("v5".into(), 3));
    }

    async fn an_upsert_without_changes_keeps_the_row(place: TestDatabase) {
        let database = shelf(&place).await;
        for id in [1_u8, 2] {
            database.upsert(&KEEP).bind([id; 16]).bind("New").execute().await.unwrap();
        }
        assert_eq!((title(&database, 1).await, title(&database, 2).await), ("One".into(), "New".into()));
    }
}
