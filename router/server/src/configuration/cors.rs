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
    /// Whether pages of these origins may send cookies, and a token in one is believed (`access-control-allow-credentials`).
    /// Default false. `LYCEUM_ROUTER__CORS__CREDENTIALS`
    pub credentials: bool,
    /// Further headers that such pages may send, as rules for headers may want them. Default: none beside those that the
    /// router reads itself.
    pub allowed_headers: Vec<String>,
    /// Further headers of replies that such pages may read. Default: none beside those that the router writes itself.
    pub exposed_headers: Vec<String>,
    /// For how long a browser may remember a preflight, in seconds. Default 600. `LYCEUM_ROUTER__CORS__MAX_AGE_SECONDS`
    pub max_age_seconds: u32,
}

/// A host name has 253 bytes at most.
const ORIGIN_BYTES_MAX: usize = 300;

impl Default for CorsSettings {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            credentials: false,
            allowed_headers: Vec::new(),
            exposed_headers: Vec::new(),
            max_age_seconds: 600,
        }
    }
}

impl CorsSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        for origin in &self.origins {
            // Browsers send neither capitals nor origins without end.
            let as_sent = origin.len() <= ORIGIN_BYTES_MAX && !origin.bytes().any(|byte| byte.is_ascii_uppercase());
            let exact = origin.parse::<http::Uri>().is_ok_and(|uri| {
                as_sent
                    && uri.scheme().is_some()
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
        for (key, names) in [("allowed_headers", &self.allowed_headers), ("exposed_headers", &self.exposed_headers)] {
            if let Some(name) = names.iter().find(|name| *name == "*" || name.parse::<http::HeaderName>().is_err()) {
                return Err(SettingsError::new(
                    format!("cors.{key}"),
                    format!("`{name}` cannot be the name of a header"),
                    "name each header by itself; there is no wildcard",
                ));
            }
        }
        if self.credentials && self.origins.is_empty() {
            return Err(SettingsError::new(
                "cors.credentials",
                "credentials of pages of no origin",
                "name the origins, or leave it out",
            ));
        }
        Ok(())
    }
}
