//! How planning grows with what a hostile client asks: `cargo bench -p router-planning --bench growth`.
//!
//! Each shape is planned in doubling sizes, in graphs where every part of it has as many ways as possible. What is beyond a
//! bound is refused; the time until then counts.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

#[path = "../tests/hostile_graphs.rs"]
mod hostile_graphs;
#[path = "../tests/written_supergraph.rs"]
mod written_supergraph;

use std::time::{Duration, Instant};

use apollo_compiler::ExecutableDocument;
use router_planning::{PlanningError, plan};
use router_schema::Supergraph;

use hostile_graphs::{interface_split_everywhere, requirements_in_a_row, shared_everywhere};

const ROUNDS: usize = 5;

/// Makes the operation of a size.
type Shape = fn(usize) -> String;

fn main() {
    let shared = shared_everywhere(9);
    let rows = requirements_in_a_row(12);
    let split = interface_split_everywhere();
    println!("{:44} {:>6} {:>10} {:>7}  outcome", "shape", "size", "median ms", "growth");
    measure("levels, nine ways for each", &shared, &[4, 8, 16, 32, 63], deep);
    measure("levels with fields of nine subgraphs", &shared, &[2, 4, 8, 16, 32], deep_and_wide);
    measure("aliases of a field of another subgraph", &shared, &[250, 500, 1_000, 2_000, 4_000], aliases);
    measure("aliases of objects split over two subgraphs", &shared, &[250, 500, 1_000, 2_000, 4_000], objects);
    measure("fields under as many conditions", &shared, &[60, 120, 240, 480, 960], conditions);
    measure("fragments that spread the next one twice", &shared, &[6, 12, 24, 48, 96], fragments);
    measure("rows of twelve requirements over all keys", &rows, &[1, 2, 4, 8, 16], requirements);
    measure("levels of an interface split into 20 types", &split, &[1, 2, 4, 8, 16], interfaces);
}

fn measure(name: &str, supergraph: &Supergraph, sizes: &[usize], shape: Shape) {
    let mut before: Option<Duration> = None;
    for size in sizes {
        let operation = shape(*size);
        let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), operation, "operation").unwrap();
        let mut outcome = String::new();
        let mut rounds: Vec<Duration> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                let planned = plan(supergraph, &document, None);
                let taken = start.elapsed();
                outcome = match planned {
                    Ok(plan) => format!("{} fetches", plan.fetches.len()),
                    Err(PlanningError::BudgetExceeded { .. }) => "refused: too many steps".to_owned(),
                    Err(error) => format!("refused: {error}"),
                };
                taken
            })
            .collect();
        rounds.sort();
        let median = rounds[ROUNDS / 2];
        let growth =
            before.map_or("-".to_owned(), |before| format!("{:.1}", median.as_secs_f64() / before.as_secs_f64()));
        println!("{name:44} {size:>6} {:>10.2} {growth:>7}  {outcome}", median.as_secs_f64() * 1_000.0);
        before = Some(median);
    }
}

fn deep(levels: usize) -> String {
    let below = levels - 1;
    format!("{{ node {}{{ id own_s3 }}{} }}", "{ next ".repeat(below), "}".repeat(below))
}

fn deep_and_wide(levels: usize) -> String {
    let fields: String = (0..9).map(|index| format!("own_s{index} ")).collect();
    format!("{{ node {} {{ id }} {} }}", format!("{{ {fields} next ").repeat(levels), "}".repeat(levels))
}

fn aliases(count: usize) -> String {
    let fields: String = (0..count).map(|index| format!("a{index}: own_s{} ", index % 9)).collect();
    format!("{{ node {{ {fields} }} }}")
}

fn objects(count: usize) -> String {
    let fields: String = (0..count).map(|index| format!("a{index}: next {{ own_s1 own_s2 }} ")).collect();
    format!("{{ node {{ own_s0 {fields} }} }}")
}

fn conditions(count: usize) -> String {
    let variables: String = (0..count).map(|index| format!("$v{index}: Boolean!")).collect();
    let fields: String = (0..count).map(|index| format!("next @include(if: $v{index}) {{ own_s0 own_s1 }} ")).collect();
    format!("query ({variables}) {{ node {{ own_s0 {fields} }} }}")
}

fn fragments(levels: usize) -> String {
    let fragments: String = (0..levels)
        .map(|level| format!(" fragment F{level} on Node {{ id ...F{next} ...F{next} }}", next = level + 1))
        .collect();
    format!("{{ node {{ ...F0 }} }} {fragments} fragment F{levels} on Node {{ own_s1 }}")
}

fn requirements(aliases: usize) -> String {
    let all: String = (0..12).map(|index| format!("own{index} ")).collect();
    let nodes: String = (0..aliases).map(|index| format!("a{index}: node {{ {all} }} ")).collect();
    format!("{{ {nodes} }}")
}

fn interfaces(levels: usize) -> String {
    format!("{{ item {}{{ id }}{} }}", "{ next ".repeat(levels), "}".repeat(levels))
}
