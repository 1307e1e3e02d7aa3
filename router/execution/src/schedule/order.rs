//! Which fetches may start.

use std::collections::BTreeSet;

use router_planning::plan::{FetchId, QueryPlan};

/// Counts down what each fetch still waits for.
#[derive(Debug)]
pub(super) struct Order {
    waiting_for: Vec<usize>,
    dependents: Vec<Vec<FetchId>>,
    ready: BTreeSet<FetchId>,
}

impl Order {
    pub(super) fn new(plan: &QueryPlan) -> Self {
        let mut dependents = vec![Vec::new(); plan.fetches.len()];
        for (index, fetch) in plan.fetches.iter().enumerate() {
            for dependency in &fetch.depends_on {
                dependents[dependency.0].push(FetchId(index));
            }
        }
        let waiting_for: Vec<_> = plan.fetches.iter().map(|fetch| fetch.depends_on.len()).collect();
        let ready = (0..waiting_for.len()).filter(|&index| waiting_for[index] == 0).map(FetchId).collect();
        Self { waiting_for, dependents, ready }
    }

    /// The next fetch to start, in the plan's order.
    pub(super) fn next_ready(&mut self) -> Option<FetchId> {
        self.ready.pop_first()
    }

    pub(super) fn finish(&mut self, id: FetchId) {
        for dependent in std::mem::take(&mut self.dependents[id.0]) {
            self.waiting_for[dependent.0] -= 1;
            if self.waiting_for[dependent.0] == 0 {
                self.ready.insert(dependent);
            }
        }
    }
}
