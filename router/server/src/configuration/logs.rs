use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which requests the log has a line of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// Of which requests: `none`; `failed`, for those that have failed by no fault of the client, or were slow; or `all`.
    /// The lines have the target `access`, which `--log info,access=off` silences. Default `none`.
    /// `LYCEUM_ROUTER__TELEMETRY__LOGS__REQUESTS`
    pub requests: LoggedRequests,
    /// What is slow, in milliseconds; 0: nothing is. Default 1000. `LYCEUM_ROUTER__TELEMETRY__LOGS__SLOW_MS`
    pub slow_ms: u64,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { requests: LoggedRequests::None, slow_ms: 1_000 }
    }
}

/// Of which requests the log has a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LoggedRequests {
    /// Of none.
    #[default]
    None,
    /// Of those that have failed by no fault of the client, or were slow.
    Failed,
    /// Of all.
    All,
}
