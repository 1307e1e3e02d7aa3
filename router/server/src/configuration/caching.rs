use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

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
        Ok(())
    }
}
