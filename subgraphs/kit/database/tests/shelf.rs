//! The little schema that the tests work on.

use kit_database::{Database, MigrationFile, Migrations};
use kit_testing::TestDatabase;

pub(crate) const SHELF: Migrations = Migrations {
    set: "shelf",
    files: &[MigrationFile {
        name: "0001_books",
        sqlite: "CREATE TABLE books (
            id       BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            title    TEXT    NOT NULL,
            copies   INTEGER NOT NULL DEFAULT 1,
            rating   REAL,
            is_lent  INTEGER,
            seq      INTEGER NOT NULL DEFAULT 0,
            CONSTRAINT books_title_unique UNIQUE (title),
            CONSTRAINT books_copies_range CHECK (copies BETWEEN 0 AND 100)
        );
        CREATE TABLE loans (
            book_id BLOB NOT NULL REFERENCES books (id),
            reader  TEXT NOT NULL,
            CONSTRAINT loans_book_reader_unique UNIQUE (book_id, reader)
        );",
        mysql: "CREATE TABLE books (
            id       BINARY(16)   NOT NULL PRIMARY KEY,
            title    VARCHAR(100) NOT NULL,
            copies   BIGINT       NOT NULL DEFAULT 1,
            rating   DOUBLE,
            is_lent  BIGINT,
            seq      BIGINT       NOT NULL DEFAULT 0,
            CONSTRAINT books_title_unique UNIQUE (title),
            CONSTRAINT books_copies_range CHECK (copies BETWEEN 0 AND 100)
        ) ENGINE = InnoDB;
        CREATE TABLE loans (
            book_id BINARY(16)  NOT NULL,
            reader  VARCHAR(50) NOT NULL,
            CONSTRAINT loans_book_reader_unique UNIQUE (book_id, reader),
            CONSTRAINT loans_book_fk FOREIGN KEY (book_id) REFERENCES books (id)
        ) ENGINE = InnoDB;",
    }],
};

/// A shelf that holds the book `[1; 16]`, "One", with one copy.
pub(crate) async fn shelf(place: &TestDatabase) -> Database {
    let database = place.migrated(&SHELF).await;
    insert(&database, 1, "One").await;
    database
}

pub(crate) async fn insert(database: &Database, id: u8, title: &str) {
    let insert = database.query("INSERT INTO books (id, title) VALUES (?, ?)");
    insert.bind([id; 16]).bind(title).execute().await.unwrap();
}

pub(crate) async fn copies(database: &Database, id: u8) -> i64 {
    let row = database.query("SELECT copies FROM books WHERE id = ?").bind([id; 16]).fetch_one().await.unwrap();
    row.get("copies").unwrap()
}
