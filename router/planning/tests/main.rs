//! The planner from outside: every operation of the public federation audit, and plans worth reading.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod authorization;
mod bounds;
mod conditions;
mod fixtures;
mod hostile_graphs;
mod incremental;
mod merged_data;
mod shared_positions;
mod snapshots;
mod subgraph_schema;
mod written_supergraph;
