use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// What clients may read of an error that a subgraph reports (P8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorSettings {
    /// Codes beside those of P8 whose messages were written for clients. An error with any other code, or none, becomes
    /// `INTERNAL`, and its text goes to the log only. Default: none.
    pub client_codes: Vec<String>,
    /// Further extensions that go along with errors whose code clients see. Default: none beside `code`, `subgraph`,
    /// `retryAfterMs` and `traceId`.
    pub extensions: Vec<String>,
    /// Whether errors name the subgraph they come from. Default true.
    /// `LYCEUM_ROUTER__ERRORS__NAME_SUBGRAPHS`
    pub name_subgraphs: bool,
    /// What differs for the errors of the subgraph of this name. Default: nothing.
    pub subgraphs: BTreeMap<String, SubgraphErrorSettings>,
}

/// What clients may read of the errors of one subgraph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubgraphErrorSettings {
    /// Which of its messages clients read. Default `by_code`.
    pub messages: MessageRule,
    /// Further codes of its own for clients. Default: none.
    pub client_codes: Vec<String>,
    /// Further extensions of its own for clients. Default: none.
    pub extensions: Vec<String>,
}

/// Which messages of a subgraph clients read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageRule {
    /// Those of errors whose code is for clients.
    #[default]
    ByCode,
    /// All, each with the code that it has. For subgraphs that mask their errors themselves.
    Pass,
    /// None: a code for clients is shown, and the text goes to the log only.
    Mask,
}

impl Default for ErrorSettings {
    fn default() -> Self {
        Self { client_codes: Vec::new(), extensions: Vec::new(), name_subgraphs: true, subgraphs: BTreeMap::new() }
    }
}

/// The router says these itself, and knows better.
const OWN_EXTENSIONS: [&str; 4] = ["code", "subgraph", "retryAfterMs", "traceId"];
/// Servers put the inside of a program here.
const NEVER: [&str; 4] = ["stacktrace", "stack", "exception", "debug"];

impl ErrorSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        validate("errors", &self.client_codes, &self.extensions)?;
        self.subgraphs.iter().try_for_each(|(name, settings)| {
            validate(&format!("errors.subgraphs.{name}"), &settings.client_codes, &settings.extensions)
        })
    }
}

fn validate(key: &str, codes: &[String], extensions: &[String]) -> Result<(), SettingsError> {
    if codes.iter().any(String::is_empty) {
        return Err(SettingsError::new(format!("{key}.client_codes"), "a code is empty", "name it, such as SOLD_OUT"));
    }
    if codes.iter().any(|code| code == "INTERNAL") {
        return Err(SettingsError::new(
            format!("{key}.client_codes"),
            "INTERNAL is the code of what clients do not see",
            "give errors that were written for clients a code of their own",
        ));
    }
    let extension = |name: &&String| name.is_empty() || [OWN_EXTENSIONS, NEVER].concat().contains(&name.as_str());
    if let Some(name) = extensions.iter().find(extension) {
        return Err(SettingsError::new(
            format!("{key}.extensions"),
            format!("`{name}` is not for clients, or the router's own"),
            "name extensions that were written for clients",
        ));
    }
    Ok(())
}
