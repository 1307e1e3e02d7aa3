//! Contracts: one supergraph, of which some clients see a part, chosen by `@tag`.
//!
//! The result is the same supergraph with more of it `@inaccessible`: whoever serves it still fetches keys and required
//! fields that its clients do not see. Rules, in this order:
//!
//! 1. What carries an excluded tag is hidden, and so are the fields of a type that does.
//! 2. With included tags, a field is seen when it or its type carries one. The fields of a type without a key, none of
//!    which carries one, follow the field that returns the type: connections, edges, amounts. Entities do not: each has to
//!    be let in by name.
//! 3. A field whose type is hidden is hidden; a type without visible parts is hidden; and so on until nothing changes.
//! 4. What cannot be reached from the root types any more is hidden.
//!
//! A field that an interface demands stays with the types that are seen through it, unless it carries an excluded tag:
//! then the interface loses it, too.

mod apply;
mod view;

use std::collections::BTreeSet;

use apollo_compiler::Schema;
use thiserror::Error;

use view::View;

/// Which tags are let in and which are kept out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContractFilter {
    /// With any here, only what carries one of these is seen.
    pub include: BTreeSet<String>,
    /// What carries one of these is never seen.
    pub exclude: BTreeSet<String>,
}

/// Why a contract cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ContractError {
    /// The supergraph is not valid GraphQL.
    #[error("the supergraph does not parse: {0}")]
    Supergraph(String),
    /// A tag is in both lists.
    #[error("the tag `{0}` is both included and excluded; take it out of one of the lists")]
    Contradiction(String),
    /// No element of the graph carries the tag.
    #[error("nothing in the graph carries the tag `{0}`; check its spelling, or tag what it is meant for")]
    UnknownTag(String),
    /// Clients would have to send what they cannot see.
    #[error("`{0}` is required and would be hidden; hide what it belongs to, or make it optional")]
    RequiredHidden(String),
    /// No query is left.
    #[error("no query would be left; include the tag of at least one field of Query")]
    NothingLeft,
}

/// The supergraph with everything `@inaccessible` that the filter does not let through.
///
/// # Errors
/// Every [`ContractError`] there is to mend.
pub fn contract(supergraph_sdl: &str, filter: &ContractFilter) -> Result<String, Vec<ContractError>> {
    let schema = Schema::parse(supergraph_sdl, "supergraph.graphql");
    let schema = schema.map_err(|error| vec![ContractError::Supergraph(error.errors.to_string())])?;
    check_tags(&schema, filter)?;
    let view = View::of(&schema, filter);
    let errors = view.errors();
    if errors.is_empty() { Ok(apply::hide(supergraph_sdl, &view)?) } else { Err(errors) }
}

fn check_tags(schema: &Schema, filter: &ContractFilter) -> Result<(), Vec<ContractError>> {
    let known = view::all_tags(schema);
    let both = filter.include.intersection(&filter.exclude).cloned().map(ContractError::Contradiction);
    let unknown = filter.include.union(&filter.exclude).filter(|tag| !known.contains(*tag));
    let errors: Vec<_> = both.chain(unknown.cloned().map(ContractError::UnknownTag)).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
