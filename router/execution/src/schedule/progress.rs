//! The state of one execution: the data so far, the errors so far, and what each fetch does to them.

use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use router_planning::plan::{Condition, EntitySite, Fetch, FetchId, FetchTarget};

use crate::cache_policy::CachePolicy;
use crate::entities::{Batch, merge_site};
use crate::error_log::{ErrorIndex, ErrorLog};
use crate::executor::{Executor, Subgraph};
use crate::fetch::failure::FetchFailure;
use crate::fetch::reply::SubgraphReply;
use crate::merge::{count_values, merge_object};
use crate::prepared::PreparedOperation;

pub(super) struct Progress<'a> {
    pub(super) executor: &'a Executor,
    pub(super) operation: &'a PreparedOperation,
    variables: &'a Valid<JsonMap>,
    data: JsonMap,
    pub(super) log: ErrorLog,
    values_left: usize,
    /// Of each fetch, the error that left some of its own fields, or of its inputs, without a value.
    pub(super) failures: Vec<Option<ErrorIndex>>,
    /// How long what was fetched may be kept, all in all.
    policy: CachePolicy,
}

/// What becomes of a fetch whose turn has come.
pub(super) enum Start<'a> {
    /// There is nothing to ask.
    Done,
    /// The subgraph is to be asked.
    Ask { subgraph: &'a Subgraph, pending: Pending },
}

/// A fetch on its way.
pub(super) struct Pending {
    pub(super) fetch: FetchId,
    /// One or more for each site of an entity fetch, in the same order; none for a root fetch.
    pub(super) batches: Vec<Batch>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(executor: &'a Executor, operation: &'a PreparedOperation, variables: &'a Valid<JsonMap>) -> Self {
        Self {
            executor,
            operation,
            variables,
            data: JsonMap::new(),
            log: ErrorLog::new(executor.limits.errors_max),
            values_left: executor.limits.merged_values_max,
            failures: vec![None; operation.plan().fetches.len()],
            policy: CachePolicy::UNLIMITED,
        }
    }

    pub(super) fn into_parts(self) -> (JsonMap, ErrorLog, CachePolicy) {
        (self.data, self.log, self.policy)
    }

    /// Collects what a fetch needs from the data so far.
    pub(super) fn start(&mut self, id: FetchId) -> Start<'a> {
        let fetch = self.fetch(id);
        self.failures[id.0] = fetch.depends_on.iter().find_map(|dependency| self.failures[dependency.0]);
        if !self.conditions_hold(fetch) {
            return Start::Done;
        }
        let sites = sites(fetch);
        let batches: Vec<_> = sites
            .iter()
            .enumerate()
            .flat_map(|(index, site)| Batch::collect(&self.executor.schema, index, site, &self.data))
            .collect();
        self.explain_left_out(id, &batches);
        if !sites.is_empty() && batches.iter().all(|batch| batch.entries.is_empty()) {
            return Start::Done;
        }
        let asked: usize = batches.iter().map(|batch| batch.entries.len()).sum();
        if asked > self.executor.limits.representations_max {
            self.fail(&Pending { fetch: id, batches }, &FetchFailure::TooManyRepresentations);
            return Start::Done;
        }
        let pending = Pending { fetch: id, batches };
        let executor = self.executor;
        match executor.subgraphs.get(fetch.subgraph.0) {
            Some(subgraph) => Start::Ask { subgraph, pending },
            None => {
                self.fail(&pending, &FetchFailure::UnknownSubgraph);
                Start::Done
            }
        }
    }

    /// Merges the outcome of a fetch.
    pub(super) fn record(&mut self, pending: &Pending, outcome: Result<SubgraphReply, FetchFailure>) {
        let reply = match outcome {
            Ok(reply) => reply,
            Err(failure) => {
                self.policy = CachePolicy::NOT_KEPT;
                return self.fail(pending, &failure);
            }
        };
        self.policy = self.policy.and(reply.policy);
        let mut first_error = None;
        let mut pathless_error = None;
        for error in reply.errors {
            let has_path = !error.path.is_empty();
            let index = self.report(pending, error);
            first_error = first_error.or(index);
            pathless_error = pathless_error.or(index.filter(|_| !has_path));
        }
        // An error that names no field speaks for the whole fetch, and so does any when there is no data.
        if let Some(index) = pathless_error.or(first_error.filter(|_| reply.data.is_none())) {
            self.explain_all(pending, index);
        }
        let Some(data) = reply.data else { return };
        if sites(self.fetch(pending.fetch)).is_empty() {
            self.merge_root(pending, &data);
        } else {
            self.merge_entities(pending, &data, first_error);
        }
        if let Some(failed) = reply.failed {
            for (index, batch) in pending.batches.iter().enumerate() {
                let of_batch = failed.places.iter().filter(|(batch, _)| *batch == index);
                let entities: Vec<_> = of_batch.map(|(_, entry)| (*entry, failed.failure.clone())).collect();
                self.fail_entities(pending.fetch, batch, &entities);
            }
        }
    }

    fn merge_root(&mut self, pending: &Pending, data: &JsonMap) {
        let growth: usize = data.values().map(count_values).sum();
        match self.values_left.checked_sub(growth) {
            None => self.fail(pending, &FetchFailure::TooManyValues),
            Some(values_left) => {
                self.values_left = values_left;
                let shape = self.operation.shape(pending.fetch);
                merge_object(&self.executor.schema, shape, &mut self.data, data);
            }
        }
    }

    fn merge_entities(&mut self, pending: &Pending, data: &JsonMap, first_error: Option<ErrorIndex>) {
        let sites = sites(self.fetch(pending.fetch));
        for batch in pending.batches.iter().filter(|batch| !batch.entries.is_empty()) {
            let answer = data.get(batch.response_key.as_str()).filter(|answer| !answer.is_null());
            let field = self.operation.shape(pending.fetch).get(&sites[batch.site].response_key);
            let (Some(answer), Some(field)) = (answer, field) else {
                match first_error {
                    Some(error) => self.explain_batch(pending.fetch, batch, error),
                    None => self.fail_batch(pending.fetch, batch, &FetchFailure::Invalid("it lacks its `_entities`")),
                }
                continue;
            };
            let merged =
                merge_site(&self.executor.schema, &field.shape, batch, answer, &mut self.data, &mut self.values_left);
            match merged {
                Err(failure) => self.fail_batch(pending.fetch, batch, &failure),
                Ok(unusable) => self.fail_entities(pending.fetch, batch, &unusable),
            }
        }
    }

    fn conditions_hold(&self, fetch: &Fetch) -> bool {
        let holds = |condition: &Condition| {
            let value = self.variables.get(condition.variable.as_str());
            value.and_then(JsonValue::as_bool).unwrap_or(false) == condition.expected
        };
        let is_any = fetch.alternatives.is_empty() || fetch.alternatives.iter().any(|all| all.iter().all(holds));
        fetch.conditions.iter().all(holds) && is_any
    }

    pub(super) fn fetch(&self, id: FetchId) -> &'a Fetch {
        &self.operation.plan().fetches[id.0]
    }

    pub(super) fn subgraph_name(&self, id: FetchId) -> &'a str {
        let index = self.fetch(id).subgraph.0;
        self.executor.subgraphs.get(index).map_or("unknown", |subgraph| &subgraph.name)
    }
}

pub(super) fn sites(fetch: &Fetch) -> &[EntitySite] {
    match &fetch.target {
        FetchTarget::Root => &[],
        FetchTarget::Entities(sites) => sites,
    }
}
