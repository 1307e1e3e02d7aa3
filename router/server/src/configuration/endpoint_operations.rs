use std::collections::BTreeSet;

use router_registry::ClientName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClientClaims, SettingsError};

/// Whose operations everybody may ask for, unless the settings say otherwise.
const PUBLIC: &str = "public";

/// Which operations may be asked at an endpoint (docs/registered-operations.md).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointOperations {
    /// What is asked of an operation. Default `any`.
    pub mode: OperationMode,
    /// With the mode `registered`: whether the text alone is refused, too, so that clients send ids. Default false.
    pub require_id: bool,
    /// The client whose registered operations everybody may ask for. Default: `public`; nobody when there is a
    /// `client_role`.
    pub client: Option<String>,
    /// Viewers with this role are clients of their own: their token's subject is the client's name, and they have that
    /// client's operations and no others. They are no users: subgraphs answer them as they answer anybody. Default: none.
    pub client_role: Option<String>,
    /// What the tokens of these say of them, and where.
    pub client_claims: ClientClaims,
}

/// What is asked of an operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperationMode {
    /// Nothing. What is registered can be asked for by its id as well.
    #[default]
    Any,
    /// Nothing; and a client that sends a valid document together with its SHA-256 can ask for it by that from then on
    /// (automatic persisted queries).
    Automatic,
    /// Nothing, but the log tells of each that is not registered.
    LogUnknown,
    /// It must be registered, byte for byte.
    Registered,
}

impl EndpointOperations {
    /// The client whose operations everybody may ask for.
    #[must_use]
    pub fn everyones(&self) -> Option<&str> {
        self.client.as_deref().or_else(|| self.client_role.is_none().then_some(PUBLIC))
    }

    /// Whether viewers may be this client here. `everyones` are the clients of all endpoints whose operations everybody may
    /// ask for; nobody's token names one of these.
    #[must_use]
    pub fn may_serve(&self, client: &str, everyones: &BTreeSet<&str>) -> bool {
        self.everyones() == Some(client) || (self.client_role.is_some() && !everyones.contains(client))
    }

    pub(super) fn validate(&self, key: &str) -> Result<(), SettingsError> {
        if let Some(client) = &self.client
            && let Err(error) = ClientName::parse(client)
        {
            return Err(SettingsError::new(
                format!("{key}.client"),
                format!("`{client}`: {error}"),
                "write it like web_shop",
            ));
        }
        if self.client_role.is_none() && self.client_claims != ClientClaims::default() {
            return Err(SettingsError::new(
                format!("{key}.client_claims"),
                "no viewer is a client of its own here",
                "name the role of those who are in client_role, or leave it out",
            ));
        }
        self.client_claims.validate(key)?;
        if self.require_id && self.mode != OperationMode::Registered {
            return Err(SettingsError::new(
                format!("{key}.require_id"),
                "texts that are not registered are accepted here",
                "choose the mode registered, or leave it out",
            ));
        }
        Ok(())
    }
}
