use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EndpointOperations, PassThroughRoute, SettingsError};

/// A part of the graph, chosen by `@tag` (docs/decisions/0003-contracts.md).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContractSettings {
    /// With any here, only what carries one of these tags is seen. Default: none.
    pub include: BTreeSet<String>,
    /// What carries one of these tags is never seen. Default: none.
    pub exclude: BTreeSet<String>,
}

/// A path that answers GraphQL, and what of the graph it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointSettings {
    /// The path, such as `/graphql`.
    pub path: String,
    /// The contract that is served: one of `contracts`. What is outside of it does not exist here: not in introspection,
    /// not in errors, not in what is suggested. Default: absent, which serves the whole graph.
    #[serde(default)]
    pub contract: Option<String>,
    /// Viewers with one of these scopes see the whole graph at this path. Default: none, nobody does.
    #[serde(default)]
    pub whole_graph_scopes: BTreeSet<String>,
    /// Which operations may be asked here: any, or those that are registered.
    #[serde(default)]
    pub operations: EndpointOperations,
}

impl EndpointSettings {
    /// The whole graph at `path`.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            contract: None,
            whole_graph_scopes: BTreeSet::new(),
            operations: EndpointOperations::default(),
        }
    }

    fn validate(&self, index: usize, contracts: &BTreeMap<String, ContractSettings>) -> Result<(), SettingsError> {
        let key = |field: &str| format!("endpoints[{index}].{field}");
        if !is_plain_path(&self.path) || is_below("/playground", &self.path) {
            return Err(SettingsError::new(
                key("path"),
                format!("`{}` is not a plain path, or one of the router's own", self.path),
                "write it like /graphql",
            ));
        }
        if let Some(contract) = &self.contract
            && !contracts.contains_key(contract)
        {
            let known = contracts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(SettingsError::new(
                key("contract"),
                format!("there is no contract `{contract}`"),
                format!("name one of contracts: {known}"),
            ));
        }
        if !self.whole_graph_scopes.is_empty() && self.contract.is_none() {
            return Err(SettingsError::new(
                key("whole_graph_scopes"),
                "everybody sees the whole graph here",
                "name a contract as well, or leave it out",
            ));
        }
        self.operations.validate(&key("operations"))
    }
}

/// Checks all endpoints, and that no path is claimed twice.
pub(super) fn validate(
    endpoints: &[EndpointSettings],
    contracts: &BTreeMap<String, ContractSettings>,
    pass_through: &[PassThroughRoute],
) -> Result<(), SettingsError> {
    if endpoints.is_empty() {
        return Err(SettingsError::new("endpoints", "the list is empty", "name one, such as the path /graphql"));
    }
    for (index, endpoint) in endpoints.iter().enumerate() {
        endpoint.validate(index, contracts)?;
        let twice = || {
            SettingsError::new(
                format!("endpoints[{index}].path"),
                format!("`{}` is taken already", endpoint.path),
                "choose another path",
            )
        };
        if endpoints[..index].iter().any(|before| before.path == endpoint.path)
            || pass_through.iter().any(|route| is_below(&route.prefix, &endpoint.path))
        {
            return Err(twice());
        }
    }
    Ok(())
}

/// Whether it is a path as one writes it, without patterns, queries and escapes.
pub(super) fn is_plain_path(path: &str) -> bool {
    path.starts_with('/') && path.len() > 1 && !path.ends_with('/') && !path.contains(['{', '}', '*', '?', '#', '%'])
}

/// Whether `path` is `prefix` or below it.
pub(super) fn is_below(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
