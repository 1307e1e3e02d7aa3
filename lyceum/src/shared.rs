//! What this router shares with others, on the servers that the configuration names.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use router_server::configuration::{RateSettings, RateStore};
use router_shared::{RedisAddress, RedisBuckets};

use crate::configuration::Configuration;

/// The shared state of one router.
#[derive(Debug, Default)]
pub struct Shared {
    /// The buckets from which all routers take.
    pub rates: Option<Arc<RedisBuckets>>,
}

impl Shared {
    /// Opens what is configured. A server that does not answer is looked for beside the requests.
    ///
    /// # Errors
    /// When an address is none.
    pub async fn open(configuration: &Configuration) -> Result<Self, Box<dyn Error>> {
        Ok(Self { rates: rates(&configuration.router.rates).await? })
    }
}

async fn rates(settings: &RateSettings) -> Result<Option<Arc<RedisBuckets>>, Box<dyn Error>> {
    let (RateStore::Redis, Some(url)) = (settings.store, &settings.redis) else { return Ok(None) };
    let address = RedisAddress::parse(url).map_err(|error| format!("router.rates.redis: {error}"))?;
    let time_max = Duration::from_millis(settings.redis_timeout_ms);
    Ok(Some(Arc::new(RedisBuckets::open(&address, &settings.redis_key_prefix, time_max).await)))
}
