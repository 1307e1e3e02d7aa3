//! The studio, told of requests and asked about them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod bottlenecks;
mod explaining;
mod graph;
mod history;
mod remembering;
mod testkit;
