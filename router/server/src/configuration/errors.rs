use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What clients may read of an error that a subgraph reports (P8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorSettings {
    /// Codes beside those of P8 whose messages were written for clients. An error with any other code, or none, becomes
    /// `INTERNAL`, and its text goes to the log only. Default: none.
    pub client_codes: Vec<String>,
}
