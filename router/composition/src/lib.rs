//! Composes the SDLs of subgraphs into one supergraph, or says precisely why that cannot be.
//!
//! [`compose`] goes through five steps, each a module:
//!
//! 1. `subgraph` (with `links`) reads each SDL, brings Federation 1 and renamed roots into one form, and computes what
//!    Federation's directives say of each field: external, provided, shareable, used.
//! 2. `rules` checks each subgraph by itself.
//! 3. `merge` merges type by type and kind by kind, and notes in `join` directives what comes from where.
//! 4. `whole_graph` and `inaccessible` check the merged types; `supergraph` prints them; `transitive_authorization` checks
//!    that `@requires` leads round no authorization.
//! 5. `satisfiability` decides whether every query of the public schema can be answered.
//!
//! Every fault is a [`CompositionError`] with Apollo's public code, each place involved and a remedy; [`render`] prints
//! it like a compiler, and it serialises to JSON.
//!
//! **Invariants.** Subgraphs are sorted by name first, so the order in which they are given changes nothing. The same
//! input gives the same text, byte for byte. A supergraph that is returned loads with [`router_schema::Supergraph`].
//!
//! It reads no files and asks no servers, and it does not plan.

mod changes;
mod code;
mod contract;
mod error;
mod findings;
mod hint_code;
mod inaccessible;
mod links;
mod merge;
mod names;
mod render;
mod rules;
mod satisfiability;
mod source;
mod subgraph;
mod supergraph;
mod transitive_authorization;
mod whole_graph;

use router_schema::Supergraph;

pub use changes::{Change, Criticality, Usage, changes, protection_changes};
pub use code::ErrorCode;
pub use contract::{ContractError, ContractFilter, contract};
pub use error::{CompositionError, Hint, Location};
pub use hint_code::{HintCode, HintLevel};
pub use render::render;
pub use source::SubgraphSource;

use findings::Findings;
use subgraph::Subgraph;

/// How much work a composition may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The ways through the graph that are looked at for queries that cannot be answered: places times the subgraphs in
    /// which each may have been found. The default is far above any graph that people have written, and is walked in
    /// seconds.
    pub validation_paths_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { validation_paths_max: 1_000_000 }
    }
}

/// A graph that composes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composition {
    /// The supergraph, for routers.
    pub supergraph_sdl: String,
    /// What deserves a look.
    pub hints: Vec<Hint>,
}

/// Composes the subgraphs.
///
/// # Errors
/// Every reason why they do not compose. A later step is not taken when an earlier one finds faults, because its errors
/// would only follow from those.
pub fn compose(sources: &[SubgraphSource]) -> Result<Composition, Vec<CompositionError>> {
    compose_within(sources, &Limits::default())
}

/// [`compose`] with other bounds than the usual ones.
///
/// # Errors
/// As [`compose`], and when a bound is met.
pub fn compose_within(sources: &[SubgraphSource], limits: &Limits) -> Result<Composition, Vec<CompositionError>> {
    let mut findings = Findings::default();
    let subgraphs = read(sources, &mut findings)?;
    for subgraph in &subgraphs {
        rules::check(subgraph, &mut findings);
    }
    stop_on_errors(&mut findings)?;
    let merged = merge::merge(&subgraphs, &mut findings);
    stop_on_errors(&mut findings)?;
    whole_graph::check(&subgraphs, &merged, &mut findings);
    inaccessible::check(&subgraphs, &merged, &mut findings);
    stop_on_errors(&mut findings)?;
    let supergraph_sdl = supergraph::supergraph_sdl(&subgraphs, &merged);
    let supergraph = Supergraph::parse(&supergraph_sdl).map_err(|error| vec![not_valid(&error)])?;
    transitive_authorization::check(&subgraphs, &supergraph, &mut findings);
    satisfiability::check(&subgraphs, &supergraph, limits.validation_paths_max, &mut findings);
    stop_on_errors(&mut findings)?;
    Ok(Composition { supergraph_sdl, hints: findings.hints })
}

/// Reads every subgraph, in the order of their names.
fn read(sources: &[SubgraphSource], findings: &mut Findings) -> Result<Vec<Subgraph>, Vec<CompositionError>> {
    let mut sorted: Vec<&SubgraphSource> = sources.iter().collect();
    sorted.sort_by(|left, right| left.name.cmp(&right.name));
    let graphs = names::graph_names(&sorted)?;
    let mut subgraphs = Vec::new();
    let mut errors = Vec::new();
    for (source, graph) in sorted.into_iter().zip(graphs) {
        match Subgraph::read(source, graph) {
            Ok(subgraph) => subgraphs.push(subgraph),
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    subgraph::upgrade(&mut subgraphs, findings);
    Ok(subgraphs)
}

fn stop_on_errors(findings: &mut Findings) -> Result<(), Vec<CompositionError>> {
    if findings.errors.is_empty() { Ok(()) } else { Err(std::mem::take(&mut findings.errors)) }
}

/// The merged types are not a valid schema together, though each subgraph is.
fn not_valid(error: &router_schema::SupergraphError) -> CompositionError {
    CompositionError {
        code: ErrorCode::InvalidGraphql,
        message: format!("the subgraphs are valid, but together they are not: {error}"),
        locations: Vec::new(),
        remedy: "Make the definitions of the named types agree between the subgraphs.".to_owned(),
    }
}
