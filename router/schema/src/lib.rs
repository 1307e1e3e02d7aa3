//! The federated schema as a model: types, fields, owners, keys; SDL in and out.

/// A subgraph's index in its supergraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubgraphId(pub usize);
