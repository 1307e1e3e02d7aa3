//! enrollment: who may learn what, and how it was paid for (domain.md 2.3, 3.3).
//!
//! `domain` holds the rules of prices, memberships and progress; `store` is the only place that knows the tables;
//! `service` enrols people, charges through a payment port and publishes `events` in the same transaction; `seed` writes
//! the demonstration data.
//!
//! Invariants: one enrolment per person and course, never deleted; an order is paid exactly when it bought something;
//! what is charged is the price that learning published last.

mod domain;
mod events;
mod seed;
mod service;
mod store;

use kit_database::Migrations;

/// The tables of enrollment.
const MIGRATIONS: Migrations = kit_database::migrations!("enrollment", ["0001_enrollments"]);
