//! Events from one subgraph's transaction to another one's effect, on SQLite and on MariaDB (P13, P14).

#![expect(clippy::unwrap_used, reason = "what stands outside of test functions here serves them")]

mod crashes;
mod delivery;
mod embedded_log;
mod failures;
mod outbox;
mod stage;
