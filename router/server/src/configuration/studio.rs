use std::path::PathBuf;
use std::time::Duration;

use router_studio::StudioOptions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SettingsError;

/// What the router remembers of its requests, and shows on the operations listener (docs/studio.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StudioSettings {
    /// Whether anything is remembered. Default `true`. `LYCEUM_ROUTER__STUDIO__ENABLED`
    pub enabled: bool,
    /// Who may look without a token. Default `loopback`. `LYCEUM_ROUTER__STUDIO__ACCESS`
    pub access: StudioAccess,
    /// The most bytes that kept traces take; the oldest ones make room. Default 268435456 (256 MiB). Counts of requests take
    /// a few megabytes beside them. `LYCEUM_ROUTER__STUDIO__BYTES_MAX`
    pub bytes_max: u64,
    /// The most seconds that a trace is kept. Default 604800 (seven days). `LYCEUM_ROUTER__STUDIO__AGE_MAX_SECONDS`
    pub age_max_seconds: u64,
    /// The milliseconds that 95 of 100 requests of an operation should not exceed; those that do are named. Default 100.
    /// `LYCEUM_ROUTER__STUDIO__BUDGET_MS`
    pub budget_ms: u64,
    /// Whether administrators may put faults in the way of requests: delays and failures of subgraphs, for a while. Never
    /// where people depend on the answers. Default `false`. `LYCEUM_ROUTER__STUDIO__FAULTS`
    pub faults: bool,
}

/// Who may look at the studio without a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StudioAccess {
    /// Whoever asks from the machine itself, directly and by its own name (`localhost`, `127.0.0.1`, `::1`). Anybody else
    /// needs a token with the scope `ops:read`.
    #[default]
    Loopback,
    /// Nobody: for production. All need a token with the scope `ops:read`.
    Token,
}

impl Default for StudioSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            access: StudioAccess::default(),
            bytes_max: 256 * 1024 * 1024,
            age_max_seconds: 7 * 24 * 3_600,
            budget_ms: 100,
            faults: false,
        }
    }
}

/// Less is no history: it is a few dozen traces.
const BYTES_MIN: u64 = 1024 * 1024;
/// More is a matter for something that is made for it.
const BYTES_MOST: u64 = 64 * 1024 * 1024 * 1024;
const AGE_SECONDS_MIN: u64 = 60;
const AGE_SECONDS_MOST: u64 = 366 * 24 * 3_600;

impl StudioSettings {
    /// What a studio that keeps its history in this file is opened with; without one it keeps it in memory.
    #[must_use]
    pub fn options(&self, path: Option<PathBuf>) -> StudioOptions {
        StudioOptions {
            path,
            bytes_max: self.bytes_max,
            age_max: Duration::from_secs(self.age_max_seconds),
            budget: Duration::from_millis(self.budget_ms),
            ..StudioOptions::default()
        }
    }

    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        let within = |key: &str, value: u64, least: u64, most: u64, like: &str| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            let problem = format!("{value} is not between {least} and {most}");
            Err(SettingsError::new(
                format!("studio.{key}"),
                problem,
                format!("choose a value in between, such as {like}"),
            ))
        };
        within("bytes_max", self.bytes_max, BYTES_MIN, BYTES_MOST, "268435456")?;
        within("age_max_seconds", self.age_max_seconds, AGE_SECONDS_MIN, AGE_SECONDS_MOST, "604800")?;
        within("budget_ms", self.budget_ms, 1, 600_000, "100")
    }
}
