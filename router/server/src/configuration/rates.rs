use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OperationSettings, SettingsError, redis};

/// Longer than this nobody waits before the operation has even begun.
const REDIS_TIMEOUT_MS_CEILING: u64 = 5_000;

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
    /// For each address, the tokens that it sends and that are not accepted. When it has used them up, no token from it is
    /// looked at until some have come back: such requests get 429, whether their tokens are good or not. Default: absent.
    pub refused_tokens: Option<Rate>,
    /// How many viewers and addresses are remembered; those with the most left are forgotten first. Default 100000, about
    /// 20 MiB. `LYCEUM_ROUTER__RATES__ENTRIES_MAX`
    pub entries_max: usize,
    /// Where it is counted. Default `memory`. `LYCEUM_ROUTER__RATES__STORE`
    pub store: RateStore,
    /// The Redis server (7 or later) that routers share, with `store: redis`: `redis://[user:password@]host[:port][/database]`,
    /// or `rediss://` for TLS. It may stand in the environment only, so that a password need not stand here:
    /// `LYCEUM_ROUTER__RATES__REDIS`
    pub redis: Option<String>,
    /// How long an operation waits for that server, in milliseconds; then the router's own memory decides. Default 50.
    /// `LYCEUM_ROUTER__RATES__REDIS_TIMEOUT_MS`
    pub redis_timeout_ms: u64,
    /// What the keys on that server begin with; routers share what they count under the same one. Default `lyceum:rates`.
    /// `LYCEUM_ROUTER__RATES__REDIS_KEY_PREFIX`
    pub redis_key_prefix: String,
}

/// Where it is counted how much is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateStore {
    /// In the memory of each router: of three, a caller gets three times as much.
    #[default]
    Memory,
    /// On a Redis server, for all routers that share it. While it does not answer, in the memory of each router.
    Redis,
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
        Self {
            viewer: None,
            address: None,
            endpoint: None,
            refused_tokens: None,
            entries_max: 100_000,
            store: RateStore::Memory,
            redis: None,
            redis_timeout_ms: 50,
            redis_key_prefix: "lyceum:rates".to_owned(),
        }
    }
}

impl RateSettings {
    /// What may be asked at once must fit into a full bucket; otherwise it could never be asked.
    pub(super) fn validate(&self, operations: &OperationSettings) -> Result<(), SettingsError> {
        if self.entries_max == 0 {
            let remedy = "give the number of viewers and addresses to remember, such as 100000";
            return Err(SettingsError::new("rates.entries_max", "nobody would be remembered", remedy));
        }
        redis::validate("rates", self.store == RateStore::Redis, self.redis.as_deref(), &self.redis_key_prefix)?;
        if !(1..=REDIS_TIMEOUT_MS_CEILING).contains(&self.redis_timeout_ms) {
            return Err(SettingsError::new(
                "rates.redis_timeout_ms",
                format!("{} ms is not how long an operation can wait to be counted", self.redis_timeout_ms),
                format!("choose 1 to {REDIS_TIMEOUT_MS_CEILING}, such as 50"),
            ));
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
        if let Some(rate) = self.refused_tokens {
            require_filling(rate, "rates.refused_tokens")?;
            if rate.burst == 0 {
                let remedy = "give how many tokens an address may send in vain";
                return Err(SettingsError::new("rates.refused_tokens.burst", "no token would be looked at", remedy));
            }
        }
        Ok(())
    }
}

fn require(rate: Option<Rate>, at_once: u64, key: &str, by: &str) -> Result<(), SettingsError> {
    let Some(rate) = rate else { return Ok(()) };
    require_filling(rate, key)?;
    if rate.burst < at_once {
        return Err(SettingsError::new(
            format!("{key}.burst"),
            format!("one operation may need {at_once}, by {by}"),
            format!("give at least {at_once}, or lower {by}"),
        ));
    }
    Ok(())
}

fn require_filling(rate: Rate, key: &str) -> Result<(), SettingsError> {
    if rate.per_second > 0 {
        return Ok(());
    }
    let remedy = "give how much comes back each second";
    Err(SettingsError::new(format!("{key}.per_second"), "what is spent would never come back", remedy))
}
