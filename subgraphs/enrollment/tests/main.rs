//! Enrollment as its neighbours see it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod graph;
