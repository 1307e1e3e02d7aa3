//! A small subgraph, started and asked over HTTP as the router does it.

#![expect(clippy::unwrap_used, reason = "what stands outside of test functions here serves them")]

mod events;
mod health;
mod operations;
mod requests;
mod rest;
mod sample;
mod stage;
mod stopping;
mod tracing;
mod working;
