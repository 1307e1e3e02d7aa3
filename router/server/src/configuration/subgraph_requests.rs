use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long one request to a subgraph may take (domain section 5.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubgraphRequestSettings {
    /// In a query, in milliseconds. Default 800. `LYCEUM_ROUTER__SUBGRAPH_REQUESTS__QUERY_TIMEOUT_MS`
    pub query_timeout_ms: u64,
    /// In a mutation, in milliseconds. Default 2000. `LYCEUM_ROUTER__SUBGRAPH_REQUESTS__MUTATION_TIMEOUT_MS`
    pub mutation_timeout_ms: u64,
}

impl Default for SubgraphRequestSettings {
    fn default() -> Self {
        Self { query_timeout_ms: 800, mutation_timeout_ms: 2000 }
    }
}
