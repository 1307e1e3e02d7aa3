//! Answers in memory, bounded by their bytes.

use std::sync::Arc;
use std::time::Duration;

use moka::Expiry;
use moka::sync::Cache;
use router_execution::CachePolicy;
use tokio::time::Instant;

use super::freshness::Tag;
use super::key::ViewerKey;

/// What was asked, and for whom.
pub(super) type Key = ([u8; 32], ViewerKey);

/// What was answered.
#[derive(Debug)]
pub(super) struct Kept<V> {
    pub(super) value: V,
    /// As it was when it came.
    pub(super) policy: CachePolicy,
    pub(super) since: Instant,
    /// The number of the time at which it was asked for.
    pub(super) asked_at: u64,
    /// The same of the shared time; 0 where that was not known, or nothing is shared.
    pub(super) asked_at_shared: u64,
    /// Whether another router has asked for some of it.
    pub(super) is_borrowed: bool,
    pub(super) tags: Arc<[Tag]>,
    /// About how much memory it takes.
    pub(super) bytes: u32,
}

impl<V> Kept<V> {
    pub(super) fn age(&self) -> Duration {
        self.since.elapsed()
    }

    /// What is left of its time.
    pub(super) fn policy_now(&self) -> CachePolicy {
        let age = u32::try_from(self.age().as_secs()).unwrap_or(u32::MAX);
        CachePolicy { max_age: self.policy.max_age.saturating_sub(age), ..self.policy }
    }

    /// Whether its time ended no longer ago than this.
    pub(super) fn is_within(&self, seconds_after: u32) -> bool {
        self.age() <= Duration::from_secs(u64::from(self.policy.max_age) + u64::from(seconds_after))
    }
}

/// What an answer takes beside itself: its key, its place, and what is noted of it. Many small ones take memory, too.
const ENTRY_BYTES: u32 = 512;

/// Kept answers. The least used go first.
#[derive(Debug)]
pub(super) struct Store<V: Send + Sync + 'static>(Cache<Key, Arc<Kept<V>>>);

/// Nothing is of use after its time and the longest that it may stand in for something.
struct AfterItsTime(u32);

impl<V> Expiry<Key, Arc<Kept<V>>> for AfterItsTime {
    fn expire_after_create(&self, _: &Key, kept: &Arc<Kept<V>>, _: std::time::Instant) -> Option<Duration> {
        Some(Duration::from_secs(u64::from(kept.policy.max_age) + u64::from(self.0)))
    }
}

impl<V: Send + Sync + 'static> Store<V> {
    /// None for no bytes at all.
    pub(super) fn new(bytes_max: u64, seconds_after_max: u32) -> Option<Self> {
        let weigh = |_: &Key, kept: &Arc<Kept<V>>| kept.bytes.saturating_add(ENTRY_BYTES);
        let cache =
            Cache::builder().max_capacity(bytes_max).weigher(weigh).expire_after(AfterItsTime(seconds_after_max));
        (bytes_max > 0).then(|| Self(cache.build()))
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<Kept<V>>> {
        self.0.get(key)
    }

    /// Keeps it, unless what is there was asked for at the same time or later.
    pub(super) fn put(&self, key: Key, kept: Kept<V>) {
        if self.0.get(&key).is_some_and(|there| there.asked_at >= kept.asked_at && there.policy_now().may_be_kept()) {
            return;
        }
        self.0.insert(key, Arc::new(kept));
    }

    /// Keeps what was found elsewhere, of which this is not known: it holds as of now, whenever it was asked for.
    pub(super) fn replace(&self, key: Key, kept: Kept<V>) {
        self.0.insert(key, Arc::new(kept));
    }

    /// About how many bytes are kept.
    pub(super) fn bytes(&self) -> u64 {
        self.0.weighted_size()
    }
}
