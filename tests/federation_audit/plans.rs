//! Our plans beside those of the reference planner.
//!
//! `reference_plans.json` holds, for each suite and case, how many fetches the plan of Apollo's planner (npm
//! `@apollo/query-planner` 2.14) has and how many must wait for one another, over the same subgraphs; null where it has
//! none. A fetch of ours may serve several positions at once, which the reference counts one by one.

use std::collections::HashMap;
use std::sync::LazyLock;

use apollo_compiler::ExecutableDocument;
use router_planning::plan::QueryPlan;
use router_schema::Supergraph;

/// The number of requests of a plan, and the length of its longest chain of waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlanSize {
    pub(crate) fetches: usize,
    pub(crate) depth: usize,
}

/// One operation's plans.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison {
    pub(crate) ours: PlanSize,
    pub(crate) reference: Option<PlanSize>,
}

impl Comparison {
    /// Whether the reference needs fewer fetches or waits.
    pub(crate) fn is_worse(&self) -> bool {
        self.reference
            .is_some_and(|reference| self.ours.fetches > reference.fetches || self.ours.depth > reference.depth)
    }
}

type ReferencePlans = HashMap<String, Vec<Option<(usize, usize)>>>;

static REFERENCE: LazyLock<ReferencePlans> =
    LazyLock::new(|| serde_json::from_str(include_str!("reference_plans.json")).unwrap());

/// Plans an operation as the router does; nothing when it is not valid or has no plan.
pub(crate) fn compare(supergraph: &Supergraph, suite: &str, case: usize, query: &str) -> Option<Comparison> {
    let document = ExecutableDocument::parse_and_validate(supergraph.api_schema(), query, "query.graphql").ok()?;
    let ours = size(&router_planning::plan(supergraph, &document, None).ok()?);
    let reference = REFERENCE.get(suite).and_then(|cases| cases.get(case).copied().flatten());
    Some(Comparison { ours, reference: reference.map(|(fetches, depth)| PlanSize { fetches, depth }) })
}

fn size(plan: &QueryPlan) -> PlanSize {
    let mut depths: Vec<usize> = Vec::with_capacity(plan.fetches.len());
    for fetch in &plan.fetches {
        let before = fetch.depends_on.iter().map(|dependency| depths[dependency.0]).max();
        depths.push(before.unwrap_or_default() + 1);
    }
    PlanSize { fetches: depths.len(), depth: depths.into_iter().max().unwrap_or_default() }
}
