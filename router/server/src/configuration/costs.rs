use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// What one operation may cost, reckoned before a subgraph is asked: its fields, each by its `@cost` (otherwise 1 for what
/// has fields, 0 for what has none, 10 for a mutation), as often as the lists around it are long (`@listSize`, or the
/// arguments `first`, `last` and `limit`). docs/limits.md has examples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CostSettings {
    /// The most that an operation may cost. Default 1500. `LYCEUM_ROUTER__OPERATIONS__COST__BUDGET`
    pub budget: u64,
    /// The most for viewers with these scopes; who has several gets the greatest. Default 2000 for the scope `admin`.
    pub budget_by_scope: BTreeMap<String, u64>,
    /// How long a list is taken to be of which nothing is said. Default 10.
    /// `LYCEUM_ROUTER__OPERATIONS__COST__LIST_SIZE_DEFAULT`
    pub list_size_default: u64,
    /// What becomes of an operation that costs more. Default `enforce`. `LYCEUM_ROUTER__OPERATIONS__COST__MODE`
    pub mode: CostMode,
}

/// What becomes of an operation that costs more than its budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CostMode {
    /// It is refused before any subgraph is asked.
    #[default]
    Enforce,
    /// It is executed; the metrics and a line of the log tell of it.
    Measure,
}

impl Default for CostSettings {
    fn default() -> Self {
        Self {
            budget: 1500,
            budget_by_scope: BTreeMap::from([("admin".to_owned(), 2000)]),
            list_size_default: 10,
            mode: CostMode::Enforce,
        }
    }
}

impl CostSettings {
    /// The most that anybody may spend on one operation.
    pub(crate) fn budget_max(&self) -> u64 {
        self.budget_by_scope.values().fold(self.budget, |most, budget| most.max(*budget))
    }

    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        if self.list_size_default == 0 {
            let remedy = "give the length of a usual list, such as 10";
            return Err(SettingsError::new("operations.cost.list_size_default", "lists would cost nothing", remedy));
        }
        Ok(())
    }
}
