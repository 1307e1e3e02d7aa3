//! Events from one subgraph's transaction to another one's effect, on SQLite and on MariaDB, through the embedded log and
//! through Redis (P13, P14).

#![expect(clippy::unwrap_used, reason = "what stands outside of test functions here serves them")]

#[macro_use]
mod each_log;

mod backlog;
mod bookmarks;
mod chaos;
mod clocks;
mod crashes;
mod databases;
mod delivery;
mod embedded_log;
mod evolution;
mod failures;
mod mariadb_faults;
mod network;
mod outbox;
mod redis_faults;
mod redis_log;
mod replicas;
mod short_soak;
#[path = "../examples/soak/soak.rs"]
mod soak;
mod sqlite_faults;
mod stage;
