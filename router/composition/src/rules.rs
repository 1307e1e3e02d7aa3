//! What must hold inside each subgraph before it is merged with others; one rule per module.

mod authorization;
mod cache_tags;
mod contexts;
mod costs;
mod external;
mod field_sets;
mod interface_keys;
mod interface_objects;
mod keys;
mod provides;
mod requires;
mod usage_on_interfaces;

pub(crate) use contexts::{selections as context_selections, split as split_context};

use crate::findings::Findings;
use crate::subgraph::Subgraph;

/// The rules, in the order in which their errors are reported.
const RULES: [fn(&Subgraph, &mut Findings); 11] = [
    keys::check,
    requires::check,
    provides::check,
    external::check,
    usage_on_interfaces::check,
    interface_keys::check,
    interface_objects::check,
    authorization::check,
    costs::check,
    cache_tags::check,
    contexts::check,
];

/// Checks one subgraph against every rule.
pub(crate) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for rule in RULES {
        rule(subgraph, findings);
    }
}
