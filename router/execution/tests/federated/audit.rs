//! Reads the suites of the public federation audit, which the planner's tests keep.

use std::fs;
use std::path::PathBuf;

use router_schema::Supergraph;
use serde::Deserialize;
use serde_json::Value;

pub(super) struct Suite {
    pub(super) name: String,
    pub(super) supergraph: Supergraph,
    pub(super) subgraphs: Vec<SubgraphFile>,
    pub(super) cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct SubgraphFile {
    pub(crate) name: String,
    pub(crate) sdl: String,
}

#[derive(Deserialize)]
pub(super) struct Case {
    pub(super) query: String,
    pub(super) variables: Option<Value>,
    pub(super) expected: Expected,
}

#[derive(Deserialize)]
pub(super) struct Expected {
    /// The audit allows, or wants, an answer with errors.
    #[serde(default)]
    pub(super) errors: bool,
}

pub(super) fn suites() -> Vec<Suite> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../planning/tests/federation-audit");
    let mut folders: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
        .iter()
        .map(|folder| {
            let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
            Suite {
                name: folder.file_name().unwrap().to_string_lossy().into_owned(),
                supergraph: Supergraph::parse(&read("supergraph.graphql")).unwrap(),
                subgraphs: serde_json::from_str(&read("subgraphs.json")).unwrap(),
                cases: serde_json::from_str(&read("tests.json")).unwrap(),
            }
        })
        .collect()
}
