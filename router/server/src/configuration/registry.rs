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
    /// A database in the folder's place, for routers on several hosts: `mysql://user:password@host/database`, or
    /// `sqlite://file`. It may stand in the environment only, so that a password need not stand here:
    /// `LYCEUM_ROUTER__REGISTRY__DATABASE`
    pub database: Option<String>,
    /// A Redis server in the folder's place (7 or later), which must persist and evict nothing:
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. It may stand in the environment only:
    /// `LYCEUM_ROUTER__REGISTRY__REDIS`
    pub redis: Option<String>,
    /// How often the router looks for changes, in milliseconds. Default 5000. `LYCEUM_ROUTER__REGISTRY__POLL_MS`
    pub poll_ms: u64,
}

impl Default for RegistrySettings {
    fn default() -> Self {
        Self { folder: None, database: None, redis: None, poll_ms: 5_000 }
    }
}

impl RegistrySettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        let places = [self.folder.is_some(), self.database.is_some(), self.redis.is_some()];
        if places.into_iter().filter(|is_named| *is_named).count() > 1 {
            let problem = "it names more than one place";
            return Err(SettingsError::new("registry", problem, "keep one of folder, database and redis"));
        }
        if let Some(url) = &self.database
            && !["mysql://", "sqlite://"].iter().any(|scheme| url.starts_with(scheme))
        {
            return Err(SettingsError::new(
                "registry.database",
                "it begins neither with mysql:// nor with sqlite://",
                "write it like mysql://user:password@host:3306/database",
            ));
        }
        if self.poll_ms == 0 {
            return Err(SettingsError::new("registry.poll_ms", "it is 0", "leave it out, or choose at least 100"));
        }
        Ok(())
    }
}
