//! What an operation may cost, before it is executed, and what it has cost, afterwards (OW-11, domain section 4.4).
//!
//! The rules are those of the cost specification as Federation carries it (`@cost`, `@listSize`):
//!
//! - `model` reads the weights and the list sizes of a graph;
//! - `compile` makes of an operation a formula, once; each fragment counts where it is spread;
//! - `formula` gives the cost for a request's variables, most often without computing anything;
//! - `actual` counts the same weights over what a reply holds; `expensive` names what costs the most.
//!
//! **Invariants.** Nothing here does I/O or knows viewers and budgets. Counting saturates. A selection more never lowers
//! the cost. Work grows with the document and the possible types of its positions, not with how fragments spread each
//! other.

mod actual;
mod compile;
mod expensive;
mod formula;
mod inputs;
mod list_size;
mod model;
#[cfg(test)]
mod tests;

pub use self::compile::{SlicingProblem, compile};
pub use self::expensive::Expensive;
pub use self::formula::Formula;
pub use self::model::CostModel;

/// The coerced variables of a request.
pub type Variables = router_execution::JsonMap;
