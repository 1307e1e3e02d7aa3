//! Events from one subgraph's transaction to another one's effect, on SQLite and on MariaDB, through the embedded log and
//! through Redis (P13, P14).

#![expect(clippy::unwrap_used, reason = "what stands outside of test functions here serves them")]

#[macro_use]
mod each_log;

mod crashes;
mod delivery;
mod embedded_log;
mod failures;
mod outbox;
mod redis_log;
mod stage;
