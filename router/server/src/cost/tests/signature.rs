//! The operations that this graph was designed for fit into the budgets.

use std::path::PathBuf;

use apollo_compiler::ExecutableDocument;
use router_composition::{SubgraphSource, compose};
use router_schema::Supergraph;

use crate::configuration::CostSettings;
use crate::cost::{CostModel, Variables, compile};

fn repository(path: &str) -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Name and text of each GraphQL file of a folder.
fn documents(folder: &str) -> Vec<(String, String)> {
    let files = std::fs::read_dir(repository(folder)).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "graphql"));
    let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files.map(|path| (name(&path), std::fs::read_to_string(path).unwrap())).collect()
}

/// The examples of the demonstration's playground.
fn examples() -> Vec<(String, String)> {
    let settings = std::fs::read_to_string(repository("supergraph.yaml")).unwrap();
    let blocks = settings.split("query: |\n").skip(1);
    let text =
        |block: &str| block.lines().take_while(|line| line.starts_with("          ")).collect::<Vec<_>>().join("\n");
    blocks.map(|block| ("example".to_owned(), text(block))).collect()
}

/// Domain sections 4.4 and 5.2: with variables that are not given, which is the usual length of a page.
#[test]
fn the_graphs_own_operations_are_within_the_default_budgets() {
    let sources = documents("docs/graph").into_iter().map(|(name, sdl)| SubgraphSource {
        url: format!("http://{name}.invalid/graphql"),
        file_name: format!("{name}.graphql"),
        name,
        sdl,
    });
    let composed = compose(&sources.collect::<Vec<_>>()).unwrap();
    let supergraph = std::sync::Arc::new(Supergraph::parse(&composed.supergraph_sdl).unwrap());
    let settings = CostSettings::default();
    let model = CostModel::new(std::sync::Arc::clone(&supergraph), settings.list_size_default);
    let operations = documents("docs/graph/operations");
    assert_eq!(operations.len(), 32);
    let examples = examples();
    assert!(examples.len() >= 3, "supergraph.yaml has its examples elsewhere");
    for (name, text) in operations.into_iter().chain(examples) {
        let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), &text, &name).unwrap();
        for operation in document.operations.iter() {
            let (formula, problems) = compile(&model, &document, operation);
            let (cost, budget) = (formula.cost(&Variables::new()), settings.budget);
            assert!(problems.is_empty(), "{name}: {problems:?}");
            assert!(cost <= budget, "{name} costs {cost}: {:?}", formula.most_expensive(&Variables::new(), 5));
        }
    }
}
