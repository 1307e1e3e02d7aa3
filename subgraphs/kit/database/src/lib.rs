//! One small database interface over SQLite (embedded) and MySQL or MariaDB (production).
//!
//! The same SQL text runs on both engines (P15): `?` placeholders, ids as 16 bytes, time as UTC microseconds, no
//! `RETURNING`. How the parts meet:
//!
//! - [`DatabaseSettings`] say where the data of *one* subgraph lies; [`Database::open`] opens it and refuses data that
//!   is recorded as another subgraph's (P2).
//! - [`Migrations`] are the subgraph's embedded SQL files, a twin per engine; [`Database::migrate`] brings the schema
//!   forward, the kit's own tables (outbox, inbox, idempotency, ...) first.
//! - [`Query`] is one statement: `query(sql).bind(value)` and then `fetch_all`, `fetch_optional`, `fetch_one` or
//!   `execute`. Its text is `&'static str`, so no value can get into it; a list of any length binds to the marker `(..)`.
//! - [`Row::get`] reads a column into a Rust value ([`FromColumn`]); [`ToColumn`] is the way in.
//! - [`in_transaction!`] does work in a [`Transaction`], and again when another transaction was in the way.
//! - [`DatabaseError`] names a broken constraint alike on both engines, so that a store can map it to a domain error.
//! - [`Upsert`] is the one dialect fork, together with row locks ([`Query::locking`]).
//! - [`idempotency`] makes a repeated mutation answer with its first payload (P7).
//!
//! Invariants:
//! - SQLite has one writer connection and several readers that cannot write: within a process no write ever fails with
//!   "database is locked".
//! - A statement that fails with a deadlock, or because there is no room, aborts its transaction on both engines;
//!   nothing can be written after it.
//! - Values never reach logs, spans or errors: only the text of a statement and names of constraints do.
//! - Work may be interrupted at any point, as it is when a client hangs up: what was not committed is undone, and no
//!   connection is lost to the pool.
//! - Every wait is bounded: connections, locks and statements ([`PoolSettings`]).
//!
//! Isolation: on SQLite every transaction is serializable, since it is the only one that writes from its beginning
//! (`BEGIN IMMEDIATE`). On MySQL a transaction is READ COMMITTED: it sees nothing but what was committed, and whole (none
//! of Adya's G0, G1a, G1b and G1c), while what it has read may change before it writes. A transaction that reads with
//! [`Query::locking`] whatever it decides upon is serializable there, too: it holds the lock of every row that it has
//! read or written until it ends. That is the level to count on. It is of rows by their keys: a row that is not there
//! yet has no lock, so what must not be there twice is a unique constraint. REPEATABLE READ would take gap locks, from
//! which most deadlocks come, and lose updates all the same on most servers; SERIALIZABLE would lock every read of every transaction.
//!
//! What it does not do: map rows to types by derive, build SQL, migrate backwards, or share a database between subgraphs.

mod column;
mod constraint;
mod database;
mod engine;
mod error;
mod file_lock;
pub mod idempotency;
mod migration;
mod mysql_session;
mod ownership;
mod query;
mod retry;
mod row;
mod settings;
mod statement;
mod transaction;
mod upsert;

pub use column::{ColumnValue, FromColumn, Mismatch, ToColumn, Value};
pub use database::{Connections, Database};
pub use engine::Engine;
pub use error::DatabaseError;
pub use migration::{KIT_MIGRATIONS, MigrationFile, Migrations};
pub use query::{Executed, Executor, LIST_LENGTH_MAX, Query};
#[doc(hidden)]
pub use retry::Attempts;
pub use row::{ColumnKey, Row};
pub use settings::{DatabaseLocation, DatabaseSettings, Durability, PoolSettings};
pub use statement::{StatementRecording, describe_metrics};
pub use transaction::Transaction;
pub use upsert::Upsert;
