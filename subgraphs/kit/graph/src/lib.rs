//! kit-graph
