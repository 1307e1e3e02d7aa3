//! Subgraphs for tests.

use std::path::{Path, PathBuf};

use router_composition::SubgraphSource;
use serde::Deserialize;

#[derive(Deserialize)]
struct AuditSubgraph {
    name: String,
    url: String,
    sdl: String,
}

/// Where the audit's data lies.
pub(crate) fn audit_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/federation-audit")
}

/// The names of the audit's suites.
pub(crate) fn audit_suites() -> Vec<String> {
    let mut suites: Vec<String> = std::fs::read_dir(audit_folder())
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().and_then(|name| name.to_str()).expect("suites have plain names").to_owned())
        .collect();
    suites.sort();
    suites
}

/// The subgraphs of one suite.
pub(crate) fn audit_subgraphs(suite: &str) -> Vec<SubgraphSource> {
    let text =
        std::fs::read_to_string(audit_folder().join(suite).join("subgraphs.json")).expect("the suite has subgraphs");
    let subgraphs: Vec<AuditSubgraph> = serde_json::from_str(&text).expect("the subgraphs are JSON");
    subgraphs
        .into_iter()
        .map(|subgraph| SubgraphSource {
            file_name: format!("{}.graphql", subgraph.name),
            name: subgraph.name,
            url: subgraph.url,
            sdl: subgraph.sdl,
        })
        .collect()
}

/// Federation 2 subgraphs from names and SDL; the link with every import is added.
pub(crate) fn subgraphs<const COUNT: usize>(subgraphs: [(&str, &str); COUNT]) -> Vec<SubgraphSource> {
    let link = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@external",
  "@requires", "@provides", "@shareable", "@override", "@inaccessible", "@tag", "@composeDirective", "@interfaceObject",
  "@authenticated", "@requiresScopes", "@policy", "@cost", "@listSize", "@extends"])"#;
    plain_subgraphs(subgraphs.map(|(name, sdl)| (name, format!("{link}\n{sdl}"))))
}

/// Subgraphs from names and SDL as it is.
pub(crate) fn plain_subgraphs<const COUNT: usize, S: Into<String>>(
    subgraphs: [(&str, S); COUNT],
) -> Vec<SubgraphSource> {
    subgraphs
        .into_iter()
        .map(|(name, sdl)| SubgraphSource {
            name: name.to_owned(),
            url: format!("http://{name}.invalid/graphql"),
            sdl: sdl.into(),
            file_name: format!("{name}.graphql"),
        })
        .collect()
}
