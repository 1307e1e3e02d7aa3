//! Reads the suites of `tests/federation-audit`.

use std::fs;
use std::path::PathBuf;

use router_schema::Supergraph;
use serde::Deserialize;
use serde_json::Value;

/// A suite of the audit.
pub(crate) struct Suite {
    pub(crate) name: String,
    pub(crate) supergraph: Supergraph,
    /// The public schema as the reference composer gives it.
    pub(crate) api_sdl: String,
    pub(crate) subgraphs: Vec<SubgraphFile>,
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct SubgraphFile {
    pub(crate) name: String,
    pub(crate) sdl: String,
}

/// An operation and the answer that the audit expects.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) query: String,
    pub(crate) expected: Expected,
}

#[derive(Deserialize)]
pub(crate) struct Expected {
    #[serde(default)]
    pub(crate) data: Value,
    #[serde(default)]
    pub(crate) errors: bool,
}

/// One suite by name.
pub(crate) fn suite(name: &str) -> Suite {
    let folder = root().join(name);
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    Suite {
        name: name.to_owned(),
        supergraph: Supergraph::parse(&read("supergraph.graphql")).unwrap_or_else(|error| panic!("{name}: {error}")),
        api_sdl: read("api.graphql"),
        subgraphs: serde_json::from_str(&read("subgraphs.json")).unwrap(),
        cases: serde_json::from_str(&read("tests.json")).unwrap(),
    }
}

/// All suites, by name.
pub(crate) fn suites() -> Vec<Suite> {
    let folders = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap());
    let folders = folders.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names.iter().map(|name| suite(name)).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/federation-audit")
}
