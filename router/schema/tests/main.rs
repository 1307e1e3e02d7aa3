//! Supergraph SDL in, model and public schema out.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api_schema;
mod authorization;
mod errors;
mod model;
mod specifications;
mod supergraphs;
