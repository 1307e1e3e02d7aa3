//! What reckoning the cost adds to a request whose operation is remembered: `cargo bench -p router-server --bench cost`.
//!
//! Each signature operation of this repository's graph is made a formula once, which is measured too, and then given
//! variables as often as a second allows.

#![expect(clippy::expect_used, reason = "a measurement that cannot go on has failed")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use apollo_compiler::ExecutableDocument;
use router_composition::{SubgraphSource, compose};
use router_schema::Supergraph;
use router_server::configuration::CostSettings;
use router_server::cost::{CostModel, Variables, compile};

const ROUNDS: usize = 21;
const CALLS: u32 = 10_000;

fn main() {
    let graph = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/graph");
    let sources: Vec<SubgraphSource> = read(&graph)
        .into_iter()
        .map(|(name, sdl)| SubgraphSource {
            url: format!("http://{name}.invalid/graphql"),
            file_name: name.clone(),
            name,
            sdl,
        })
        .collect();
    let composed = compose(&sources).expect("the graph composes");
    let supergraph = Arc::new(Supergraph::parse(&composed.supergraph_sdl).expect("the supergraph is one"));
    let model = CostModel::new(Arc::clone(&supergraph), CostSettings::default().list_size_default);
    println!("operation                  cost  compile us  per request ns");
    let mut operations = read(&graph.join("operations"));
    operations.push(("with variables".to_owned(), WITH_VARIABLES.to_owned()));
    operations.sort();
    for (name, text) in operations {
        let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), &text, &name)
            .expect("the operation is valid");
        let operation = document.operations.iter().next().expect("there is an operation");
        let mut compiling: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                black_box(compile(&model, &document, operation));
                start.elapsed().as_secs_f64() * 1e6
            })
            .collect();
        let (formula, _) = compile(&model, &document, operation);
        let variables: Variables = [("first".into(), 20.into()), ("n".into(), 5.into())].into_iter().collect();
        let mut reckoning: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                for _ in 0..CALLS {
                    black_box(black_box(&formula).cost(black_box(&variables)));
                }
                start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
            })
            .collect();
        println!(
            "{name:25} {:5}  {:10.1}  {:14.1}",
            formula.cost(&variables),
            median(&mut compiling),
            median(&mut reckoning)
        );
    }
}

/// Two lists whose lengths are not known before, one in the other.
const WITH_VARIABLES: &str = "query ($first: Int, $n: Int) {
  courses(first: $first) { edges { node { title category { mentors(first: $n) { edges { node { id } } } } } } }
}";

fn read(folder: &Path) -> Vec<(String, String)> {
    let files = std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "graphql"));
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        (name, std::fs::read_to_string(&path).expect("the file can be read"))
    };
    files.map(read).collect()
}

fn median(measured: &mut [f64]) -> f64 {
    measured.sort_by(f64::total_cmp);
    measured[measured.len() / 2]
}
