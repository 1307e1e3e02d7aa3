//! Operation + supergraph -> query plan.
//!
//! The planner is a pure function: it does no I/O, knows no transport, and gives the same plan for the same input.
//! [`plan`] holds the plan itself, the narrow waist between planning and execution: a flat list of fetches with
//! explicit inputs and dependencies (design decision 2), not a nested tree of waits.

pub mod plan;
