//! What is kept, in one SQLite file: traces, operations, counts, and how schemas have changed.
//!
//! - [`open`] opens the file, and puts one that it cannot use aside;
//! - [`traces`] writes, finds and forgets traces; [`operations`], [`buckets`] and [`schemas`] keep the rest;
//! - [`pack`] makes values small.
//!
//! **Invariants.** One connection writes. Nothing that is read waits for it: readers see the file as it was. What cannot be
//! read any more is left out, and never stops anybody.

pub mod buckets;
pub mod open;
pub mod operations;
pub mod pack;
pub mod schemas;
pub mod traces;

pub use self::open::{Store, StoreError};
