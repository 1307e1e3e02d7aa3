//! What is counted: of everything, of an operation, of a fetch, of a subgraph, of a stage.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::histogram::Histogram;

/// Clients that are counted apart, of one operation in one step; the others count for the operation alone.
const CLIENTS_MAX: usize = 50;
/// Codes of errors that are counted apart.
const CODES_MAX: usize = 50;
/// Fetches of a plan that are counted apart.
const FETCHES_MAX: usize = 200;

/// All requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WholeCell {
    /// Of them, those with an error.
    pub errors: u64,
    /// Those whose whole reply was kept.
    pub hits: u64,
    /// How long they took.
    pub time: Histogram,
    /// Of that, what was not spent waiting for subgraphs.
    pub overhead: Histogram,
    /// Microseconds of critical paths that were spent in the router.
    pub critical_us: u64,
}

/// Requests of one operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OperationCell {
    /// Of them, those with an error.
    pub errors: u64,
    /// Those whose whole reply was kept.
    pub hits: u64,
    /// How long they took.
    pub time: Histogram,
    /// What they may have cost, together.
    pub cost: u64,
    /// How many had a cost.
    pub costed: u64,
    /// When the last one was answered, in milliseconds since 1970.
    pub last_ms: u64,
    /// Who has asked.
    pub clients: BTreeMap<Arc<str>, ClientCell>,
    /// The codes of errors in replies, and how often each was there.
    pub codes: BTreeMap<Arc<str>, u64>,
    /// The fetches, by their place in the plan.
    pub fetches: Vec<FetchCell>,
}

/// Requests of one client for one operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientCell {
    /// Of them, those with an error.
    pub errors: u64,
    /// How long they took.
    pub time: Histogram,
}

/// One fetch of a plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FetchCell {
    /// How often it was due.
    pub due: u64,
    /// Of these, how often somebody was asked.
    pub executions: u64,
    /// Of these, how often there was an error or no answer.
    pub errors: u64,
    /// Objects that it was asked for.
    pub entities: u64,
    /// Of them, those that were kept.
    pub kept: u64,
    /// How long it took when somebody was asked.
    pub time: Histogram,
    /// Microseconds of critical paths.
    pub critical_us: u64,
    /// Microseconds that requests would have been shorter by, if it had taken half as long.
    pub halved_us: u64,
}

/// All fetches from one subgraph.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SubgraphCell {
    /// How often it was due.
    pub due: u64,
    /// Of these, how often it was asked.
    pub requests: u64,
    /// Of these, how often there was an error or no answer.
    pub errors: u64,
    /// Of these, how often there was no usable answer at all.
    pub failures: u64,
    /// How long it took when it was asked.
    pub time: Histogram,
    /// Microseconds of critical paths.
    pub critical_us: u64,
    /// Microseconds that requests would have been shorter by, if it had taken half as long.
    pub halved_us: u64,
    /// Microseconds of the critical paths whose spans are known.
    pub seen_critical_us: u64,
}

/// One stage of the router.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StageCell {
    /// How long it took, with all that it waited for.
    pub time: Histogram,
    /// Microseconds of critical paths that were spent in it, and not waiting for subgraphs.
    pub critical_us: u64,
}

/// Work within a service, as the spans of kept traces tell it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InnerCell {
    /// Microseconds of critical paths, in the traces that are kept.
    pub critical_us: u64,
    /// How long it took, each time.
    pub time: Histogram,
    /// The most often that it was done in one trace.
    pub times_max: u64,
}

impl WholeCell {
    /// Counts what the other has counted.
    pub fn merge(&mut self, other: &Self) {
        self.errors += other.errors;
        self.hits += other.hits;
        self.time.merge(&other.time);
        self.overhead.merge(&other.overhead);
        self.critical_us += other.critical_us;
    }
}

impl OperationCell {
    /// Counts what the other has counted.
    pub fn merge(&mut self, other: &Self) {
        self.errors += other.errors;
        self.hits += other.hits;
        self.time.merge(&other.time);
        self.cost = self.cost.saturating_add(other.cost);
        self.costed += other.costed;
        self.last_ms = self.last_ms.max(other.last_ms);
        for (client, cell) in &other.clients {
            if let Some(own) = bounded(&mut self.clients, client, CLIENTS_MAX) {
                own.errors += cell.errors;
                own.time.merge(&cell.time);
            }
        }
        for (code, count) in &other.codes {
            if let Some(own) = bounded(&mut self.codes, code, CODES_MAX) {
                *own += count;
            }
        }
        for (place, cell) in other.fetches.iter().enumerate() {
            if let Some(own) = self.fetch(place) {
                own.merge(cell);
            }
        }
    }

    pub(super) fn client(&mut self, name: &Arc<str>) -> Option<&mut ClientCell> {
        bounded(&mut self.clients, name, CLIENTS_MAX)
    }

    pub(super) fn code(&mut self, code: &Arc<str>) -> Option<&mut u64> {
        bounded(&mut self.codes, code, CODES_MAX)
    }

    pub(super) fn fetch(&mut self, place: usize) -> Option<&mut FetchCell> {
        if place >= FETCHES_MAX {
            return None;
        }
        if place >= self.fetches.len() {
            self.fetches.resize_with(place + 1, FetchCell::default);
        }
        self.fetches.get_mut(place)
    }
}

impl FetchCell {
    /// Counts what the other has counted.
    pub fn merge(&mut self, other: &Self) {
        self.due += other.due;
        self.executions += other.executions;
        self.errors += other.errors;
        self.entities += other.entities;
        self.kept += other.kept;
        self.time.merge(&other.time);
        self.critical_us += other.critical_us;
        self.halved_us += other.halved_us;
    }
}

impl SubgraphCell {
    /// Counts what the other has counted.
    pub fn merge(&mut self, other: &Self) {
        self.due += other.due;
        self.requests += other.requests;
        self.errors += other.errors;
        self.failures += other.failures;
        self.time.merge(&other.time);
        self.critical_us += other.critical_us;
        self.halved_us += other.halved_us;
        self.seen_critical_us += other.seen_critical_us;
    }
}

impl StageCell {
    /// Counts what the other has counted.
    pub fn merge(&mut self, other: &Self) {
        self.time.merge(&other.time);
        self.critical_us += other.critical_us;
    }
}

impl InnerCell {
    /// Counts what the other has counted.
    pub fn merge(&mut self, other: &Self) {
        self.critical_us += other.critical_us;
        self.time.merge(&other.time);
        self.times_max = self.times_max.max(other.times_max);
    }
}

/// The value of this key; nothing for one that there is no room for.
pub(super) fn bounded<'m, K: Ord + Clone, V: Default>(
    map: &'m mut BTreeMap<K, V>,
    key: &K,
    max: usize,
) -> Option<&'m mut V> {
    if map.len() >= max && !map.contains_key(key) {
        return None;
    }
    Some(map.entry(key.clone()).or_default())
}
