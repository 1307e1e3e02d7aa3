use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// Browsers on other origins (the Fetch standard's CORS protocol). Off by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CorsSettings {
    /// The origins let in, each exactly as a browser sends it: `https://app.example.com`, without a path. There are no
    /// patterns. Default: none.
    pub origins: Vec<String>,
    /// For how long a browser may remember a preflight, in seconds. Default 600. `LYCEUM_ROUTER__CORS__MAX_AGE_SECONDS`
    pub max_age_seconds: u32,
}

impl Default for CorsSettings {
    fn default() -> Self {
        Self { origins: Vec::new(), max_age_seconds: 600 }
    }
}

impl CorsSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        for origin in &self.origins {
            let exact = origin.parse::<http::Uri>().is_ok_and(|uri| {
                uri.scheme().is_some()
                    && uri.authority().is_some_and(|authority| !authority.as_str().contains(['*', '@']))
                    && !origin.ends_with('/')
                    && uri.path() == "/"
                    && uri.query().is_none()
            });
            if !exact {
                return Err(SettingsError::new(
                    "cors.origins",
                    format!("`{origin}` is not an exact origin"),
                    "write scheme, host and, if it has one, port: https://app.example.com",
                ));
            }
        }
        Ok(())
    }
}
