//! How composition grows: `cargo bench -p router-composition`.
//!
//! Graphs of growing size are composed in turns, beside the least that any composer has to do: parsing the same SDL. The
//! table shows medians and their ratio, which says more than seconds do, and the greatest memory of the process so far.

#![expect(clippy::expect_used, reason = "a measurement that cannot go on has failed")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use apollo_compiler::ast::Document;
use router_composition::{SubgraphSource, compose};

/// Subgraphs, types and fields of each type. The last is the size that has to compose in 3 s and 500 MiB.
const SIZES: [(usize, usize, usize); 4] = [(5, 250, 10), (10, 500, 10), (20, 1_000, 10), (40, 2_000, 10)];
const ROUNDS: usize = 5;

struct Measured {
    size: (usize, usize, usize),
    graph: Vec<SubgraphSource>,
    composing: Vec<Duration>,
    parsing: Vec<Duration>,
    memory_kib: Option<u64>,
}

fn main() {
    let mut all: Vec<Measured> = SIZES
        .into_iter()
        .map(|size| Measured { size, graph: graph(size), composing: vec![], parsing: vec![], memory_kib: None })
        .collect();
    for _ in 0..ROUNDS {
        for one in &mut all {
            one.parsing.push(timed(|| parse(&one.graph)));
            one.composing.push(timed(|| {
                compose(&one.graph).expect("the graph composes");
            }));
            one.memory_kib = one.memory_kib.or_else(memory_kib);
        }
    }
    println!("subgraphs  types  fields  compose ms  parse ms  ratio  greatest MiB");
    for one in &mut all {
        let (subgraphs, types, fields) = one.size;
        let (composing, parsing) = (median(&mut one.composing), median(&mut one.parsing));
        let memory = one.memory_kib.map_or("-".to_owned(), |kib| (kib / 1_024).to_string());
        println!(
            "{subgraphs:9}  {types:5}  {:6}  {:10.0}  {:8.0}  {:5.1}  {memory:>12}",
            types * fields,
            composing.as_secs_f64() * 1e3,
            parsing.as_secs_f64() * 1e3,
            composing.as_secs_f64() / parsing.as_secs_f64()
        );
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(durations: &mut [Duration]) -> Duration {
    durations.sort_unstable();
    durations[durations.len() / 2]
}

fn parse(graph: &[SubgraphSource]) {
    for subgraph in graph {
        Document::parse(subgraph.sdl.as_str(), &subgraph.file_name).expect("the SDL parses");
    }
}

/// The greatest memory of this process so far, where the system says it.
fn memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Entities that refer to those of other subgraphs, each of which adds a field to what it refers to.
fn graph((subgraphs, types, fields): (usize, usize, usize)) -> Vec<SubgraphSource> {
    let own = types / subgraphs;
    (0..subgraphs)
        .map(|subgraph| {
            let entities = subgraph * own..(subgraph + 1) * own;
            let mut sdl =
                "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])\n"
                    .to_owned();
            sdl.push_str("type Query {\n");
            entities.clone().for_each(|entity| line(&mut sdl, &format!("e{entity}(id: ID!): E{entity}")));
            sdl.push_str("}\n");
            let mut others = std::collections::BTreeSet::new();
            for entity in entities.clone() {
                let (next, listed) = ((entity + own + 1) % types, (entity * 7 + 3) % types);
                others.extend([next, listed].into_iter().filter(|other| !entities.contains(other)));
                writeln!(sdl, "type E{entity} @key(fields: \"id\") {{\n  id: ID!").expect("a string takes everything");
                (3..fields).for_each(|field| line(&mut sdl, &format!("f{field}(first: Int, after: String): String")));
                writeln!(sdl, "  next: E{next}\n  list: [E{listed}!]!\n}}").expect("a string takes everything");
            }
            for other in others {
                line(&mut sdl, &format!("type E{other} @key(fields: \"id\") {{ id: ID! by{subgraph}: Int }}"));
            }
            let name = format!("s{subgraph}");
            SubgraphSource {
                url: format!("http://{name}.invalid/graphql"),
                file_name: format!("{name}.graphql"),
                name,
                sdl,
            }
        })
        .collect()
}

fn line(sdl: &mut String, text: &str) {
    writeln!(sdl, "  {text}").expect("a string takes everything");
}
