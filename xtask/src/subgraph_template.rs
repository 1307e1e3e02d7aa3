//! Writes a new subgraph.
