//! One test body, both databases, both logs.

use kit_testing::{Redis, run_on_mariadb, run_on_sqlite, skip_without};

use crate::stage::{Log, Stage};

/// Declares tests that run on every database with every log.
macro_rules! on_each_log {
    ($($(#[$attribute:meta])* async fn $name:ident($stage:ident: $type:ty) $body:block)+) => {$(
        $(#[$attribute])*
        async fn $name($stage: $type) $body

        mod $name {
            use crate::each_log::{run_embedded, run_redis};

            #[test]
            fn on_sqlite_and_embedded() {
                run_embedded(false, super::$name);
            }

            #[test]
            fn on_mariadb_and_embedded() {
                run_embedded(true, super::$name);
            }

            #[test]
            fn on_sqlite_and_redis() {
                run_redis(false, super::$name);
            }

            #[test]
            fn on_mariadb_and_redis() {
                run_redis(true, super::$name);
            }
        }
    )+};
}

pub(crate) fn run_embedded<B: Future<Output = ()>>(is_mariadb: bool, body: impl FnOnce(Stage) -> B) {
    run(is_mariadb, Log::Embedded, body);
}

pub(crate) fn run_redis<B: Future<Output = ()>>(is_mariadb: bool, body: impl FnOnce(Stage) -> B) {
    match Redis::shared() {
        Ok(server) => run(is_mariadb, Log::Redis(server), body),
        Err(reason) => skip_without(reason),
    }
}

fn run<B: Future<Output = ()>>(is_mariadb: bool, log: Log, body: impl FnOnce(Stage) -> B) {
    match is_mariadb {
        true => run_on_mariadb(async |database| body(Stage::set(&database, log).await).await),
        false => run_on_sqlite(async |database| body(Stage::set(&database, log).await).await),
    }
}
