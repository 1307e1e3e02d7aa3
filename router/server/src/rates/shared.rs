//! Buckets that several routers share, so that a caller gets no more from three than from one.
//!
//! Each router goes on counting in its own memory. That is what decides when the shared buckets do not answer in time, what
//! refuses whoever is known to have nothing left, without asking again, and what is made equal to the shared buckets with
//! each of their answers.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::Caller;
use super::bucket::Flow;
use super::store::{Buckets, Limit, Need};
use crate::telemetry;

/// Operations that were refused before they were reckoned are told beside the requests; more than so many at a time are told
/// to nobody else than this router's own memory.
const TOLD_BESIDE_MAX: usize = 64;
/// Characters of a hash in a key: 128 bits, which nobody finds twice.
const HASH_CHARACTERS: usize = 32;

/// One bucket, and what is to be taken from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedBucket {
    /// Whose it is: ASCII letters, digits, `:` and `-`; no name that a client can choose.
    pub key: String,
    /// How it fills.
    pub flow: Flow,
    /// How much to take. What is more than it holds takes all of it.
    pub points: u64,
}

/// What became of the buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedLevels {
    /// Whether each had enough; otherwise nothing was taken from any.
    pub taken: bool,
    /// What is left in each, in parts of a point, of which there are 60,000.
    pub parts: Vec<u64>,
}

/// The shared buckets cannot be asked, or have not answered in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the shared buckets do not answer")]
pub struct SharedBucketsUnavailable;

/// Where routers share buckets. Asked once for each operation, so an answer must come within milliseconds, or none.
#[async_trait]
pub trait SharedBuckets: Debug + Send + Sync + 'static {
    /// Takes from all of the buckets or from none, in one step.
    ///
    /// # Errors
    /// When that is not known in time.
    async fn take(&self, buckets: &[SharedBucket]) -> Result<SharedLevels, SharedBucketsUnavailable>;
}

/// The shared buckets of a router.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    buckets: Arc<dyn SharedBuckets>,
    told_beside: Arc<AtomicUsize>,
}

/// Whose buckets an operation takes from, and by which limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Takers<'t> {
    pub(super) caller: &'t Caller,
    /// Whose limit the own one is.
    pub(super) by: &'static str,
    pub(super) own: Option<Limit>,
    pub(super) endpoint: &'t str,
    pub(super) overall: Option<Limit>,
}

/// The caller's buckets and the endpoint's after an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    pub(super) taken: bool,
    pub(super) own: Option<Buckets>,
    pub(super) all: Option<Buckets>,
}

impl Shared {
    pub(super) fn new(buckets: Arc<dyn SharedBuckets>) -> Self {
        Self { buckets, told_beside: Arc::default() }
    }

    /// Takes from the shared buckets; nothing when they do not answer.
    pub(super) async fn take(&self, takers: Takers<'_>, need: Need, now_ms: u64) -> Option<Answered> {
        let asked = takers.buckets(need);
        let levels = self.buckets.take(&asked).await.ok().filter(|levels| levels.parts.len() == asked.len());
        telemetry::count_shared_rates(levels.is_some());
        let SharedLevels { taken, parts } = levels?;
        let mut left = parts.into_iter();
        let mut read = |limit: Option<Limit>| limit.map(|limit| Buckets::read(limit, &mut left, now_ms));
        Some(Answered { taken, own: read(takers.own), all: read(takers.overall) })
    }

    /// Tells of an operation that was asked and refused. Nobody waits for it.
    pub(super) fn tell(&self, takers: Takers<'_>) {
        if self.told_beside.fetch_add(1, Ordering::Relaxed) >= TOLD_BESIDE_MAX {
            self.told_beside.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let (shared, asked) = (self.clone(), takers.buckets(Need { operations: 1, cost: 0 }));
        tokio::spawn(async move {
            telemetry::count_shared_rates(shared.buckets.take(&asked).await.is_ok());
            shared.told_beside.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

impl Takers<'_> {
    /// In the order in which [`Buckets::read`] takes the levels.
    fn buckets(&self, need: Need) -> Vec<SharedBucket> {
        let owner = match self.caller {
            Caller::Viewer(subject) => format!("viewer:{}", hashed(subject)),
            Caller::Address(Some(address)) => format!("address:{}", hashed(&address.to_string())),
            Caller::Address(None) => "address:unknown".to_owned(),
        };
        let own = self.own.map(|limit| named(&owner, limit, need));
        let all = self.overall.map(|limit| named(&format!("endpoint:{}", hashed(self.endpoint)), limit, need));
        own.into_iter().chain(all).flatten().collect()
    }
}

fn named(owner: &str, limit: Limit, need: Need) -> Vec<SharedBucket> {
    let bucket = |flow: Option<Flow>, points, name| {
        flow.map(|flow| SharedBucket { key: format!("{owner}:{name}"), flow, points })
    };
    let both = [bucket(limit.operations, need.operations, "operations"), bucket(limit.cost, need.cost, "cost")];
    both.into_iter().flatten().collect()
}

/// What somebody is called says nothing in a key, and can break none (OW-03).
fn hashed(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    let mut hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hexadecimal.truncate(HASH_CHARACTERS);
    hexadecimal
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OW-03: whatever somebody is called, the key has letters, digits and colons, and is another one for each.
    #[test]
    fn names_break_no_keys() {
        let limit = Some(Limit { operations: Some(Flow { per_minute: 60, burst: 2 }), cost: None });
        let need = Need { operations: 1, cost: 0 };
        let key = |caller: Caller, endpoint: &str| {
            let takers = Takers { caller: &caller, by: "viewer", own: limit, endpoint, overall: limit };
            let buckets = takers.buckets(need);
            assert_eq!(buckets.len(), 2);
            assert!(buckets.iter().all(|bucket| {
                bucket.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':') && bucket.key.len() < 64
            }));
            buckets[0].key.clone()
        };
        let mut keys = std::collections::HashSet::new();
        for name in ["usr_1", "*", "a\r\nDEL x", "a}:cost", "", "\u{0}", &"x".repeat(10_000)] {
            assert!(keys.insert(key(Caller::Viewer(name.to_owned()), name)));
        }
        for address in ["192.0.2.1", "2001:db8::"] {
            assert!(keys.insert(key(Caller::Address(Some(address.parse().unwrap())), "/graphql")));
        }
        assert!(keys.insert(key(Caller::Address(None), "/graphql")));
    }
}
