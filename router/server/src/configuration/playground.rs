use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// The page that a browser gets from `GET /graphql`. What stands here is readable by everybody who can open it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlaygroundSettings {
    /// The page's title. Default `GraphQL playground`. `LYCEUM_ROUTER__PLAYGROUND__TITLE`
    pub title: String,
    /// The sign-in panel. Default: absent, which shows none.
    pub sign_in: Option<PlaygroundSignIn>,
    /// Operations to try. The first one stands in the editor. Default: none.
    pub examples: Vec<PlaygroundExample>,
    /// Who has one of these scopes may ask for the plan of an operation. Default `[ops:read, admin]`; empty: nobody.
    pub plan_scopes: BTreeSet<String>,
    /// Who has one of these scopes may run operations as others, reading with any role and scope, and may read what the
    /// errors say that clients do not see (docs/playground.md). Default `[admin]`; empty: nobody.
    pub admin_scopes: BTreeSet<String>,
}

/// How the page gets an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaygroundSignIn {
    /// A path of this router that takes `{"email", "password"}` and answers with `{"accessToken"}`. Default
    /// `/auth/v1/login`. `LYCEUM_ROUTER__PLAYGROUND__SIGN_IN__URL`
    #[serde(default = "PlaygroundSignIn::default_url")]
    pub url: String,
    /// The accounts offered. Default: none.
    #[serde(default)]
    pub personas: Vec<PlaygroundPersona>,
    /// The password of all those accounts, for a demonstration only: it is sent to every visitor. Default: absent.
    /// `LYCEUM_ROUTER__PLAYGROUND__SIGN_IN__DEMONSTRATION_PASSWORD`
    #[serde(default)]
    pub demonstration_password: Option<String>,
}

/// A demonstration account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaygroundPersona {
    /// The name shown.
    pub name: String,
    /// What it signs in with.
    pub email: String,
    /// What one can see with it.
    #[serde(default)]
    pub description: String,
}

/// An operation to try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaygroundExample {
    /// Its title in the list.
    pub title: String,
    /// What it shows.
    #[serde(default)]
    pub description: String,
    /// The document.
    pub query: String,
    /// The variables, as JSON text.
    #[serde(default)]
    pub variables: Option<String>,
}

impl Default for PlaygroundSettings {
    fn default() -> Self {
        let plan_scopes = ["ops:read", "admin"].map(str::to_owned).into();
        let admin_scopes = ["admin".to_owned()].into();
        Self { title: "GraphQL playground".to_owned(), sign_in: None, examples: Vec::new(), plan_scopes, admin_scopes }
    }
}

impl PlaygroundSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        for (key, scopes) in [("plan_scopes", &self.plan_scopes), ("admin_scopes", &self.admin_scopes)] {
            // A token grants its scopes in one text, with spaces between them.
            if let Some(scope) = scopes.iter().find(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
                return Err(SettingsError::new(
                    format!("playground.{key}"),
                    format!("`{scope}` can be no scope of a token"),
                    "name each scope by itself, like [admin, ops:read]",
                ));
            }
        }
        Ok(())
    }
}

impl Default for PlaygroundSignIn {
    fn default() -> Self {
        Self { url: Self::default_url(), personas: Vec::new(), demonstration_password: None }
    }
}

impl PlaygroundSignIn {
    fn default_url() -> String {
        "/auth/v1/login".to_owned()
    }
}
