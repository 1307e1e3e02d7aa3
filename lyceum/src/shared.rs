//! What this router shares with others, on the servers that the configuration names.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use router_server::configuration::{
    AuthenticationSettings, CacheStore, CachingSettings, RateSettings, RateStore, RevocationStore,
};
use router_shared::{RedisAddress, RedisBuckets, RedisCache, RedisRevocations};

use crate::configuration::Configuration;
use crate::platform;

/// The shared state of one router.
#[derive(Debug, Default)]
pub struct Shared {
    /// The buckets from which all routers take.
    pub rates: Option<Arc<RedisBuckets>>,
    /// The ended sessions of issuers that tell them on a server, by issuer. They are read as long as this lives.
    pub revocations: BTreeMap<String, RedisRevocations>,
    /// What all routers keep of answers.
    pub cache: Option<Arc<RedisCache>>,
}

impl Shared {
    /// Opens what is configured. A server that does not answer is looked for beside the requests.
    ///
    /// # Errors
    /// When an address is none.
    pub async fn open(configuration: &Configuration) -> Result<Self, Box<dyn Error>> {
        let router = &configuration.router;
        let revocations = match &router.authentication {
            Some(authentication) => revocations(authentication).await?,
            None => BTreeMap::new(),
        };
        let (rates, cache) = (rates(&router.rates).await?, cache(&router.caching).await?);
        Ok(Self { rates, revocations, cache })
    }
}

async fn revocations(
    authentication: &AuthenticationSettings,
) -> Result<BTreeMap<String, RedisRevocations>, Box<dyn Error>> {
    let own = platform::own_issuer(authentication).map(|issuer| issuer.issuer.as_str());
    let mut followed = BTreeMap::new();
    for (index, issuer) in authentication.issuers.iter().enumerate() {
        let (RevocationStore::Redis, Some(url)) = (issuer.revocation.store, &issuer.revocation.redis) else { continue };
        let setting = format!("router.authentication.issuers[{index}].revocation");
        if own == Some(issuer.issuer.as_str()) {
            return Err(format!(
                "{setting}.store: the platform's identity tells of ended sessions by its events, and not on this server\n  \
                 remedy: leave store and redis out"
            )
            .into());
        }
        let address = RedisAddress::parse(url).map_err(|error| format!("{setting}.redis: {error}"))?;
        followed.insert(issuer.issuer.clone(), RedisRevocations::follow(&address, issuer).await);
    }
    Ok(followed)
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
