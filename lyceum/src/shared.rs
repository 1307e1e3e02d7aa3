//! What this router shares with others, on the servers that the configuration names.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use router_server::configuration::{CacheStore, CachingSettings, RateSettings, RateStore};
use router_shared::{RedisAddress, RedisBuckets, RedisCache};

use crate::configuration::Configuration;

/// The shared state of one router.
#[derive(Debug, Default)]
pub struct Shared {
    /// The buckets from which all routers take.
    pub rates: Option<Arc<RedisBuckets>>,
    /// What all routers keep of answers.
    pub cache: Option<Arc<RedisCache>>,
}

impl Shared {
    /// Opens what is configured. A server that does not answer is looked for beside the requests.
    ///
    /// # Errors
    /// When an address is none.
    pub async fn open(configuration: &Configuration) -> Result<Self, Box<dyn Error>> {
        let rates = rates(&configuration.router.rates).await?;
        Ok(Self { rates, cache: cache(&configuration.router.caching).await? })
    }
}

async fn rates(settings: &RateSettings) -> Result<Option<Arc<RedisBuckets>>, Box<dyn Error>> {
    let (RateStore::Redis, Some(url)) = (settings.store, &settings.redis) else { return Ok(None) };
    let address = RedisAddress::parse(url).map_err(|error| format!("router.rates.redis: {error}"))?;
    let time_max = Duration::from_millis(settings.redis_timeout_ms);
    Ok(Some(Arc::new(RedisBuckets::open(&address, &settings.redis_key_prefix, time_max).await)))
}

async fn cache(settings: &CachingSettings) -> Result<Option<Arc<RedisCache>>, Box<dyn Error>> {
    let (CacheStore::Redis, Some(url)) = (settings.store, &settings.redis) else { return Ok(None) };
    let address = RedisAddress::parse(url).map_err(|error| format!("router.caching.redis: {error}"))?;
    let time_max = Duration::from_millis(settings.redis_timeout_ms);
    let kept_max = Duration::from_secs(settings.kept_seconds_max());
    Ok(Some(Arc::new(RedisCache::open(&address, &settings.redis_key_prefix, time_max, kept_max).await)))
}
