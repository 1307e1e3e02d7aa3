use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// Several operations in one request: a body that is a list, answered by a list in the same order. Each is bounded, counted,
/// authorised and reckoned as if it had come alone. Default: refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BatchingSettings {
    /// Whether a list is executed. Default false. `LYCEUM_ROUTER__BATCHING__ENABLED`
    pub enabled: bool,
    /// How many operations a list may have. Default 10. `LYCEUM_ROUTER__BATCHING__OPERATIONS_MAX`
    pub operations_max: usize,
}

impl Default for BatchingSettings {
    fn default() -> Self {
        Self { enabled: false, operations_max: 10 }
    }
}

impl BatchingSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        if self.enabled && self.operations_max == 0 {
            let remedy = "give how many operations a list may have, or leave batching off";
            return Err(SettingsError::new("batching.operations_max", "no list could be executed", remedy));
        }
        Ok(())
    }
}
