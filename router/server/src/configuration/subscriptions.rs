use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// Subscriptions: how many, and how silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubscriptionSettings {
    /// The most subscriptions open at once; more are refused with 429. Default 10000.
    /// `LYCEUM_ROUTER__SUBSCRIPTIONS__SUBSCRIPTIONS_MAX`
    pub subscriptions_max: usize,
    /// The most subscriptions that one viewer, or one address without a token, may have open. Default 20.
    /// `LYCEUM_ROUTER__SUBSCRIPTIONS__PER_VIEWER_MAX`
    pub per_viewer_max: usize,
    /// The longest silence on a stream, in milliseconds; then something is sent that means nothing, so that neither side
    /// nor a proxy between them takes the other for gone. Default 12000.
    /// `LYCEUM_ROUTER__SUBSCRIPTIONS__HEARTBEAT_MS`
    pub heartbeat_ms: u64,
}

impl Default for SubscriptionSettings {
    fn default() -> Self {
        Self { subscriptions_max: 10_000, per_viewer_max: 20, heartbeat_ms: 12_000 }
    }
}

impl SubscriptionSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        if self.heartbeat_ms == 0 {
            let remedy = "give the milliseconds between two signs of life, such as 12000";
            return Err(SettingsError::new("subscriptions.heartbeat_ms", "it is 0", remedy));
        }
        Ok(())
    }
}
