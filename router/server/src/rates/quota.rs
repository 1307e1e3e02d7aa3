//! What callers are told of their buckets: the fields `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).

use http::{HeaderName, HeaderValue};

use super::store::{Buckets, Filling};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The buckets of a caller, by what they count.
#[derive(Debug, Default)]
pub(super) struct Quotas(Vec<(&'static str, Filling)>);

/// What is left of a caller's cost (domain section 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Throttle {
    pub(crate) maximum: u64,
    pub(crate) available: u64,
    pub(crate) restored_per_second: u64,
}

impl Quotas {
    pub(super) fn of(buckets: Option<&Buckets>) -> Self {
        let named = buckets.map(|buckets| [("operations", buckets.operations), ("cost", buckets.cost)]);
        let quotas = named.into_iter().flatten().filter_map(|(name, filling)| Some((name, filling?)));
        Self(quotas.collect())
    }

    /// `q` is the quota and `w` the seconds in which an empty bucket fills; `r` is what remains and `t` the seconds until
    /// the bucket is full.
    pub(super) fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let policies = self.0.iter().map(|(name, (flow, _))| {
            let seconds = flow.burst.saturating_mul(60).div_ceil(flow.per_minute.max(1));
            format!("\"{name}\";q={};w={seconds}", flow.burst)
        });
        let limits = self.0.iter().map(|(name, (flow, bucket))| {
            format!("\"{name}\";r={};t={}", bucket.left(), seconds_of(bucket.full_in_ms(*flow)))
        });
        let lists = [(POLICY, policies.collect::<Vec<_>>()), (LIMIT, limits.collect())];
        let written = lists.into_iter().filter(|(_, items)| !items.is_empty());
        written.filter_map(|(name, items)| Some((name, HeaderValue::try_from(items.join(", ")).ok()?))).collect()
    }

    pub(super) fn throttle(&self) -> Option<Throttle> {
        let (_, (flow, bucket)) = self.0.iter().find(|(name, _)| *name == "cost")?;
        let (available, restored_per_second) = (bucket.left(), flow.per_minute / 60);
        Some(Throttle { maximum: flow.burst, available, restored_per_second })
    }
}

/// Whole seconds, and never too few.
pub(super) fn seconds_of(milliseconds: u64) -> u64 {
    milliseconds.div_ceil(1000)
}
