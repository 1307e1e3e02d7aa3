//! What is kept, as one request may see it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use router_execution::{
    CachePolicy, CacheScope, FetchCache, FetchKey, FetchPlace, Flights, FreshAnswer, JsonMap, JsonValue, KeptAnswer,
};
use tokio::time::Instant;

use super::freshness::Tag;
use super::key::{ViewerKey, ViewerKeys, digest, person};
use super::store::{Kept, Store};
use super::{Caches, Execution};
use crate::operation::Operation;
use crate::telemetry;

/// About what a value takes in memory beside its text.
const VALUE_BYTES: usize = 64;

/// One request's look at what is kept.
#[derive(Debug)]
pub(crate) struct RequestCache {
    caches: Arc<Caches>,
    operation: Arc<Operation>,
    keys: ViewerKeys,
    has_header_rules: bool,
    /// When the request began.
    pub(super) asked_at: u64,
    /// When its viewer has changed something last: nothing older is for them.
    since: u64,
    /// What the answers so far are about.
    tags: Mutex<HashSet<Tag>>,
}

impl RequestCache {
    pub(super) fn new(caches: &Arc<Caches>, execution: &Execution) -> Self {
        let (asked_at, viewer) = (caches.freshness.now(), &execution.viewer);
        Self {
            caches: Arc::clone(caches),
            operation: Arc::clone(&execution.operation),
            keys: ViewerKeys::new(viewer, execution.headers),
            has_header_rules: execution.headers.is_some(),
            asked_at,
            since: person(viewer).map_or(0, |person| caches.freshness.last_change_of(&person)),
            tags: Mutex::default(),
        }
    }

    /// What is kept for this viewer, and is not outdated.
    pub(super) fn get<V: Send + Sync + 'static>(&self, store: &Store<V>, key: [u8; 32]) -> Option<Arc<Kept<V>>> {
        let viewers = [Some(self.keys.shared), self.keys.own];
        let current = viewers.into_iter().flatten().filter_map(|viewer| store.get(&(key, viewer)));
        let mut current = current.filter(|kept| {
            kept.asked_at >= self.since && !self.caches.freshness.is_outdated(kept.asked_at, &kept.tags)
        });
        let first = current.next();
        match (first, current.next()) {
            // Both were kept at one time or another; the newer one is what holds.
            (Some(one), Some(other)) => Some(if one.since > other.since { one } else { other }),
            (one, _) => one,
        }
    }

    /// For whom something of this policy is kept; nobody, when it is private and nobody has said who they are.
    pub(super) fn viewer_of(&self, policy: CachePolicy) -> Option<ViewerKey> {
        match policy.scope.max(self.operation.policy.scope) {
            CacheScope::Public => Some(self.keys.shared),
            CacheScope::Private => self.keys.own,
        }
    }

    /// All that the answers are about.
    pub(super) fn tags(&self) -> Arc<[Tag]> {
        self.tags.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    fn note(&self, tags: &[Tag]) {
        self.tags.lock().unwrap_or_else(PoisonError::into_inner).extend(tags);
    }

    /// No longer than the settings allow.
    pub(super) fn bounded(&self, policy: CachePolicy) -> CachePolicy {
        CachePolicy { max_age: policy.max_age.min(self.caches.settings.max_age_seconds_max), ..policy }
    }
}

#[async_trait]
impl FetchCache for RequestCache {
    async fn find(&self, place: FetchPlace, keys: &[FetchKey]) -> Vec<Option<KeptAnswer>> {
        let Some(store) = &self.caches.fetches else { return Vec::new() };
        let found = keys.iter().map(|key| {
            let kept = self.get(store, *key)?;
            if !kept.is_within(self.caches.settings.stale_if_error_seconds) {
                return None;
            }
            self.note(&kept.tags);
            Some(KeptAnswer { data: Arc::clone(&kept.value), policy: kept.policy_now() })
        });
        let found: Vec<_> = found.collect();
        let hits = found.iter().flatten().filter(|kept| kept.policy.may_be_kept()).count();
        if let Some(subjects) = self.operation.subjects.get(place.fetch.0) {
            telemetry::count_fetch_cache(subjects.subgraph(), hits, keys.len() - hits);
        }
        found
    }

    async fn keep(&self, place: FetchPlace, policy: CachePolicy, answers: Vec<FreshAnswer>) {
        let Operation { subjects, fetch_policies, .. } = &*self.operation;
        let (Some(subjects), Some(said)) = (subjects.get(place.fetch.0), fetch_policies.get(place.fetch.0)) else {
            return;
        };
        let policy = self.bounded(policy.and(*said));
        let viewer = self.viewer_of(policy).filter(|_| policy.may_be_kept());
        for answer in answers {
            let tags = subjects.tags_of(&self.caches.freshness, place, &answer);
            self.note(&tags);
            let (Some(store), Some(viewer)) = (&self.caches.fetches, viewer) else { continue };
            let bytes = bytes_of(&answer.data) + tags.len() * size_of::<Tag>();
            let kept = Kept {
                value: answer.data,
                policy,
                since: Instant::now(),
                asked_at: self.asked_at,
                tags: tags.into(),
                bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            };
            store.put((answer.key, viewer), kept);
        }
    }

    /// Only those wait for one answer together for whom nothing has changed in between; and nobody where a subgraph's headers
    /// go to its client.
    fn flights(&self) -> Option<(&Flights, [u8; 32])> {
        if !self.caches.settings.shared_fetches || self.has_header_rules {
            return None;
        }
        let viewer = match self.operation.policy {
            // The graph says that it is for everybody, and for how long.
            policy if policy.may_be_kept() && policy.max_age < u32::MAX => self.viewer_of(policy),
            _ => self.keys.own.or(Some(self.keys.shared)),
        };
        let (latest, since) = (self.caches.freshness.latest().to_be_bytes(), self.since.to_be_bytes());
        let scope = digest([&viewer?[..], &latest, &since]);
        Some((&self.caches.flights, scope))
    }
}

/// About how much memory it takes.
fn bytes_of(data: &JsonMap) -> usize {
    data.iter().map(|(key, value)| key.as_str().len() + bytes_of_value(value)).sum::<usize>() + VALUE_BYTES
}

fn bytes_of_value(value: &JsonValue) -> usize {
    match value {
        JsonValue::String(text) => text.as_str().len() + VALUE_BYTES,
        JsonValue::Array(items) => items.iter().map(bytes_of_value).sum::<usize>() + VALUE_BYTES,
        JsonValue::Object(object) => bytes_of(object),
        _ => VALUE_BYTES,
    }
}
