//! The bounds of planning, and for whom it is.

use std::collections::BTreeSet;

use router_schema::RuleSet;

/// How much work a plan may take, which progressive overrides are in force, and what the viewer may not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanningOptions {
    /// How many steps the search may take. A step is one attempt to place one field, or the copy of
    /// a partial solution; ordinary operations take hundreds.
    pub steps_max: usize,
    /// How many alternatives are kept at each position. With fewer the search there is exhaustive.
    pub alternatives_max: usize,
    /// How many intermediate fetches may lead to one fetch at one position, for its key or for what its fields require. A
    /// field that is further away counts as unresolvable.
    pub chain_max: usize,
    /// How deep selections may nest. The planner recurses with them, so this also bounds its stack.
    pub depth_max: usize,
    /// How many fields an operation may have once its fragments are written out.
    pub fields_max: usize,
    /// How many fields the fetches may select together. Interfaces that must be split by type on every level multiply.
    pub size_max: usize,
    /// The labels of progressive `@override`s that are on for this plan; all others are off.
    pub override_labels: BTreeSet<String>,
    /// The rules of authorization that the viewer does not meet. What they keep the viewer from is not planned.
    pub unmet_rules: RuleSet,
}

impl Default for PlanningOptions {
    fn default() -> Self {
        Self {
            steps_max: 200_000,
            alternatives_max: 12,
            chain_max: 16,
            depth_max: 64,
            fields_max: 20_000,
            size_max: 50_000,
            override_labels: BTreeSet::new(),
            unmet_rules: RuleSet::new(),
        }
    }
}
