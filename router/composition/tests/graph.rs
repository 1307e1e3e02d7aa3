//! The graph of this repository: the SDL of its subgraphs composes, and everything they declare is public.

use std::path::{Path, PathBuf};

use apollo_compiler::Schema;
use router_composition::{SubgraphSource, compose};
use router_schema::Supergraph;

fn graph_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/graph");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("docs/graph is there")
        .map(|entry| entry.expect("docs/graph can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "graphql"))
        .collect();
    files.sort();
    files
}

pub(crate) fn graph() -> Vec<SubgraphSource> {
    let source = |path: &PathBuf| {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("subgraphs have plain names").to_owned();
        SubgraphSource {
            url: format!("http://{name}.invalid/graphql"),
            sdl: std::fs::read_to_string(path).expect("the SDL can be read"),
            file_name: format!("{name}.graphql"),
            name,
        }
    };
    graph_files().iter().map(source).collect()
}

#[test]
fn the_eleven_subgraphs_compose() {
    let graph = graph();
    assert_eq!(graph.len(), 11);
    let composition = compose(&graph).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let supergraph = Supergraph::parse(&composition.supergraph_sdl).unwrap();
    assert_eq!(supergraph.subgraphs().len(), 11);
    let public = supergraph.api_schema();
    for subgraph in &graph {
        let own = Schema::builder().adopt_orphan_extensions().parse(&subgraph.sdl, &subgraph.file_name).build();
        let own = own.unwrap_or_else(|failure| failure.partial);
        for (name, ty) in own.types.iter().filter(|(name, ty)| !ty.is_built_in() && !name.starts_with("federation__")) {
            let is_hidden = ty.directives().has("inaccessible");
            assert_eq!(public.types.contains_key(name), !is_hidden, "{name} of {}", subgraph.name);
        }
    }
}

#[test]
fn composing_twice_gives_the_same_text() {
    assert_eq!(compose(&graph()).unwrap(), compose(&graph()).unwrap());
}
