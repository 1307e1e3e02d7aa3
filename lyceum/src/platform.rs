//! The subgraphs that are built into this command.

/// A subgraph that needs no file: its schema is part of the command.
#[derive(Debug, Clone, Copy)]
pub struct PlatformSubgraph {
    /// Its name in the graph.
    pub name: &'static str,
    /// The schema that it serves, as its own tests keep it up to date.
    pub sdl: &'static str,
    /// Where that schema stands in the repository, for messages.
    pub schema_file: &'static str,
}

/// All of them, in the order in which they are started.
const SUBGRAPHS: [PlatformSubgraph; 3] = [
    PlatformSubgraph {
        name: "identity",
        sdl: include_str!("../../subgraphs/identity/schema.graphql"),
        schema_file: "subgraphs/identity/schema.graphql",
    },
    PlatformSubgraph {
        name: "learning",
        sdl: include_str!("../../subgraphs/learning/schema.graphql"),
        schema_file: "subgraphs/learning/schema.graphql",
    },
    PlatformSubgraph {
        name: "enrollment",
        sdl: include_str!("../../subgraphs/enrollment/schema.graphql"),
        schema_file: "subgraphs/enrollment/schema.graphql",
    },
];

/// The built-in subgraph of this name.
#[must_use]
pub fn subgraph(name: &str) -> Option<PlatformSubgraph> {
    SUBGRAPHS.into_iter().find(|subgraph| subgraph.name == name)
}

/// The names of all built-in subgraphs.
#[must_use]
pub fn names() -> Vec<&'static str> {
    SUBGRAPHS.iter().map(|subgraph| subgraph.name).collect()
}
