use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How readiness is found out: each subgraph is asked for `path`; any reply below 500 counts as reachable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HealthSettings {
    /// The path asked for. Default `/health/live`. `LYCEUM_ROUTER__HEALTH__PATH`
    pub path: String,
    /// How long a subgraph may take, in milliseconds. Default 1000. `LYCEUM_ROUTER__HEALTH__TIMEOUT_MS`
    pub timeout_ms: u64,
    /// For how long an answer is kept, in milliseconds, so that probes cannot burden subgraphs. Default 2000.
    /// `LYCEUM_ROUTER__HEALTH__CACHE_MS`
    pub cache_ms: u64,
    /// Subgraphs without which the router is not ready; the others only show as degraded, because the loss of one costs
    /// its own fields (P9). Default: none, and then one reachable subgraph is enough.
    pub required_subgraphs: Vec<String>,
}

impl Default for HealthSettings {
    fn default() -> Self {
        Self { path: "/health/live".to_owned(), timeout_ms: 1000, cache_ms: 2000, required_subgraphs: Vec::new() }
    }
}
