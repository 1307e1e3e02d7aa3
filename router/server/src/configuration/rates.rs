use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OperationSettings, SettingsError};

/// How much may be asked over time. Everything counts by operations, not by requests: each field of a mutation is one, and
/// by what operations may cost. Who asks too much gets 429 and is told when to come again. Default: nothing is limited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RateSettings {
    /// For each viewer with a token. Default: absent.
    pub viewer: Option<RateLimit>,
    /// For each address (of IPv6, each network of 64 bits) that asks without a token. Default: absent.
    pub address: Option<RateLimit>,
    /// For each endpoint, over all who ask. Default: absent.
    pub endpoint: Option<RateLimit>,
    /// How many viewers and addresses are remembered; those with the most left are forgotten first. Default 100000, about
    /// 20 MiB. `LYCEUM_ROUTER__RATES__ENTRIES_MAX`
    pub entries_max: usize,
}

/// How many operations, and how much of their cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimit {
    /// Operations. Default: absent.
    pub operations: Option<Rate>,
    /// Points of cost (`operations.cost`), before the operation is executed. Default: absent.
    pub cost: Option<Rate>,
}

/// A bucket that fills at a steady rate, and from which what is asked takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How much comes back each second.
    pub per_second: u64,
    /// How much there is at most, and at first.
    pub burst: u64,
}

impl Default for RateSettings {
    fn default() -> Self {
        Self { viewer: None, address: None, endpoint: None, entries_max: 100_000 }
    }
}

impl RateSettings {
    /// What may be asked at once must fit into a full bucket; otherwise it could never be asked.
    pub(super) fn validate(&self, operations: &OperationSettings) -> Result<(), SettingsError> {
        if self.entries_max == 0 {
            let remedy = "give the number of viewers and addresses to remember, such as 100000";
            return Err(SettingsError::new("rates.entries_max", "nobody would be remembered", remedy));
        }
        let limits = [("viewer", &self.viewer), ("address", &self.address), ("endpoint", &self.endpoint)];
        for (name, limit) in limits {
            let Some(limit) = limit else { continue };
            let widest = operations.limits.root_fields_max as u64;
            require(
                limit.operations,
                widest,
                &format!("rates.{name}.operations"),
                "operations.limits.root_fields_max",
            )?;
            let dearest = operations.cost.budget_max();
            require(limit.cost, dearest, &format!("rates.{name}.cost"), "the greatest budget of operations.cost")?;
        }
        Ok(())
    }
}

fn require(rate: Option<Rate>, at_once: u64, key: &str, by: &str) -> Result<(), SettingsError> {
    let Some(rate) = rate else { return Ok(()) };
    if rate.per_second == 0 {
        let remedy = "give how much comes back each second";
        return Err(SettingsError::new(format!("{key}.per_second"), "what is spent would never come back", remedy));
    }
    if rate.burst < at_once {
        return Err(SettingsError::new(
            format!("{key}.burst"),
            format!("one operation may need {at_once}, by {by}"),
            format!("give at least {at_once}, or lower {by}"),
        ));
    }
    Ok(())
}
