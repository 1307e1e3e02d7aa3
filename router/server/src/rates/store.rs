//! The buckets of viewers and addresses, in bounded memory.

use std::collections::HashMap;

use super::Caller;
use super::bucket::{Bucket, Flow};
use super::shared::Takers;
use crate::configuration::RateLimit;

/// What an operation takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    pub(super) operations: u64,
    pub(super) cost: u64,
}

/// A bucket and how it fills.
pub(super) type Filling = (Flow, Bucket);

/// How much a caller may ask for, or all callers of an endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) operations: Option<Flow>,
    pub(super) cost: Option<Flow>,
}

impl From<&RateLimit> for Limit {
    fn from(limit: &RateLimit) -> Self {
        Self { operations: limit.operations.map(Flow::from), cost: limit.cost.map(Flow::from) }
    }
}

/// The buckets of one caller, or of one endpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Buckets {
    pub(super) operations: Option<Filling>,
    pub(super) cost: Option<Filling>,
}

impl Buckets {
    fn full(limit: Limit, now_ms: u64) -> Self {
        let full = |flow: Flow| (flow, Bucket::full(flow, now_ms));
        Self { operations: limit.operations.map(full), cost: limit.cost.map(full) }
    }

    /// With these levels, in parts of a point: that of the operations before that of the cost.
    pub(super) fn read(limit: Limit, levels: &mut impl Iterator<Item = u64>, now_ms: u64) -> Self {
        let mut holding = |flow: Option<Flow>| {
            let flow = flow?;
            Some((flow, Bucket::holding(flow, levels.next().unwrap_or_default(), now_ms)))
        };
        Self { operations: holding(limit.operations), cost: holding(limit.cost) }
    }

    fn at(self, now_ms: u64) -> Self {
        let later = |(flow, bucket): Filling| (flow, bucket.at(flow, now_ms));
        Self { operations: self.operations.map(later), cost: self.cost.map(later) }
    }

    /// The buckets under a limit, which may be another one than before: a token can bring a new one.
    fn within(self, limit: Limit, now_ms: u64) -> Self {
        let full = Self::full(limit, now_ms);
        let within = |known: Option<Filling>, full: Option<Filling>| match (known, full) {
            (Some((_, bucket)), Some((flow, _))) => Some((flow, bucket.within(flow))),
            (_, full) => full,
        };
        Self { operations: within(self.operations, full.operations), cost: within(self.cost, full.cost) }
    }

    pub(super) fn wait_ms(&self, need: Need) -> u64 {
        let wait = |filling: Option<Filling>, points| filling.map_or(0, |(flow, bucket)| bucket.wait_ms(flow, points));
        wait(self.operations, need.operations).max(wait(self.cost, need.cost))
    }

    pub(super) fn take(&mut self, need: Need) {
        for (filling, points) in [(&mut self.operations, need.operations), (&mut self.cost, need.cost)] {
            if let Some((flow, bucket)) = filling {
                bucket.take(*flow, points);
            }
        }
    }

    /// In how many milliseconds there is nothing left to remember.
    fn full_in_ms(&self) -> u64 {
        let full_in = |filling: Option<Filling>| filling.map_or(0, |(flow, bucket)| bucket.full_in_ms(flow));
        full_in(self.operations).max(full_in(self.cost))
    }
}

/// All buckets. Who is not in it has full ones.
#[derive(Debug)]
pub(super) struct Store {
    callers: HashMap<Caller, Buckets>,
    /// As many as the settings name.
    endpoints: HashMap<String, Buckets>,
    callers_max: usize,
}

impl Store {
    pub(super) fn new(callers_max: usize) -> Self {
        Self { callers: HashMap::new(), endpoints: HashMap::new(), callers_max }
    }

    pub(super) fn caller(&self, caller: &Caller, limit: Limit, now_ms: u64) -> Buckets {
        self.callers
            .get(caller)
            .map_or_else(|| Buckets::full(limit, now_ms), |buckets| buckets.at(now_ms).within(limit, now_ms))
    }

    pub(super) fn endpoint(&self, path: &str, limit: Limit, now_ms: u64) -> Buckets {
        self.endpoints
            .get(path)
            .map_or_else(|| Buckets::full(limit, now_ms), |buckets| buckets.at(now_ms).within(limit, now_ms))
    }

    /// Remembers the caller's buckets and the endpoint's.
    pub(super) fn put(&mut self, takers: Takers<'_>, own: Option<Buckets>, all: Option<Buckets>, now_ms: u64) {
        if let Some(own) = own {
            self.put_caller(takers.caller, own, now_ms);
        }
        if let Some(all) = all {
            self.put_endpoint(takers.endpoint, all);
        }
    }

    fn put_endpoint(&mut self, path: &str, buckets: Buckets) {
        match self.endpoints.get_mut(path) {
            Some(known) => *known = buckets,
            None => drop(self.endpoints.insert(path.to_owned(), buckets)),
        }
    }

    pub(super) fn put_caller(&mut self, caller: &Caller, buckets: Buckets, now_ms: u64) {
        if let Some(known) = self.callers.get_mut(caller) {
            *known = buckets;
            return;
        }
        if self.callers.len() >= self.callers_max {
            self.make_room(now_ms);
        }
        self.callers.insert(caller.clone(), buckets);
    }

    /// Forgets those whose buckets are full, and of the others the fullest, an eighth of all at once: whoever has spent the
    /// most is remembered the longest, however many new ones come.
    fn make_room(&mut self, now_ms: u64) {
        let mut until_full = Vec::with_capacity(self.callers.len());
        self.callers.retain(|_, buckets| {
            let wait = buckets.at(now_ms).full_in_ms();
            until_full.push(wait);
            wait > 0
        });
        until_full.retain(|wait| *wait > 0);
        let mut surplus = self.callers.len().saturating_sub(self.callers_max - self.callers_max.div_ceil(8));
        if surplus == 0 {
            return;
        }
        let (_, threshold, _) = until_full.select_nth_unstable(surplus - 1);
        let threshold = *threshold;
        self.callers.retain(|_, buckets| {
            let forgotten = surplus > 0 && buckets.at(now_ms).full_in_ms() <= threshold;
            surplus -= usize::from(forgotten);
            !forgotten
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(index: usize) -> Caller {
        Caller::Viewer(format!("usr_{index}"))
    }

    /// AMP-22: any number of callers take a bounded number of entries, and do not make the store forget who spent most.
    #[test]
    fn the_fullest_are_forgotten_first() {
        let limit = Limit { operations: Some(Flow { per_minute: 60, burst: 100 }), cost: None };
        let mut store = Store::new(64);
        let spend = |store: &mut Store, index: usize, operations: u64| {
            let mut buckets = store.caller(&caller(index), limit, 0);
            buckets.take(Need { operations, cost: 0 });
            store.put_caller(&caller(index), buckets, 0);
        };
        spend(&mut store, 0, 100);
        for index in 1..10_000 {
            spend(&mut store, index, 1);
            assert!(store.callers.len() <= 64);
        }
        assert_eq!(store.caller(&caller(0), limit, 0).wait_ms(Need { operations: 1, cost: 0 }), 1000);
        // Two minutes later everybody has everything again, and nobody has to be remembered.
        let mut buckets = store.caller(&caller(10_000), limit, 120_000);
        buckets.take(Need { operations: 1, cost: 0 });
        while store.callers.len() < 64 {
            let index = 20_000 + store.callers.len();
            store.put_caller(&caller(index), buckets, 120_000);
        }
        store.put_caller(&caller(30_000), buckets, 1_000_000);
        assert_eq!(store.callers.len(), 1);
    }

    #[test]
    fn one_place_is_enough_to_go_on() {
        let limit = Limit { operations: Some(Flow::by_second(1)), cost: None };
        let mut store = Store::new(1);
        for index in 0..3 {
            let mut buckets = store.caller(&caller(index), limit, 0);
            buckets.take(Need { operations: 1, cost: 0 });
            store.put_caller(&caller(index), buckets, 0);
            assert_eq!(store.callers.len(), 1);
        }
    }
}
