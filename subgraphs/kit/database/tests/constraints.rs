use kit_database::{Database, DatabaseError, in_transaction};
use kit_testing::{TestDatabase, on_each_database};

use crate::shelf::shelf;

async fn add(database: &Database, id: u8, title: &str, copies: i64) -> DatabaseError {
    let insert = database.query("INSERT INTO books (id, title, copies) VALUES (?, ?, ?)");
    insert.bind([id; 16]).bind(title).bind(copies).execute().await.unwrap_err()
}

on_each_database! {
    /// P15
    async fn a_broken_unique_constraint_is_known_by_its_name(place: TestDatabase) {
        let database = shelf(&place).await;
        assert_eq!(add(&database, 2, "One", 1).await.unique_constraint(), Some("books_title_unique"));
        let loan = "INSERT INTO loans (book_id, reader) VALUES (?, ?)";
        database.query(loan).bind([1_u8; 16]).bind("ann").execute().await.unwrap();
        let error = database.query(loan).bind([1_u8; 16]).bind("ann").execute().await.unwrap_err();
        assert_eq!(error.unique_constraint(), Some("loans_book_reader_unique"));
    }

    async fn a_broken_primary_key_is_called_primary(place: TestDatabase) {
        let database = shelf(&place).await;
        assert_eq!(add(&database, 1, "Other", 1).await.unique_constraint(), Some("PRIMARY"));
    }

    async fn a_broken_check_is_known_by_its_name(place: TestDatabase) {
        let database = shelf(&place).await;
        assert_eq!(add(&database, 2, "Two", 101).await.check_constraint(), Some("books_copies_range"));
    }

    async fn a_missing_parent_and_a_parent_with_children_break_the_foreign_key(place: TestDatabase) {
        let database = shelf(&place).await;
        let loan = "INSERT INTO loans (book_id, reader) VALUES (?, ?)";
        let orphan = database.query(loan).bind([9_u8; 16]).bind("ann").execute().await;
        assert!(matches!(orphan, Err(DatabaseError::ForeignKey)), "{orphan:?}");
        database.query(loan).bind([1_u8; 16]).bind("ann").execute().await.unwrap();
        let parent = database.query("DELETE FROM books WHERE id = ?").bind([1_u8; 16]).execute().await;
        assert!(matches!(parent, Err(DatabaseError::ForeignKey)), "{parent:?}");
    }

    async fn a_column_that_needs_a_value_refuses_nothing(place: TestDatabase) {
        let database = shelf(&place).await;
        let insert = database.query("INSERT INTO books (id, title) VALUES (?, ?)").bind([2_u8; 16]);
        let refused = insert.bind(None::<String>).execute().await;
        assert!(matches!(refused, Err(DatabaseError::NotNull { .. })), "{refused:?}");
    }

    /// A store asks for forgiveness: the transaction goes on after a broken constraint.
    async fn a_broken_constraint_undoes_its_statement_and_not_the_transaction(place: TestDatabase) {
        let database = shelf(&place).await;
        let done: Result<(), DatabaseError> = in_transaction!(database, |transaction| {
            let sql = "INSERT INTO books (id, title) VALUES (?, ?)";
            transaction.query(sql).bind([2_u8; 16]).bind("Two").execute().await?;
            let taken = transaction.query(sql).bind([3_u8; 16]).bind("One").execute().await;
            assert_eq!(taken.unwrap_err().unique_constraint(), Some("books_title_unique"));
            transaction.query(sql).bind([4_u8; 16]).bind("Four").execute().await?;
            Ok(())
        });
        done.unwrap();
        let count = database.query("SELECT COUNT(*) AS books FROM books").fetch_one().await.unwrap();
        assert_eq!(count.get::<i64>("books").unwrap(), 3);
    }

    /// P8: what is internal never leaks; MySQL puts the value into its own message.
    async fn the_error_of_a_constraint_does_not_hold_the_value(place: TestDatabase) {
        let database = shelf(&place).await;
        let error = add(&database, 2, "One", 1).await;
        assert!(!format!("{error} {error:?}").contains("One"), "{error:?}");
    }
}
