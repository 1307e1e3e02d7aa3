//! What is at hand without asking the store: counts, and the operations that were asked for.

use std::collections::HashMap;
use std::sync::Arc;

use crate::aggregate::Tiers;
use crate::analysis::explain::Usual;
use crate::analysis::names::fetch_name;
use crate::histogram::Histogram;
use crate::request::{OperationRecord, RequestRecord};
use crate::store::operations::SeenOperation;
use crate::window::Window;

/// Operations that are remembered; the one that was not asked for longest makes room.
pub(crate) const OPERATIONS_MAX: usize = 2_000;
/// Fewer times say nothing of what is usual.
const USUAL_MIN: u64 = 10;

/// What is at hand.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) tiers: Tiers,
    operations: HashMap<Arc<str>, KnownOperation>,
}

/// An operation that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct KnownOperation {
    pub(crate) hash: Arc<str>,
    pub(crate) seen: SeenOperation,
    /// What people call the fetches of its plan.
    pub(crate) names: Arc<[Option<String>]>,
    is_written: bool,
}

impl KnownOperation {
    fn new(seen: SeenOperation, is_written: bool) -> Self {
        let names = seen.record.plan.iter().map(|fetch| fetch_name(&fetch.document)).collect();
        Self { hash: seen.record.hash.as_str().into(), seen, names, is_written }
    }

    /// The subgraph that a fetch of its plan asks.
    pub(crate) fn subgraph(&self, fetch: usize) -> Option<&str> {
        self.seen.record.plan.get(fetch).map(|fetch| fetch.subgraph.as_str())
    }

    /// What people call a fetch of its plan.
    pub(crate) fn fetch_name(&self, fetch: usize) -> String {
        let named = self.names.get(fetch).and_then(Clone::clone);
        named.unwrap_or_else(|| format!("fetch {fetch}"))
    }
}

impl Memory {
    pub(crate) fn restore(&mut self, tiers: Tiers, operations: Vec<SeenOperation>) {
        self.tiers = tiers;
        for seen in operations {
            let known = KnownOperation::new(seen, true);
            self.operations.insert(Arc::clone(&known.hash), known);
        }
    }

    /// Counts a request, and remembers its operation. Gives the operation's hash.
    pub(crate) fn count(&mut self, request: &RequestRecord, now_ms: u64) -> Option<Arc<str>> {
        let hash = request.operation.as_ref().map(|operation| self.remember(operation, now_ms));
        self.tiers.open(now_ms / 1000).count(request, hash.as_ref());
        hash
    }

    fn remember(&mut self, operation: &Arc<OperationRecord>, now_ms: u64) -> Arc<str> {
        if let Some(known) = self.operations.get_mut(operation.hash.as_str()) {
            known.seen.last_ms = now_ms;
            known.is_written = false;
            return Arc::clone(&known.hash);
        }
        if self.operations.len() >= OPERATIONS_MAX {
            let oldest = self.operations.values().min_by_key(|known| known.seen.last_ms);
            if let Some(oldest) = oldest.map(|known| Arc::clone(&known.hash)) {
                self.operations.remove(&oldest);
            }
        }
        let seen = SeenOperation { record: Arc::clone(operation), first_ms: now_ms, last_ms: now_ms };
        let known = KnownOperation::new(seen, false);
        let hash = Arc::clone(&known.hash);
        self.operations.insert(Arc::clone(&hash), known);
        hash
    }

    pub(crate) fn operation(&self, hash: &str) -> Option<&KnownOperation> {
        self.operations.get(hash)
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &KnownOperation> {
        self.operations.values()
    }

    /// Those that are not yet written as they are.
    pub(crate) fn take_unwritten(&mut self) -> Vec<SeenOperation> {
        let unwritten = self.operations.values_mut().filter(|known| !known.is_written);
        let taken = unwritten.map(|known| {
            known.is_written = true;
            known.seen.clone()
        });
        taken.collect()
    }

    /// What is usual for an operation, by the last day.
    pub(crate) fn usual(&self, hash: &str, now_s: u64) -> Usual {
        let (_, buckets) = self.tiers.within(Window::Day, now_s);
        let (mut whole, mut fetches): (Histogram, Vec<Histogram>) = Default::default();
        for cell in buckets.iter().filter_map(|bucket| bucket.operations.get(hash)) {
            whole.merge(&cell.time);
            if fetches.len() < cell.fetches.len() {
                fetches.resize_with(cell.fetches.len(), Histogram::default);
            }
            for (own, fetch) in fetches.iter_mut().zip(&cell.fetches) {
                own.merge(&fetch.time);
            }
        }
        let median = |histogram: &Histogram| histogram.quantile_us(0.5).filter(|_| histogram.count() >= USUAL_MIN);
        Usual { p50_us: whole.quantile_us(0.5), fetches_p50_us: fetches.iter().map(median).collect() }
    }
}
