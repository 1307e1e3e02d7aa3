//! The test harness of the subgraphs: real databases, and whole subgraphs on them.
//!
//! - [`on_each_database!`] runs a test on SQLite and on MariaDB; both show in the output as `<name>::on_sqlite` and
//!   `<name>::on_mariadb`.
//! - [`TestDatabase`] is an empty database of one test: a temporary file, or a schema with a user of its own on a private
//!   MariaDB server that the test process starts when it first needs it and that ends with it, however it ends.
//! - [`TestSubgraph`] is a whole subgraph on such a database, asked as the router asks it: signed, over its HTTP
//!   interface, at the time of a clock that the test moves.
//! - [`Listening`] is a subscription to such a subgraph.
//! - [`neighbour_answering`] is the sister that a subgraph asks.
//! - [`openapi_operations`] and [`assert_openapi_is_whole`] read the descriptions of REST paths.
//! - [`assert_text_stays_text`] writes text that would become part of a statement wherever a schema takes text.
//! - [`MariaDb`] and [`Redis`] are private servers, to share or to mistreat.
//! - [`S3Server`] is a bucket of an S3-compatible store.
//! - [`MovableClock`] is the clock of such a server's machine, which the test moves.
//!
//! Without MariaDB, Redis or libfaketime on the machine its tests are skipped with a note on the error stream. With
//! `LYCEUM_REQUIRE_DATABASES=1` they fail instead: continuous integration sets it.
//!
//! Invariants: no test shares data with another one; nothing listens on anything but the loopback; no server and no file
//! outlives the test process.
//!
//! It panics where anything is wrong, as tests do, and is never part of the product.

mod database;
mod each_database;
mod injection;
mod listening;
mod mariadb;
mod movable_clock;
mod neighbours;
mod openapi;
mod redis;
mod s3;
mod subgraph;

pub use database::TestDatabase;
pub use each_database::{run_on_mariadb, run_on_sqlite, skip_without};
pub use injection::assert_text_stays_text;
pub use listening::Listening;
pub use mariadb::{MariaDb, NotInstalled};
pub use movable_clock::{MovableClock, NoMovableClock};
pub use neighbours::neighbour_answering;
pub use openapi::{assert_openapi_is_whole, openapi_operations};
pub use redis::{Redis, RedisNotInstalled};
pub use s3::{S3Fate, S3Server};
pub use subgraph::{Reply, TEST_START_US, TestSubgraph, person};
