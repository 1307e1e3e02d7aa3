//! All that is counted in one step of time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::cell::{InnerCell, OperationCell, StageCell, SubgraphCell, WholeCell, bounded};
use crate::analysis::requests::{Critical, critical, saved_us};
use crate::analysis::trace::Inner;
use crate::request::{CacheVerdict, FetchOutcome, FetchRecord, RequestRecord};

/// Operations that are counted apart in one step; what comes after them counts for the whole alone.
const OPERATIONS_MAX: usize = 500;
/// Subgraphs, and stages.
const NAMES_MAX: usize = 200;
/// Kinds of work within services.
const INNER_MAX: usize = 500;

/// All that is counted in one step of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bucket {
    /// When the step begins, in seconds since 1970.
    pub begin_s: u64,
    /// All requests.
    pub whole: WholeCell,
    /// By the operation's hash.
    pub operations: BTreeMap<Arc<str>, OperationCell>,
    /// By the subgraph's name.
    pub subgraphs: BTreeMap<Arc<str>, SubgraphCell>,
    /// By the stage's name.
    pub stages: BTreeMap<Arc<str>, StageCell>,
    /// Work within services, by [`Inner::key`].
    pub inner: BTreeMap<Arc<str>, InnerCell>,
}

impl Bucket {
    /// An empty one.
    #[must_use]
    pub fn at(begin_s: u64) -> Self {
        Self { begin_s, ..Self::default() }
    }

    /// Counts what the other has counted.
    pub fn merge(&mut self, other: &Self) {
        self.whole.merge(&other.whole);
        for (hash, cell) in &other.operations {
            if let Some(own) = bounded(&mut self.operations, hash, OPERATIONS_MAX) {
                own.merge(cell);
            }
        }
        for (name, cell) in &other.subgraphs {
            if let Some(own) = bounded(&mut self.subgraphs, name, NAMES_MAX) {
                own.merge(cell);
            }
        }
        for (name, cell) in &other.stages {
            if let Some(own) = bounded(&mut self.stages, name, NAMES_MAX) {
                own.merge(cell);
            }
        }
        for (key, cell) in &other.inner {
            if let Some(own) = bounded(&mut self.inner, key, INNER_MAX) {
                own.merge(cell);
            }
        }
    }

    /// Counts a request; `hash` is its operation's.
    pub fn count(&mut self, request: &RequestRecord, hash: Option<&Arc<str>>) {
        let us = micros(request.duration);
        let (failed, hit) = (request.has_failed(), matches!(request.cache, Some(CacheVerdict::Hit { .. })));
        let critical = critical(request);
        self.whole.errors += u64::from(failed);
        self.whole.hits += u64::from(hit);
        self.whole.time.record(us);
        self.whole.overhead.record(micros(request.overhead));
        self.whole.critical_us += critical.router_us;
        for (place, fetch) in request.fetches.iter().enumerate() {
            if let Some(cell) = bounded(&mut self.subgraphs, &fetch.subgraph, NAMES_MAX) {
                count_subgraph(cell, fetch, critical.fetches_us[place]);
            }
        }
        self.count_savings(request, &critical);
        for (place, (name, _, duration)) in request.stages.iter().enumerate() {
            if let Some(cell) = bounded(&mut self.stages, name, NAMES_MAX) {
                cell.time.record(micros(*duration));
                cell.critical_us += critical.stages_us[place];
            }
        }
        if let Some(cell) = hash.and_then(|hash| bounded(&mut self.operations, hash, OPERATIONS_MAX)) {
            count_operation(cell, request, &critical);
            cell.errors += u64::from(failed);
            cell.hits += u64::from(hit);
            cell.time.record(us);
        }
    }

    fn count_savings(&mut self, request: &RequestRecord, critical: &Critical) {
        let mut told: Vec<&Arc<str>> = Vec::new();
        for (place, fetch) in request.fetches.iter().enumerate() {
            if critical.fetches_us[place] == 0 || told.contains(&&fetch.subgraph) {
                continue;
            }
            told.push(&fetch.subgraph);
            if let Some(cell) = self.subgraphs.get_mut(&fetch.subgraph) {
                cell.halved_us += saved_us(request, |other| request.fetches[other].subgraph == fetch.subgraph);
            }
        }
    }

    /// Counts what the spans of a kept trace tell of the work within services.
    pub fn count_inner(&mut self, inner: &[Inner], seen: &BTreeMap<Arc<str>, u64>) {
        for work in inner {
            if let Some(cell) = bounded(&mut self.inner, &work.key(), INNER_MAX) {
                cell.critical_us += work.critical_us;
                cell.time.merge(&work.time);
                cell.times_max = cell.times_max.max(work.time.count());
            }
        }
        for (service, us) in seen {
            if let Some(cell) = bounded(&mut self.subgraphs, service, NAMES_MAX) {
                cell.seen_critical_us += us;
            }
        }
    }
}

fn count_operation(cell: &mut OperationCell, request: &RequestRecord, critical: &Critical) {
    if let Some(cost) = request.cost {
        cell.cost = cell.cost.saturating_add(cost);
        cell.costed += 1;
    }
    cell.last_ms = cell.last_ms.max(request.end_unix_ms());
    if let Some(client) = request.client.as_ref().and_then(|client| cell.client(client)) {
        client.errors += u64::from(request.has_failed());
        client.time.record(micros(request.duration));
    }
    for code in &request.errors {
        if let Some(count) = cell.code(code) {
            *count += 1;
        }
    }
    for (place, fetch) in request.fetches.iter().enumerate() {
        let Some(own) = cell.fetch(fetch.fetch) else { continue };
        own.due += 1;
        own.entities += fetch.entities as u64;
        own.kept += fetch.kept as u64;
        if critical.fetches_us[place] > 0 {
            own.critical_us += critical.fetches_us[place];
            own.halved_us += saved_us(request, |other| other == place);
        }
        if was_asked(fetch) {
            own.executions += 1;
            own.errors += u64::from(fetch.outcome.is_error());
            own.time.record(micros(fetch.duration));
        }
    }
}

fn count_subgraph(cell: &mut SubgraphCell, fetch: &FetchRecord, critical_us: u64) {
    cell.due += 1;
    cell.critical_us += critical_us;
    if was_asked(fetch) {
        cell.requests += 1;
        cell.errors += u64::from(fetch.outcome.is_error());
        cell.failures += u64::from(matches!(fetch.outcome, FetchOutcome::TimedOut | FetchOutcome::Failed));
        cell.time.record(micros(fetch.duration));
    }
}

fn was_asked(fetch: &FetchRecord) -> bool {
    !matches!(fetch.outcome, FetchOutcome::Kept | FetchOutcome::Joined)
}

pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
