//! Every behaviour of the database interface, on SQLite and on MariaDB (P15).

#![expect(clippy::unwrap_used, reason = "what stands outside of test functions here serves them")]

mod constraints;
mod durability;
mod idempotency;
mod isolation;
mod migrations;
mod observation;
mod ownership;
mod shelf;
mod transactions;
mod upserts;
mod values;
