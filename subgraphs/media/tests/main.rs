//! Files at the boundary: the graph, the REST surface and the events.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod s3;
