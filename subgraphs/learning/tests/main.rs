//! Learning as its neighbours see it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod catalogue;
mod category;
mod course;
mod graph;
mod lesson;
mod schema;
mod seed;
