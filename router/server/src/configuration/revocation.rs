use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SettingsError, redis};

/// How access tokens of sessions that have ended are refused before they expire (domain section 4.1). Whoever runs the
/// router tells it of such sessions, or the issuer does, on a Redis server; without a teller tokens are good until they expire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RevocationSettings {
    /// How many ended sessions are remembered, each until its last token has expired. Beyond it the router is unsure of
    /// sessions that it does not remember. Default 1000000, about 200 MiB.
    pub sessions_max: usize,
    /// How long the teller may be silent until the router is unsure of every session, in seconds. Default 60.
    pub silence_seconds_max: u64,
    /// What becomes of a token when the router is unsure of its session. Default `refuse`.
    pub when_unsure: WhenUnsure,
    /// Who tells of ended sessions. Default `events`.
    pub store: RevocationStore,
    /// The Redis server on which the issuer tells them, with `store: redis`: `redis://[user:password@]host[:port][/database]`,
    /// or `rediss://` for TLS. It may stand in the environment only, so that a password need not stand here; of the first
    /// issuer: `LYCEUM_ROUTER__AUTHENTICATION__ISSUERS__0__REVOCATION__REDIS`
    pub redis: Option<String>,
    /// What stands before a session's id in its key; also the channel on which ids are announced. Default `revoked:`.
    pub redis_key_prefix: String,
    /// How often all keys are read, in milliseconds: so long a session goes on at most whose end nobody announces. Default 1000.
    pub redis_poll_ms: u64,
}

/// Who tells of ended sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevocationStore {
    /// The platform's own identity, by its events; of other issuers nobody.
    #[default]
    Events,
    /// The issuer, by a key for each session on a Redis server: `SET revoked:<sid> 1 EX <longest life of a token>`.
    Redis,
}

/// What becomes of a token when the router is unsure of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenUnsure {
    /// The request gets 503: nobody acts under a session that may have ended. Requests without a token are served.
    Refuse,
    /// The token is good until it expires: a session that has ended goes on for that long, ten minutes at most with
    /// identity's tokens.
    Accept,
}

impl Default for RevocationSettings {
    fn default() -> Self {
        Self {
            sessions_max: 1_000_000,
            silence_seconds_max: 60,
            when_unsure: WhenUnsure::Refuse,
            store: RevocationStore::Events,
            redis: None,
            redis_key_prefix: "revoked:".to_owned(),
            redis_poll_ms: 1_000,
        }
    }
}

impl RevocationSettings {
    pub(super) fn validate(&self, key: &str) -> Result<(), SettingsError> {
        if self.sessions_max == 0 || self.silence_seconds_max == 0 {
            return Err(SettingsError::new(
                key,
                "sessions_max or silence_seconds_max is 0, so that the router would always be unsure",
                "leave them out, or give both a value",
            ));
        }
        redis::validate(key, self.store == RevocationStore::Redis, self.redis.as_deref(), &self.redis_key_prefix)?;
        if self.redis_poll_ms == 0 || self.redis_poll_ms / 1000 >= self.silence_seconds_max {
            return Err(SettingsError::new(
                format!("{key}.redis_poll_ms"),
                format!("{} ms leaves the router unsure between two looks, or without a pause", self.redis_poll_ms),
                "choose less than silence_seconds_max, such as 1000",
            ));
        }
        Ok(())
    }
}
