//! How much viewers, addresses and endpoints may ask over time (OW-13, OW-14, domain section 5.3).
//!
//! - [`bucket`] is the arithmetic: a bucket that fills at a steady rate;
//! - [`store`] keeps one for each viewer and address, in bounded memory;
//! - [`quota`] is what clients are told, in headers and in `extensions`.
//!
//! An operation takes from all its buckets or from none. It takes twice: one for having been asked, before it is parsed, so
//! that what is refused counts as well; then what the document says beyond that.

mod bucket;
mod quota;
mod store;

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, StatusCode};

use self::bucket::Flow;
pub(crate) use self::quota::Throttle;
use self::quota::{Quotas, seconds_of};
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

impl Rates {
    pub(crate) fn new(settings: &RateSettings) -> Self {
        let limit = |limit: &Option<RateLimit>| limit.as_ref().map(Limit::from);
        Self {
            viewer: limit(&settings.viewer),
            address: limit(&settings.address),
            endpoint: limit(&settings.endpoint),
            store: Mutex::new(Store::new(settings.entries_max)),
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
    pub(crate) fn ask(&self, endpoint: &str, asker: Option<&Asker>, now_ms: u64) -> Result<(), Refusal> {
        self.take(endpoint, asker, Need { operations: 1, cost: 0 }, now_ms).map(drop)
    }

    /// Takes what the operation costs, and the mutations in it beyond the first.
    ///
    /// # Errors
    /// When too much is asked.
    pub(crate) fn spend(
        &self,
        endpoint: &str,
        asker: Option<&Asker>,
        mutations: u64,
        cost: u64,
        now_ms: u64,
    ) -> Result<Allowance, Refusal> {
        self.take(endpoint, asker, Need { operations: mutations.saturating_sub(1), cost }, now_ms)
    }

    fn take(&self, endpoint: &str, asker: Option<&Asker>, need: Need, now_ms: u64) -> Result<Allowance, Refusal> {
        let Some(Asker { caller, limit, by }) = asker else { return Ok(Allowance::default()) };
        // A thread that panicked here has left numbers, and those are sound.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let mut own = limit.map(|limit| store.caller(caller, limit, now_ms));
        let mut all = self.endpoint.map(|limit| store.endpoint(endpoint, limit, now_ms));
        let wait_of = |buckets: &Option<Buckets>| buckets.as_ref().map_or(0, |buckets| buckets.wait_ms(need));
        let (own_wait, all_wait) = (wait_of(&own), wait_of(&all));
        let wait_ms = own_wait.max(all_wait);
        if wait_ms > 0 {
            let by = if own_wait >= all_wait { *by } else { "endpoint" };
            return Err(refused(by, wait_ms, &Quotas::of(own.as_ref())));
        }
        for buckets in own.iter_mut().chain(&mut all) {
            buckets.take(need);
        }
        let allowance = Allowance(Quotas::of(own.as_ref()));
        if let Some(own) = own {
            store.put_caller(caller, own, now_ms);
        }
        if let Some(all) = all {
            store.put_endpoint(endpoint, all);
        }
        Ok(allowance)
    }
}

fn refused(by: &'static str, wait_ms: u64, quotas: &Quotas) -> Refusal {
    telemetry::count_rate_limited(by);
    let message = format!("Too much is asked at once; try again in {wait_ms} ms.");
    let mut error = RequestError::new(ErrorCode::RateLimited, message);
    error.extensions.insert("retryAfterMs".to_owned(), wait_ms.into());
    let mut refusal = Refusal::of_errors(RefusalClass::Http(StatusCode::TOO_MANY_REQUESTS), vec![error]);
    refusal.retry_after_seconds = Some(seconds_of(wait_ms));
    refusal.headers = quotas.headers();
    refusal
}
