//! Operation + supergraph -> query plan.
//!
//! The planner is a pure function: it does no I/O, knows no transport, and gives the same plan for the same input.
//! [`plan`](mod@plan) holds the plan itself, the narrow waist between planning and execution: a flat list of fetches with
//! explicit inputs and dependencies (design decision 2), not a nested tree of waits.
//!
//! Four steps, in [`plan()`]:
//!
//! 1. `operation` writes fragments out, merges equal fields, and turns type conditions into sets of object types.
//! 2. `solver` decides, position by position, which subgraph resolves which field. A *position* is a place in the
//!    response that holds an object. Each position has *nodes*: the fetch that brought the object, and the entity
//!    fetches that start there. Every selected field is placed in a node; what a node needs to be entered (the fields
//!    of a `@key`, those of a `@requires`) is placed first, by the same rule. Alternatives are compared by depth, then
//!    number of requests, then size; all of them while they are few, the best few after. What cannot be resolved
//!    below a field goes back to the field's parent, which may ask another subgraph for the same field.
//! 3. `assembly` turns the solution into fetches, and merges those to one subgraph that may start at the same moment.
//! 4. `document` writes each fetch's GraphQL text.
//!
//! **Invariants.** Every fetch stands after all it depends on. Every field of a representation is selected by a fetch
//! it depends on. Work, depth and size are bounded by [`PlanningOptions`]: exceeding a bound is an error. Only
//! `alternatives_max` trades: beyond it a plan is still right, but may not be the cheapest. A search that takes half of the
//! steps is begun again with fewer alternatives before it is given up.
//!
//! It does not decide which rules of authorization a viewer meets, and does not validate operations: the caller has done
//! both. Given the rules that are not met, it plans nothing of what they protect ([`authorization`] says what that is). It does not
//! start again at the root from within an operation (a field that returns `Query`) in another subgraph.

mod assembly;
pub mod authorization;
mod document;
mod error;
mod operation;
mod options;
pub mod plan;
mod solver;

use apollo_compiler::executable::Operation;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Node};
use router_schema::{Supergraph, TypeId};

use crate::assembly::Assembly;
use crate::operation::Arena;
use crate::plan::QueryPlan;
use crate::solver::Solver;

pub use error::PlanningError;
pub use options::PlanningOptions;

/// Plans one operation of a document that is valid for the supergraph's API schema, within the default bounds.
///
/// # Errors
/// When the operation does not exist or a bound is exceeded; see [`PlanningError`].
pub fn plan(
    supergraph: &Supergraph,
    document: &Valid<ExecutableDocument>,
    operation_name: Option<&str>,
) -> Result<QueryPlan, PlanningError> {
    plan_with_options(supergraph, document, operation_name, &PlanningOptions::default())
}

/// [`plan()`] within the bounds that the options give.
///
/// # Errors
/// As [`plan()`].
pub fn plan_with_options(
    supergraph: &Supergraph,
    document: &Valid<ExecutableDocument>,
    operation_name: Option<&str>,
    options: &PlanningOptions,
) -> Result<QueryPlan, PlanningError> {
    let (operation, root) = chosen(supergraph, document, operation_name)?;
    let attempt = |options: &PlanningOptions| {
        let mut arena = Arena::new();
        let entries = operation::normalise(supergraph, options, document, &operation.selection_set, root, &mut arena)?;
        let mut solver = Solver::new(supergraph, options, arena);
        let steps = solver.solve_root(root, entries, operation.is_mutation())?;
        Ok(Assembly::new(&solver).plan(operation, &steps))
    };
    // A search that takes too long is begun again with fewer alternatives at each position: a plan that may not be the
    // cheapest is better than none. What such a search does not find may be there all the same.
    let first = PlanningOptions { steps_max: options.steps_max / 2, ..options.clone() };
    match attempt(&first) {
        Err(PlanningError::BudgetExceeded { .. }) => {}
        planned => return planned,
    }
    let narrower = [2, 1].map(|alternatives_max| PlanningOptions {
        steps_max: options.steps_max / 4,
        alternatives_max,
        ..options.clone()
    });
    let planned = narrower.iter().find_map(|options| attempt(options).ok());
    planned.ok_or(PlanningError::BudgetExceeded { limit: options.steps_max })
}

/// The operation of this name, and the type that it begins at.
fn chosen<'d>(
    supergraph: &Supergraph,
    document: &'d Valid<ExecutableDocument>,
    operation_name: Option<&str>,
) -> Result<(&'d Node<Operation>, TypeId), PlanningError> {
    let operation = document
        .operations
        .get(operation_name)
        .map_err(|error| PlanningError::UnknownOperation { message: error.message().to_string() })?;
    let root = supergraph
        .root_type(operation.operation_type)
        .ok_or(PlanningError::NoRootType { operation: operation.operation_type.name() })?;
    Ok((operation, root))
}
