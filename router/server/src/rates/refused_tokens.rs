//! How many tokens that are not accepted may come from an address: whoever guesses, or makes up key ids, is refused before
//! anything is verified (AMP-22, JWT-16).

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::store::{Limit, Need, Store};
use super::{Caller, Flow, network, refusal};
use crate::configuration::RateSettings;
use crate::refusal::Refusal;

/// One token.
const ONE: Need = Need { operations: 1, cost: 0 };

/// A bucket for each address that has sent such tokens.
#[derive(Debug)]
pub(crate) struct RefusedTokens {
    limit: Limit,
    store: Mutex<Store>,
}

impl RefusedTokens {
    /// Nothing when the settings limit nothing.
    pub(crate) fn new(settings: &RateSettings) -> Option<Self> {
        let limit = Limit { operations: Some(Flow::from(settings.refused_tokens?)), cost: None };
        Some(Self { limit, store: Mutex::new(Store::new(settings.entries_max)) })
    }

    /// Whether a token from this address is looked at.
    ///
    /// # Errors
    /// When too many have been refused.
    pub(crate) fn require(&self, address: IpAddr, now_ms: u64) -> Result<(), Refusal> {
        let caller = Caller::Address(Some(network(address)));
        let buckets = self.store().caller(&caller, self.limit, now_ms);
        match buckets.wait_ms(ONE) {
            0 => Ok(()),
            wait_ms => Err(refusal("refused_tokens", wait_ms, &super::Quotas::default())),
        }
    }

    /// A token from this address was refused.
    pub(crate) fn count(&self, address: IpAddr, now_ms: u64) {
        let caller = Caller::Address(Some(network(address)));
        let mut store = self.store();
        let mut buckets = store.caller(&caller, self.limit, now_ms);
        buckets.take(ONE);
        store.put_caller(&caller, buckets, now_ms);
    }

    /// A thread that panicked here has left numbers, and those are sound.
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
