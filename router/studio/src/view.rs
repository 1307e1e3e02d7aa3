//! What is told of all this, as JSON (docs/studio-json.md). Durations are in milliseconds, moments in RFC 3339.

pub mod bottlenecks;
pub mod graph;
pub mod numbers;
pub mod operations;
pub mod overview;
pub mod subgraphs;
pub mod summary;
pub mod trace;

pub use self::summary::TraceSummary;
