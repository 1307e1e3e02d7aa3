//! One test body, both engines.

use std::fmt::Display;
use std::io::Write;

use crate::TestDatabase;
use crate::mariadb::MariaDb;

/// Set to `1` where a missing database must fail the tests instead of skipping them.
const REQUIRE: &str = "LYCEUM_REQUIRE_DATABASES";

/// Worker threads of a test's runtime: enough for two tasks to really meet.
const WORKERS: usize = 2;

/// Declares tests that run on SQLite and on MariaDB.
///
/// ```
/// use kit_testing::TestDatabase;
///
/// kit_testing::on_each_database! {
///     /// P15
///     async fn an_empty_database_answers(place: TestDatabase) {
///         place.open("learning").await.ping().await.unwrap();
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_each_database {
    ($($(#[$attribute:meta])* async fn $name:ident($place:ident: $type:ty) $body:block)+) => {$(
        $(#[$attribute])*
        #[cfg(test)]
        async fn $name($place: $type) $body

        #[cfg(test)]
        mod $name {
            #[test]
            fn on_sqlite() {
                $crate::run_on_sqlite(super::$name);
            }

            #[test]
            fn on_mariadb() {
                $crate::run_on_mariadb(super::$name);
            }
        }
    )+};
}

/// Runs the body on a temporary SQLite file.
///
/// # Panics
/// When the body does.
pub fn run_on_sqlite<B: Future<Output = ()>>(body: impl FnOnce(TestDatabase) -> B) {
    run(async { body(TestDatabase::sqlite()).await });
}

/// Runs the body on a schema of a private MariaDB server; skips it where none is installed.
///
/// # Panics
/// When the body does, and without MariaDB when `LYCEUM_REQUIRE_DATABASES` is `1`.
pub fn run_on_mariadb<B: Future<Output = ()>>(body: impl FnOnce(TestDatabase) -> B) {
    match MariaDb::shared() {
        Ok(server) => run(async { body(TestDatabase::mariadb(server).await).await }),
        Err(reason) => skip_without(reason),
    }
}

fn run(body: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .expect("a test needs a runtime")
        .block_on(body);
}

/// Notes that a test is skipped because of what is not installed.
///
/// # Panics
/// When `LYCEUM_REQUIRE_DATABASES` is `1`.
pub fn skip_without(reason: &dyn Display) {
    let required = std::env::var(REQUIRE).is_ok_and(|value| value == "1");
    assert!(!required, "{reason}, and {REQUIRE}=1 asks for it");
    // Straight to the error stream: what goes through `eprintln!` is only shown for tests that fail.
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let note = format!("skipped {test}: {reason}\n");
    std::io::stderr().write_all(note.as_bytes()).expect("the error stream takes a line");
}
