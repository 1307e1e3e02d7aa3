//! How much viewers, addresses and endpoints may ask over time (OW-13, OW-14, domain section 5.3).
//!
//! - [`bucket`] is the arithmetic: a bucket that fills at a steady rate;
//! - [`store`] keeps one for each viewer and address, in bounded memory;
//! - [`refused_tokens`] counts tokens that are not accepted, by address;
//! - [`shared`] asks the buckets that several routers share, where that is configured;
//! - [`quota`] is what clients are told, in headers and in `extensions`.
//!
//! An operation takes from all its buckets or from none. It takes twice: one for having been asked, before it is parsed, so
//! that what is refused counts as well; then what the document says beyond that. Shared buckets are asked once, with the second.

mod bucket;
mod quota;
mod refused_tokens;
mod shared;
mod store;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, StatusCode};

pub use self::bucket::Flow;
pub(crate) use self::quota::Throttle;
use self::quota::{Quotas, seconds_of};
pub(crate) use self::refused_tokens::RefusedTokens;
use self::shared::{Answered, Shared, Takers};
pub use self::shared::{SharedBucket, SharedBuckets, SharedBucketsUnavailable, SharedLevels};
use self::store::{Buckets, Limit, Need, Store};
use crate::clients::Quota;
use crate::configuration::{RateLimit, RateSettings};
use crate::identity::Viewer;
use crate::refusal::{ErrorCode, Refusal, RefusalClass, RequestError};
use crate::telemetry;

/// Whose buckets an operation takes from beside its endpoint's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    /// A viewer, by subject.
    Viewer(String),
    /// Somebody without a token, by address, as far as it is known.
    Address(Option<IpAddr>),
}

/// Who asks, and how much they may.
#[derive(Debug)]
pub(crate) struct Asker {
    caller: Caller,
    limit: Option<Limit>,
    /// Whose limit that is.
    by: &'static str,
}

/// Whoever has one IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

/// All buckets of a router.
#[derive(Debug)]
pub(crate) struct Rates {
    viewer: Option<Limit>,
    address: Option<Limit>,
    endpoint: Option<Limit>,
    store: Mutex<Store>,
    shared: Option<Shared>,
}

/// What is left to a caller.
#[derive(Debug, Default)]
pub(crate) struct Allowance(Quotas);

impl Allowance {
    /// Tells it in headers.
    pub(crate) fn write_to_reply(&self, headers: &mut HeaderMap) {
        headers.extend(self.0.headers());
    }

    /// What is left of the caller's cost.
    pub(crate) fn throttle(&self) -> Option<Throttle> {
        self.0.throttle()
    }
}

/// An operation that was asked, and has been counted as that. Dropped, it was refused before it was reckoned.
#[derive(Debug)]
#[must_use]
pub(crate) struct AskedOperation<'r> {
    rates: &'r Rates,
    endpoint: &'r str,
    asker: Option<&'r Asker>,
    is_told: bool,
}

impl Rates {
    pub(crate) fn new(settings: &RateSettings, shared: Option<Arc<dyn SharedBuckets>>) -> Self {
        let limit = |limit: &Option<RateLimit>| limit.as_ref().map(Limit::from);
        Self {
            viewer: limit(&settings.viewer),
            address: limit(&settings.address),
            endpoint: limit(&settings.endpoint),
            store: Mutex::new(Store::new(settings.entries_max)),
            shared: shared.map(Shared::new),
        }
    }

    /// Whose buckets a request takes from; nobody's when nothing is limited. What a client's token says goes before the
    /// settings.
    pub(crate) fn asker(&self, viewer: &Viewer, quota: Quota, address: Option<IpAddr>) -> Option<Asker> {
        let (by, own) = match viewer {
            _ if quota != Quota::default() => ("client", Some(self.limit_of(quota))),
            Viewer::Authenticated(_) => ("viewer", self.viewer),
            Viewer::Anonymous => ("address", self.address),
        };
        own.or(self.endpoint)?;
        let caller = match viewer {
            Viewer::Authenticated(claims) => Caller::Viewer(claims.subject.clone()),
            Viewer::Anonymous => Caller::Address(address.map(network)),
        };
        Some(Asker { caller, limit: own, by })
    }

    fn limit_of(&self, quota: Quota) -> Limit {
        let usual = self.viewer.unwrap_or_default();
        Limit {
            operations: quota.operations_per_second.map(Flow::by_second).or(usual.operations),
            cost: quota.cost_per_minute.map(Flow::by_minute).or(usual.cost),
        }
    }

    /// Takes one operation, of which nothing is known but that it is asked.
    ///
    /// # Errors
    /// When too much is asked.
    pub(crate) fn ask<'r>(
        &'r self,
        endpoint: &'r str,
        asker: Option<&'r Asker>,
        now_ms: u64,
    ) -> Result<AskedOperation<'r>, Refusal> {
        if let Some(asker) = asker {
            self.take(self.takers(endpoint, asker), Need { operations: 1, cost: 0 }, now_ms)?;
        }
        Ok(AskedOperation { rates: self, endpoint, asker, is_told: false })
    }

    fn takers<'t>(&self, endpoint: &'t str, asker: &'t Asker) -> Takers<'t> {
        Takers { caller: &asker.caller, by: asker.by, own: asker.limit, endpoint, overall: self.endpoint }
    }

    /// Takes from the router's own memory.
    fn take(&self, takers: Takers<'_>, need: Need, now_ms: u64) -> Result<Allowance, Refusal> {
        // A thread that panicked here has left numbers, and those are sound.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let mut own = takers.own.map(|limit| store.caller(takers.caller, limit, now_ms));
        let mut all = takers.overall.map(|limit| store.endpoint(takers.endpoint, limit, now_ms));
        if let Some(refusal) = refused(takers.by, own.as_ref(), all.as_ref(), need) {
            return Err(refusal);
        }
        for buckets in own.iter_mut().chain(&mut all) {
            buckets.take(need);
        }
        store.put(takers, own, all, now_ms);
        Ok(Allowance(Quotas::of(own.as_ref())))
    }

    /// Makes the router's own memory equal to what is shared, and judges by it.
    fn mirror(&self, takers: Takers<'_>, need: Need, answered: Answered, now_ms: u64) -> Result<Allowance, Refusal> {
        let Answered { taken, own, all } = answered;
        self.store.lock().unwrap_or_else(PoisonError::into_inner).put(takers, own, all, now_ms);
        let refusal = (!taken).then(|| refused(takers.by, own.as_ref(), all.as_ref(), need));
        match refusal.flatten() {
            Some(refusal) => Err(refusal),
            None => Ok(Allowance(Quotas::of(own.as_ref()))),
        }
    }
}

impl AskedOperation<'_> {
    /// Takes what the operation costs, and the mutations in it beyond the first.
    ///
    /// # Errors
    /// When too much is asked.
    pub(crate) async fn spend(mut self, mutations: u64, cost: u64, now_ms: u64) -> Result<Allowance, Refusal> {
        self.is_told = true;
        let Some(asker) = self.asker else { return Ok(Allowance::default()) };
        let takers = self.rates.takers(self.endpoint, asker);
        let more = Need { operations: mutations.saturating_sub(1), cost };
        let Some(shared) = &self.rates.shared else { return self.rates.take(takers, more, now_ms) };
        let whole = Need { operations: mutations.max(1), cost };
        match shared.take(takers, whole, now_ms).await {
            Some(answered) => self.rates.mirror(takers, whole, answered, now_ms),
            None => self.rates.take(takers, more, now_ms),
        }
    }
}

impl Drop for AskedOperation<'_> {
    fn drop(&mut self) {
        let (false, Some(asker), Some(shared)) = (self.is_told, self.asker, &self.rates.shared) else { return };
        shared.tell(self.rates.takers(self.endpoint, asker));
    }
}

/// The refusal of an operation for which one of the buckets has too little; `by` is whose the own one is.
fn refused(by: &'static str, own: Option<&Buckets>, all: Option<&Buckets>, need: Need) -> Option<Refusal> {
    let wait_of = |buckets: Option<&Buckets>| buckets.map_or(0, |buckets| buckets.wait_ms(need));
    let (own_wait, all_wait) = (wait_of(own), wait_of(all));
    let by = if own_wait < all_wait { "endpoint" } else { by };
    let wait_ms = own_wait.max(all_wait);
    (wait_ms > 0).then(|| refusal(by, wait_ms, &Quotas::of(own)))
}

fn refusal(by: &'static str, wait_ms: u64, quotas: &Quotas) -> Refusal {
    telemetry::count_rate_limited(by);
    let message = format!("Too much is asked at once; try again in {wait_ms} ms.");
    let mut error = RequestError::new(ErrorCode::RateLimited, message);
    error.extensions.insert("retryAfterMs".to_owned(), wait_ms.into());
    let mut refusal = Refusal::of_errors(RefusalClass::Http(StatusCode::TOO_MANY_REQUESTS), vec![error]);
    refusal.retry_after_seconds = Some(seconds_of(wait_ms));
    refusal.headers = quotas.headers();
    refusal
}
