//! How long a plan takes that nobody has made before: `cargo bench -p router-planning`.
//!
//! Each operation of the public federation audit, and each signature operation of this repository's graph, is planned in
//! turns beside the least that any router has to do with it: parsing and validating. With `LYCEUM_REFERENCE_PACKAGES` naming
//! a folder in which `@apollo/query-planner` and `graphql` are installed, the reference planner plans the same operations in
//! the same run, after a warm-up of its own.

#![expect(clippy::expect_used, reason = "a measurement that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use apollo_compiler::ExecutableDocument;
use router_composition::{SubgraphSource, compose};
use router_planning::plan;
use router_schema::Supergraph;
use serde_json::{Value, json};

const ROUNDS: usize = 21;
/// Names the folder with the reference planner's packages.
const REFERENCE: &str = "LYCEUM_REFERENCE_PACKAGES";

/// Operations on one supergraph.
struct Corpus {
    name: String,
    supergraph_sdl: String,
    supergraph: Supergraph,
    operations: Vec<String>,
}

fn main() {
    let corpora: Vec<(&str, Vec<Corpus>)> =
        vec![("federation audit", audit()), ("signature operations", vec![graph()])];
    println!(
        "corpus                operations  plan us  p99 us  parse+validate us  ratio  reference us  reference/ours"
    );
    for (name, corpora) in &corpora {
        let (mut planning, mut parsing) = measure(corpora);
        let (plan, least) = (median(&mut planning), median(&mut parsing));
        let p99 = planning[planning.len() * 99 / 100];
        let reference = reference(corpora).map(|mut durations| median(&mut durations));
        let shown = reference.map_or("-".to_owned(), |one| format!("{:.0}", micros(one)));
        let times = reference.map_or("-".to_owned(), |one| format!("{:.1}", one.as_secs_f64() / plan.as_secs_f64()));
        println!(
            "{name:20}  {:10}  {:7.1}  {:6.1}  {:17.1}  {:5.1}  {shown:>12}  {times:>14}",
            planning.len(),
            micros(plan),
            micros(p99),
            micros(least),
            plan.as_secs_f64() / least.as_secs_f64()
        );
    }
}

/// The median of each operation's planning, and of its parsing and validating.
fn measure(corpora: &[Corpus]) -> (Vec<Duration>, Vec<Duration>) {
    let (mut planning, mut parsing) = (Vec::new(), Vec::new());
    for corpus in corpora {
        for operation in &corpus.operations {
            let parse = || {
                ExecutableDocument::parse_and_validate(corpus.supergraph.api_schema(), operation, "operation")
                    .expect("the operation is valid")
            };
            let document = parse();
            let (mut plans, mut parses) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                parses.push(timed(parse));
                plans.push(timed(|| plan(&corpus.supergraph, &document, None).expect("the operation has a plan")));
            }
            planning.push(median(&mut plans));
            parsing.push(median(&mut parses));
        }
    }
    (planning, parsing)
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let result = work();
    let elapsed = start.elapsed();
    // What the work gives is dropped outside of the measurement.
    drop(result);
    elapsed
}

fn median(durations: &mut [Duration]) -> Duration {
    durations.sort_unstable();
    durations[durations.len() / 2]
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// The suites of the audit with those operations that have a plan.
fn audit() -> Vec<Corpus> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/federation-audit");
    let mut suites: Vec<PathBuf> = folders(&folder);
    suites.sort();
    suites
        .into_iter()
        .map(|suite| {
            let sdl = read(&suite.join("supergraph.graphql"));
            let cases: Value = serde_json::from_str(&read(&suite.join("tests.json"))).expect("the cases are JSON");
            let queries = cases.as_array().expect("a list of cases").iter().filter_map(|case| case["query"].as_str());
            corpus(suite.display().to_string(), sdl, queries.map(str::to_owned).collect())
        })
        .collect()
}

/// The graph of this repository with its signature operations.
fn graph() -> Corpus {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/graph");
    let source = |file: &PathBuf| {
        let name = file.file_stem().and_then(|name| name.to_str()).expect("subgraphs have plain names").to_owned();
        SubgraphSource { url: format!("http://{name}.invalid"), file_name: name.clone(), sdl: read(file), name }
    };
    let sources: Vec<SubgraphSource> = graphql_files(&folder).iter().map(source).collect();
    let sdl = compose(&sources).expect("the graph composes").supergraph_sdl;
    let operations = graphql_files(&folder.join("operations")).iter().map(|file| read(file)).collect();
    corpus("graph".to_owned(), sdl, operations)
}

fn corpus(name: String, supergraph_sdl: String, operations: Vec<String>) -> Corpus {
    let supergraph = Supergraph::parse(&supergraph_sdl).expect("the supergraph loads");
    let is_planned = |operation: &String| {
        let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), operation, "operation");
        document.is_ok_and(|document| plan(&supergraph, &document, None).is_ok())
    };
    let operations = operations.into_iter().filter(is_planned).collect();
    Corpus { name, supergraph_sdl, supergraph, operations }
}

/// What the reference planner takes for each operation, where it is installed.
fn reference(corpora: &[Corpus]) -> Option<Vec<Duration>> {
    let packages = std::env::var_os(REFERENCE)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/reference.mjs");
    let work: Vec<Value> = corpora
        .iter()
        .map(|corpus| json!({ "name": corpus.name, "supergraph": corpus.supergraph_sdl, "operations": corpus.operations }))
        .collect();
    let mut node = Command::new("node")
        .arg(script)
        .arg(packages)
        .arg(ROUNDS.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut stdin = node.stdin.take().expect("the input is piped");
    serde_json::to_writer(&mut stdin, &work).expect("node reads its work");
    drop(stdin);
    let output = node.wait_with_output().expect("node ends");
    let micros: Vec<f64> = serde_json::from_slice(&output.stdout).expect("node prints a list of microseconds");
    Some(micros.into_iter().map(|one| Duration::from_secs_f64(one / 1e6)).collect())
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    entries.map(|entry| entry.expect("the folder can be read").path()).filter(|path| path.is_dir()).collect()
}

fn graphql_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "graphql"));
    files.sort();
    files
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
