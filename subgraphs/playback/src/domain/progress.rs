//! How far a person is, and how much something is watched.

#[cfg(test)]
mod tests;

use kit_ids::PlayableId;
use serde::{Deserialize, Serialize};

/// How far a person is in something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    pub(crate) playable: PlayableId,
    pub(crate) position_ms: i64,
    /// Distinct seconds.
    pub(crate) watched_seconds: i64,
    /// When 90 percent were reached; stays.
    pub(crate) completed_at: Option<i64>,
    pub(crate) updated_at: i64,
    /// How long it is in seconds, as far as that is known.
    pub(crate) length: Option<i64>,
}

impl Progress {
    /// The share of the whole that was watched, 0 to 100; 0 while nobody knows how long it is.
    pub(crate) fn percent(&self) -> f64 {
        let Some(length) = self.length.filter(|length| *length > 0) else { return 0.0 };
        share(self.watched_seconds.min(length), length) * 100.0
    }
}

/// Whether so many distinct seconds complete something of that length: 90 percent do.
pub(crate) fn is_complete(watched_seconds: i64, length: Option<i64>) -> bool {
    length.is_some_and(|length| length > 0 && watched_seconds * 10 >= length * 9)
}

/// How much something is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ViewStats {
    pub(crate) views: i64,
    /// People who have begun it.
    pub(crate) begun: i64,
    pub(crate) completions: i64,
    /// Time that was spent, repetitions included.
    pub(crate) watched_ms: i64,
    /// About how many people's views those are.
    pub(crate) unique_viewers: i64,
}

impl ViewStats {
    /// Time watched, in hours.
    pub(crate) fn watched_hours(&self) -> f64 {
        share(self.watched_ms, 60 * 60 * 1_000)
    }

    /// The share of those who have begun it that completed it, 0 to 1.
    pub(crate) fn completion_rate(&self) -> f64 {
        share(self.completions, self.begun).min(1.0)
    }
}

/// A part of a whole; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "53 bits are exact for times and counts")]
pub(super) fn share(part: i64, whole: i64) -> f64 {
    if whole <= 0 { 0.0 } else { part as f64 / whole as f64 }
}
