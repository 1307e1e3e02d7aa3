//! What is composed.

/// One subgraph, as its owner publishes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubgraphSource {
    /// Its name, unique in the graph.
    pub name: String,
    /// Where routers reach it; may be empty when routers are told otherwise.
    pub url: String,
    /// Its SDL, in Federation 1 or Federation 2.
    pub sdl: String,
    /// The file that the SDL was read from, for messages.
    pub file_name: String,
}
