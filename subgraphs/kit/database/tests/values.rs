use kit_database::{DatabaseError, ToColumn, Value};
use kit_testing::{TestDatabase, on_each_database};

use crate::shelf::{copies, insert, shelf};

on_each_database! {
    /// P15
    async fn what_is_written_is_read_back_by_type(place: TestDatabase) {
        let database = shelf(&place).await;
        let written = database
            .query("INSERT INTO books (id, title, copies, rating, is_lent) VALUES (?, ?, ?, ?, ?)")
            .bind([7_u8; 16])
            .bind("Ünïcødé 책 \\ 'quoted'")
            .bind(42_i64)
            .bind(4.5)
            .bind(Some(true))
            .execute()
            .await
            .unwrap();
        assert_eq!(written.rows, 1);

        let row = database.query("SELECT * FROM books WHERE id = ?").bind([7_u8; 16]).fetch_one().await.unwrap();
        assert_eq!(row.get::<[u8; 16]>("id").unwrap(), [7; 16]);
        assert_eq!(row.get::<Vec<u8>>(0).unwrap(), [7; 16]);
        assert_eq!(row.get::<String>("title").unwrap(), "Ünïcødé 책 \\ 'quoted'");
        assert_eq!(row.get::<i32>("copies").unwrap(), 42);
        assert!((row.get::<f64>("rating").unwrap() - 4.5).abs() < f64::EPSILON);
        assert_eq!(row.get::<Option<bool>>("is_lent").unwrap(), Some(true));
    }

    /// P15
    async fn nothing_is_read_as_none_and_only_as_an_option(place: TestDatabase) {
        let database = shelf(&place).await;
        let row = database.query("SELECT rating FROM books").fetch_one().await.unwrap();
        assert_eq!(row.get::<Option<f64>>("rating").unwrap(), None);
        let error = row.get::<f64>("rating").unwrap_err().to_string();
        assert!(error.contains("`rating`") && error.contains("NULL"), "{error}");
    }

    async fn a_column_of_another_type_or_name_is_an_error_that_names_it(place: TestDatabase) {
        let database = shelf(&place).await;
        let row = database.query("SELECT id, title FROM books").fetch_one().await.unwrap();
        assert!(matches!(row.get::<i64>("title"), Err(DatabaseError::Column { column, .. }) if column == "title"));
        assert!(matches!(row.get::<[u8; 8]>("id"), Err(DatabaseError::Column { .. })));
        assert!(matches!(row.get::<i64>("missing"), Err(DatabaseError::Column { column, .. }) if column == "missing"));
    }

    /// P15: MySQL answers sums and averages of integers with decimals.
    async fn sums_counts_and_averages_have_the_types_that_one_expects(place: TestDatabase) {
        let database = shelf(&place).await;
        insert(&database, 2, "Two").await;
        let sql = "SELECT COUNT(*) AS books, SUM(copies) AS copies, AVG(copies) AS average, MAX(copies) > 0 AS any FROM books";
        let row = database.query(sql).fetch_one().await.unwrap();
        assert_eq!(row.get::<i64>("books").unwrap(), 2);
        assert_eq!(row.get::<i64>("copies").unwrap(), 2);
        assert!((row.get::<f64>("average").unwrap() - 1.0).abs() < f64::EPSILON);
        assert!(row.get::<bool>("any").unwrap());
    }

    /// P15: text compares byte by byte on both engines.
    async fn text_is_compared_with_its_case_and_accents(place: TestDatabase) {
        let database = shelf(&place).await;
        for (id, title) in [(2, "one"), (3, "Öne"), (4, "ONE")] {
            insert(&database, id, title).await;
        }
        let found = database.query("SELECT id FROM books WHERE title = ?").bind("one").fetch_all().await.unwrap();
        assert_eq!(found.len(), 1);
    }

    /// P16
    async fn a_list_of_any_length_is_one_statement(place: TestDatabase) {
        let database = shelf(&place).await;
        for id in 2..=9 {
            insert(&database, id, &format!("Book {id}")).await;
        }
        for wanted in [vec![], vec![1_u8], vec![1, 2, 3], (1..=9).collect(), (1..=200).collect()] {
            let sql = "SELECT id FROM books WHERE copies > ? AND id IN (..) AND copies < ? ORDER BY id";
            let ids = wanted.iter().map(|id| [*id; 16]);
            let rows = database.query(sql).bind(0_i64).bind_list(ids).bind(9_i64).fetch_all().await.unwrap();
            let found: Vec<u8> = rows.iter().map(|row| row.get::<[u8; 16]>("id").unwrap()[0]).collect();
            assert_eq!(found, wanted.into_iter().filter(|id| *id <= 9).collect::<Vec<_>>());
        }
    }

    async fn an_empty_list_changes_nothing(place: TestDatabase) {
        let database = shelf(&place).await;
        for sql in ["UPDATE books SET copies = 2 WHERE id IN (..)", "DELETE FROM books WHERE id IN (..)"] {
            let none: [[u8; 16]; 0] = [];
            assert_eq!(database.query(sql).bind_list(none).execute().await.unwrap().rows, 0, "{sql}");
        }
        assert_eq!(copies(&database, 1).await, 1);
    }

    async fn many_rows_are_inserted_at_once(place: TestDatabase) {
        let database = shelf(&place).await;
        let rows = (10_u8..20).map(|id| [[id; 16].to_column(), Value::Text(format!("Book {id}"))]);
        let inserted = database.query("INSERT INTO books (id, title) VALUES (..)").bind_rows(rows).execute().await;
        assert_eq!(inserted.unwrap().rows, 10);
    }

    async fn a_list_without_a_marker_is_refused_before_anything_runs(place: TestDatabase) {
        let database = shelf(&place).await;
        let refused = database.query("DELETE FROM books WHERE id = ?").bind_list([[1_u8; 16]]).execute().await;
        assert!(matches!(refused, Err(DatabaseError::Misuse { .. })), "{refused:?}");
    }

    async fn a_wrong_statement_is_an_error_that_shows_its_text_and_not_its_values(place: TestDatabase) {
        let database = shelf(&place).await;
        let error = database.query("SELECT x FROM nowhere WHERE y = ?").bind("secret").fetch_all().await.err().unwrap();
        let text = error.to_string();
        assert!(text.contains("nowhere") && text.contains("shelf") && !text.contains("secret"), "{text}");
    }
}
