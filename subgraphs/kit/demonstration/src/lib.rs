//! The demonstration world: who and what exists when a person starts the product for the first time.
//!
//! No subgraph imports another, yet enrolments must name users and courses that other subgraphs wrote. So the *world*
//! is a pure function of `(profile, seed, anchor)`, computed here without any database; each subgraph's `seed.rs`
//! writes its own share of it.
//!
//! How the parts meet:
//! - [`WorldKey`] = [`Profile`] (how much), [`Seed`] (which), [`Anchor`] (when "now" is). [`World::new`] costs nothing;
//!   each share is computed at its first use and kept.
//! - [`World`] answers with plain rows: [`World::users`], [`World::courses`], [`World::enrollments`] and so on.
//!   [`Persona`] names the well-known accounts at the head of the users.
//! - [`Seeder`] is what a subgraph implements; [`table!`] describes what it fills; [`seed`] runs it once and keeps a
//!   record; [`BulkInsert`] writes many rows fast; [`Progress`] tells a person how far it is.
//! - [`checksum`] reads the rows back. It is equal on SQLite and on MySQL, and for every run of the same world.
//!
//! # Invariants
//! - **Pure.** Equal keys give equal worlds, to the byte, on every machine: random numbers are ChaCha8 keyed by
//!   BLAKE3(seed, table, row), and numbers that decide a row come from integers and exactly rounded operations only.
//! - **Independent rows.** Each row draws from a generator of its own; a growing table changes no row of another.
//! - **Ids tell time.** An id is a ULID whose time is the row's `created_at` and whose entropy is the row's generator.
//! - **Nothing real.** Names are drawn part by part, addresses end in `demo.invalid`, phone numbers and IP addresses
//!   are of ranges that are never assigned.
//! - **Seeding is idempotent.** A finished seed is left alone, an interrupted one is removed and written again, a table
//!   with rows that seeding did not write is refused.
//!
//! # What this crate does not do
//! It hashes no password (identity computes the one PHC string of [`DemonstrationPassword`]), publishes no event, and
//! knows no table: those belong to the subgraphs.

mod anchor;
mod error;
mod password;
mod profile;
mod progress;
mod random;
mod seeding;
mod timeline;
mod world;

#[doc(hidden)]
pub use kit_database::ToColumn;

pub use anchor::Anchor;
pub use error::DemonstrationError;
pub use password::{DemonstrationPassword, KNOWN_PASSWORD, PASSWORD_VARIABLE};
pub use profile::{Counts, Profile};
pub use progress::{Progress, TableProgress};
pub use random::{RowRandom, Seed, distribution::Weighted};
pub use seeding::{
    BulkInsert, Checksum, ColumnKind, Outcome, Seeder, SeedingRecord, Table, TableChecksum, checksum, record, seed,
};
#[doc(hidden)]
pub use seeding::{Column, TableText};
pub use timeline::UtcMicros;
pub use world::{
    Archetype, BillingPeriod, CITIES, Category, City, Company, CompletedLesson, Course, CourseLevel, CourseStatus,
    Enrollment, EnrollmentSource, GridPoint, Language, Lesson, LoginEvent, LoginKind, Membership, MembershipStatus,
    Order, OrderStatus, OrderSubject, Persona, Plan, Role, Team, User, UserStatus, Viewing, ViewingEvent,
    ViewingEventKind, World, WorldKey, mint,
};
