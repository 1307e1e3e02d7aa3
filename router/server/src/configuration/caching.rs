use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SettingsError, redis};

/// Longer than this nobody waits for what is only to save time.
const REDIS_TIMEOUT_MS_CEILING: u64 = 1_000;
/// What is larger makes everything else that is asked of the server wait.
const REDIS_VALUE_BYTES_CEILING: usize = 16 * 1024 * 1024;

/// What is kept of replies, and for how long. What may be kept the graph says (`@cacheControl`), and each subgraph with the
/// `Cache-Control` of its replies; nothing is kept that neither allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CachingSettings {
    /// How many bytes of the answers of subgraphs are kept: those of root fields, and entities one by one. 0: none.
    /// Default 134217728. `LYCEUM_ROUTER__CACHING__FETCH_BYTES_MAX`
    pub fetch_bytes_max: u64,
    /// How many bytes of whole replies are kept. 0: none. Default 67108864. `LYCEUM_ROUTER__CACHING__REPLY_BYTES_MAX`
    pub reply_bytes_max: u64,
    /// The longest that anything is kept, in seconds, whatever the graph and the subgraphs allow. Default 3600.
    /// `LYCEUM_ROUTER__CACHING__MAX_AGE_SECONDS_MAX`
    pub max_age_seconds_max: u32,
    /// How long a root field may be kept of which the graph says nothing, in seconds; in a graph whose `@cacheControl` has
    /// the argument `inheritMaxAge`, every field of an object type. Default 0.
    /// `LYCEUM_ROUTER__CACHING__DEFAULT_MAX_AGE_SECONDS`
    pub default_max_age_seconds: u32,
    /// For how many seconds after its time an answer stands in for a subgraph that cannot be reached. Default 300.
    /// `LYCEUM_ROUTER__CACHING__STALE_IF_ERROR_SECONDS`
    pub stale_if_error_seconds: u32,
    /// For how many seconds after its time a whole reply is given once more while it is renewed behind it. Default 0.
    /// `LYCEUM_ROUTER__CACHING__STALE_WHILE_REVALIDATE_SECONDS`
    pub stale_while_revalidate_seconds: u32,
    /// Whether viewers who ask a subgraph for the same at the same time wait for one answer. Default true.
    /// `LYCEUM_ROUTER__CACHING__SHARED_FETCHES`
    pub shared_fetches: bool,
    /// Where it is kept. Default `memory`. `LYCEUM_ROUTER__CACHING__STORE`
    pub store: CacheStore,
    /// The Redis server (7 or later) that routers share, with `store: redis`: `redis://[user:password@]host[:port][/database]`,
    /// or `rediss://` for TLS. It may stand in the environment only, so that a password need not stand here:
    /// `LYCEUM_ROUTER__CACHING__REDIS`
    pub redis: Option<String>,
    /// How long a request waits for that server, in milliseconds; then it asks the subgraphs. Default 20.
    /// `LYCEUM_ROUTER__CACHING__REDIS_TIMEOUT_MS`
    pub redis_timeout_ms: u64,
    /// What the keys on that server begin with; routers share what they keep under the same one. Default `lyceum:caches`.
    /// `LYCEUM_ROUTER__CACHING__REDIS_KEY_PREFIX`
    pub redis_key_prefix: String,
    /// The greatest answer that is kept on that server, in bytes; what is larger is kept in the router's own memory only.
    /// Default 1048576. `LYCEUM_ROUTER__CACHING__REDIS_VALUE_BYTES_MAX`
    pub redis_value_bytes_max: usize,
}

/// Where answers are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CacheStore {
    /// In the memory of each router, which hears of changes elsewhere from the event log.
    #[default]
    Memory,
    /// In the memory of each router, and behind it on a Redis server for all routers that share it: what one has asked for
    /// the others find, and what one has changed is outdated for all before anybody is told. While the server does not
    /// answer, as with `memory`.
    Redis,
}

impl Default for CachingSettings {
    fn default() -> Self {
        Self {
            fetch_bytes_max: 128 * 1024 * 1024,
            reply_bytes_max: 64 * 1024 * 1024,
            max_age_seconds_max: 3600,
            default_max_age_seconds: 0,
            stale_if_error_seconds: 300,
            stale_while_revalidate_seconds: 0,
            shared_fetches: true,
            store: CacheStore::Memory,
            redis: None,
            redis_timeout_ms: 20,
            redis_key_prefix: "lyceum:caches".to_owned(),
            redis_value_bytes_max: 1024 * 1024,
        }
    }
}

impl CachingSettings {
    /// Whether anything is kept or shared at all.
    pub(crate) fn is_used(&self) -> bool {
        self.fetch_bytes_max > 0 || self.reply_bytes_max > 0 || self.shared_fetches
    }

    /// More makes ages that no clock of a cache is made for (RFC 9111, section 1.2.2).
    const SECONDS_MAX: u32 = 31_536_000;

    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        for (name, seconds) in [
            ("max_age_seconds_max", self.max_age_seconds_max),
            ("default_max_age_seconds", self.default_max_age_seconds),
            ("stale_if_error_seconds", self.stale_if_error_seconds),
            ("stale_while_revalidate_seconds", self.stale_while_revalidate_seconds),
        ] {
            if seconds > Self::SECONDS_MAX {
                let problem = format!("{seconds} seconds are longer than a year");
                return Err(SettingsError::new(format!("caching.{name}"), problem, "give at most 31536000"));
            }
        }
        let is_shared = self.store == CacheStore::Redis;
        redis::validate("caching", is_shared, self.redis.as_deref(), &self.redis_key_prefix)?;
        if is_shared && self.fetch_bytes_max == 0 && self.reply_bytes_max == 0 {
            return Err(SettingsError::new(
                "caching.store",
                "routers would share what they keep, and nothing is kept",
                "give fetch_bytes_max or reply_bytes_max more than 0, or leave the store out",
            ));
        }
        if !(1..=REDIS_TIMEOUT_MS_CEILING).contains(&self.redis_timeout_ms) {
            return Err(SettingsError::new(
                "caching.redis_timeout_ms",
                format!("{} ms is not how long a request can wait for what may be kept", self.redis_timeout_ms),
                format!("choose 1 to {REDIS_TIMEOUT_MS_CEILING}, such as 20"),
            ));
        }
        if !(1..=REDIS_VALUE_BYTES_CEILING).contains(&self.redis_value_bytes_max) {
            return Err(SettingsError::new(
                "caching.redis_value_bytes_max",
                format!("answers of {} bytes cannot be kept there", self.redis_value_bytes_max),
                format!("choose 1 to {REDIS_VALUE_BYTES_CEILING}, such as 1048576"),
            ));
        }
        Ok(())
    }

    /// The longest that anything is of use, in seconds.
    #[must_use]
    pub fn kept_seconds_max(&self) -> u64 {
        let after = self.stale_if_error_seconds.max(self.stale_while_revalidate_seconds);
        u64::from(self.max_age_seconds_max) + u64::from(after)
    }
}
