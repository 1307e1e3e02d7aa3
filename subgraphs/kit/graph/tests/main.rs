//! What kit-graph gives a schema, on a small subgraph of its own.

#![expect(clippy::unwrap_used, reason = "what stands outside of test functions here serves them")]

mod errors;
mod hostile;
mod sample;
mod sdl;
