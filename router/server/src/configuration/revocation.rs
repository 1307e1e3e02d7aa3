use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// How access tokens of sessions that have ended are refused before they expire (domain section 4.1). Whoever runs the
/// router tells it of such sessions; without a teller, as with an issuer elsewhere, tokens are good until they expire.
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
        Self { sessions_max: 1_000_000, silence_seconds_max: 60, when_unsure: WhenUnsure::Refuse }
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
        Ok(())
    }
}
