use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// Where registered operations are kept (docs/registered-operations.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RegistrySettings {
    /// The folder, relative to this file: a manifest for each client. Default: `operations` in the data folder.
    /// `LYCEUM_ROUTER__REGISTRY__FOLDER`
    pub folder: Option<PathBuf>,
    /// How often the router looks for changes, in milliseconds. Default 5000. `LYCEUM_ROUTER__REGISTRY__POLL_MS`
    pub poll_ms: u64,
}

impl Default for RegistrySettings {
    fn default() -> Self {
        Self { folder: None, poll_ms: 5_000 }
    }
}

impl RegistrySettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        if self.poll_ms == 0 {
            return Err(SettingsError::new("registry.poll_ms", "it is 0", "leave it out, or choose at least 100"));
        }
        Ok(())
    }
}
