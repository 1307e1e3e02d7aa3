use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// What the token of a viewer that is a client of its own says of it beside its name, so that nobody has to be asked
/// (docs/partners.md). Each is the place of a claim, as a JSON pointer (RFC 6901) such as `/quota/cost`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClientClaims {
    /// The contract that the token is for. Where it is not the endpoint's, the client is refused; `null` in the token is for
    /// endpoints that have none. A token without the claim is for any. Default `/contract`.
    pub contract: String,
    /// How many operations the client may ask for in a second; it goes before `rates.viewer`. Default
    /// `/operations_per_second`.
    pub operations_per_second: String,
    /// How much its operations may cost in a minute; it goes before `rates.viewer`. Default `/cost_per_minute`.
    pub cost_per_minute: String,
}

impl Default for ClientClaims {
    fn default() -> Self {
        Self {
            contract: "/contract".to_owned(),
            operations_per_second: "/operations_per_second".to_owned(),
            cost_per_minute: "/cost_per_minute".to_owned(),
        }
    }
}

impl ClientClaims {
    pub(super) fn validate(&self, key: &str) -> Result<(), SettingsError> {
        let named = [
            ("contract", &self.contract),
            ("operations_per_second", &self.operations_per_second),
            ("cost_per_minute", &self.cost_per_minute),
        ];
        for (index, (name, pointer)) in named.into_iter().enumerate() {
            let wrong = |problem: String, remedy: &str| {
                Err(SettingsError::new(format!("{key}.client_claims.{name}"), problem, remedy))
            };
            if !pointer.starts_with('/') {
                return wrong(format!("`{pointer}` is no JSON pointer"), "begin it with a slash, such as /contract");
            }
            if let Some((other, _)) = named[..index].iter().find(|(_, before)| *before == pointer) {
                return wrong(format!("`{pointer}` is the claim of {other} as well"), "name another claim");
            }
        }
        Ok(())
    }
}
