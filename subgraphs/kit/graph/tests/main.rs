//! What kit-graph gives a schema, on a small subgraph of its own.

mod errors;
mod sample;
mod sdl;
