use kit_testing::{TestDatabase, on_each_database};

use crate::shelf::shelf;

on_each_database! {
    /// P16
    async fn statements_are_counted_and_recorded_by_their_text(place: TestDatabase) {
        let database = shelf(&place).await;
        let before = database.statements_issued();
        let recording = database.record_statements();
        database.query("SELECT title FROM books WHERE id = ?").bind([1_u8; 16]).fetch_optional().await.unwrap();
        let mut transaction = database.begin().await.unwrap();
        transaction.query("DELETE FROM loans").execute().await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(recording.finish(), ["SELECT title FROM books WHERE id = ?", "DELETE FROM loans"]);
        assert_eq!(database.statements_issued() - before, 2);
    }
}
