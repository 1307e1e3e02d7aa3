//! What a router has in common with others: it knows no server itself, so it is given what does.

use std::sync::Arc;

use super::{BuildError, RouterBuilder};
use crate::caching::SharedCache;
use crate::configuration::{CacheStore, RateStore};
use crate::rates::SharedBuckets;

impl RouterBuilder {
    /// Counts what is asked for together with other routers; settings that say so need it, since the router itself knows no
    /// server to share.
    #[must_use]
    pub fn shared_rates(mut self, buckets: Arc<dyn SharedBuckets>) -> Self {
        self.shared_rates = Some(buckets);
        self
    }

    /// Keeps answers together with other routers; settings that say so need it. A router with it is built within a runtime.
    #[must_use]
    pub fn shared_cache(mut self, cache: Arc<dyn SharedCache>) -> Self {
        self.shared_cache = Some(cache);
        self
    }

    /// What the settings ask for.
    pub(super) fn take_shared(&mut self) -> Result<Shared, BuildError> {
        let rates = self.shared_rates.take();
        if self.settings.rates.store == RateStore::Redis && rates.is_none() {
            return Err(BuildError::NoSharedRates);
        }
        let cache = match self.settings.caching.store {
            CacheStore::Memory => None,
            CacheStore::Redis => Some(self.shared_cache.take().ok_or(BuildError::NoSharedCache)?),
        };
        Ok((rates, cache))
    }
}

type Shared = (Option<Arc<dyn SharedBuckets>>, Option<Arc<dyn SharedCache>>);
