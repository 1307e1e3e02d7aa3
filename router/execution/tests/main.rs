//! The executor's behaviour at its boundary: hand-built plans, scripted subgraphs, and the bytes of the reply.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod contexts;
mod deduplication;
mod failures;
mod federated;
mod generated;
mod graph;
mod http_transport;
mod in_process_transport;
mod introspection;
mod joins;
mod keeping;
mod null_propagation;
mod peers;
mod projection;
mod scheduling;
mod streaming;
mod subgraph_errors;
mod subscriptions;
mod telemetry;
mod variables;

/// The planner's tests hold what a subgraph's SDL looks like when a server serves it.
#[path = "../../planning/tests/subgraph_schema.rs"]
mod subgraph_schema;
