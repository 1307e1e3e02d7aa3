//! What other routers have asked for, taken into memory for a request that is about to ask for it.

use std::sync::atomic::Ordering;

use router_execution::{CachePolicy, CacheScope, FetchKey};
use tokio::time::Instant;

use super::RequestCache;
use crate::caching::freshness::Tag;
use crate::caching::key::{ViewerKey, digest};
use crate::caching::level::{Level, Shareable, Standing};
use crate::caching::shared::SharedAnswer;
use crate::caching::store::{Kept, Store};

/// What is looked for, in memory and elsewhere.
#[derive(Debug, Clone, Copy)]
pub(in crate::caching) struct Wanted {
    pub(in crate::caching) key: [u8; 32],
    kind: &'static [u8],
}

impl Wanted {
    pub(in crate::caching) fn fetch(key: FetchKey) -> Self {
        Self { key, kind: b"fetch" }
    }

    pub(in crate::caching) fn reply(key: [u8; 32]) -> Self {
        Self { key, kind: b"reply" }
    }
}

impl RequestCache {
    /// What it is called on the shared server, for each of those for whom it may have been kept.
    pub(super) fn names(&self, wanted: Wanted) -> Vec<[u8; 32]> {
        self.viewers().map(|viewer| self.name(wanted, &viewer)).collect()
    }

    pub(super) fn name(&self, wanted: Wanted, viewer: &ViewerKey) -> [u8; 32] {
        digest([wanted.kind, &self.graph[..], &wanted.key, viewer])
    }

    /// Looks on the shared server for what memory does not have.
    async fn look(&self, level: &Level, names: &[[u8; 32]]) -> Vec<Option<SharedAnswer>> {
        if self.is_unanswered.load(Ordering::Relaxed) || !level.may_be_believed() {
            return Vec::new();
        }
        let (standing, found) = level.look(&self.caches.freshness, self.person, names).await;
        self.is_unanswered.fetch_or(!matches!(standing, Standing::Synchronous { .. }), Ordering::Relaxed);
        found
    }

    /// Looks on the shared server for each of `wanted`; what was found is in memory from then on.
    pub(in crate::caching) async fn borrow_all<V: Shareable + Send + Sync + 'static>(
        &self,
        store: &Store<V>,
        wanted: &[Wanted],
    ) {
        let Some(level) = self.caches.level.as_ref().filter(|_| !wanted.is_empty()) else { return };
        let names: Vec<_> = wanted.iter().flat_map(|wanted| self.names(*wanted)).collect();
        let found = self.look(level, &names).await;
        self.take_in(store, wanted, found);
    }

    /// Puts what was found into memory.
    pub(in crate::caching) fn take_in<V: Shareable + Send + Sync + 'static>(
        &self,
        store: &Store<V>,
        wanted: &[Wanted],
        found: Vec<Option<SharedAnswer>>,
    ) {
        let Some(level) = &self.caches.level else { return };
        let places = wanted.iter().flat_map(|wanted| self.viewers().map(|viewer| (wanted.key, viewer)));
        for (place, answer) in places.zip(found) {
            let Some(answer) = answer else { continue };
            let (Some(value), Some(since)) = (level.read::<V>(&answer), Instant::now().checked_sub(answer.age)) else {
                continue;
            };
            let scope = if answer.is_private { CacheScope::Private } else { CacheScope::Public };
            let policy = self.bounded(CachePolicy { max_age: answer.max_age, scope });
            let bytes = answer.value.len().saturating_mul(2) + answer.tags.len() * size_of::<Tag>();
            let kept = Kept {
                value,
                policy,
                since,
                asked_at: self.asked_at,
                asked_at_shared: answer.asked_at,
                is_borrowed: true,
                tags: answer.tags.into(),
                bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            };
            store.replace(place, kept);
        }
    }
}
