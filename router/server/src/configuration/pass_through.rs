use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;
use super::endpoints::{is_below, is_plain_path};

/// A path, and all below it, that is forwarded to a subgraph: the few things that are not GraphQL, such as signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PassThroughRoute {
    /// The path, such as `/auth/v1`: itself and everything below it.
    pub prefix: String,
    /// The subgraph that answers.
    pub subgraph: String,
    /// Bodies of any length in both directions, passed on while they come: for files. Nothing says who asks, so the
    /// addresses below the prefix must carry their own proof; `body_bytes_max` and `timeout_ms` do not apply. Default
    /// false.
    #[serde(default)]
    pub streaming: bool,
    /// The longest request body, in bytes. Default 65536 (domain section 4).
    #[serde(default = "PassThroughRoute::default_body_bytes_max")]
    pub body_bytes_max: usize,
    /// How long the subgraph may take, in milliseconds. Default 5000.
    #[serde(default = "PassThroughRoute::default_timeout_ms")]
    pub timeout_ms: u64,
}

impl PassThroughRoute {
    /// A route with the default bounds.
    #[must_use]
    pub fn new(prefix: impl Into<String>, subgraph: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            subgraph: subgraph.into(),
            streaming: false,
            body_bytes_max: Self::default_body_bytes_max(),
            timeout_ms: Self::default_timeout_ms(),
        }
    }

    fn default_body_bytes_max() -> usize {
        64 * 1024
    }

    fn default_timeout_ms() -> u64 {
        5000
    }

    pub(super) fn validate(&self, index: usize) -> Result<(), SettingsError> {
        let key = format!("pass_through[{index}].prefix");
        if !is_plain_path(&self.prefix) {
            return Err(SettingsError::new(
                key,
                format!("`{}` is not a plain path", self.prefix),
                "write it like /auth/v1",
            ));
        }
        if is_below("/playground", &self.prefix) {
            return Err(SettingsError::new(
                key,
                format!("`{}` is the router's own", self.prefix),
                "choose another path",
            ));
        }
        Ok(())
    }
}
