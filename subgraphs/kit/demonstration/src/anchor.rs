//! The instant at which the demonstration world stands still.

use std::fmt;

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

use crate::{DemonstrationError, UtcMicros, timeline::HOUR};

/// 2026-06-01T00:00:00Z.
const FIXED: UtcMicros = 1_780_272_000_000_000;
/// 2020-01-01T00:00:00Z: with the history before it, still a positive ULID time.
const EARLIEST: UtcMicros = 1_577_836_800_000_000;
/// 2100-01-01T00:00:00Z: far from the end of every number that holds a time.
const LATEST: UtcMicros = 4_102_444_800_000_000;

/// "Now" of the world: everything recorded lies before it, everything planned after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Anchor(UtcMicros);

impl Default for Anchor {
    /// The fixed anchor of domain.md 5.1, 2026-06-01T00:00Z: the same data on every machine and day.
    fn default() -> Self {
        Self(FIXED)
    }
}

impl Anchor {
    /// An anchor at this instant, rounded down to a full hour, so that two starts within an hour agree.
    ///
    /// # Errors
    /// [`DemonstrationError::InvalidAnchor`] outside the years 2020 to 2099.
    pub fn at(instant: UtcMicros) -> Result<Self, DemonstrationError> {
        if (EARLIEST..LATEST).contains(&instant) {
            Ok(Self(instant - instant.rem_euclid(HOUR)))
        } else {
            Err(DemonstrationError::InvalidAnchor { given: format!("{instant} microseconds after 1970") })
        }
    }

    /// Reads the `--anchor` option: `now`, or an RFC 3339 instant. `now` is the caller's clock.
    ///
    /// # Errors
    /// [`DemonstrationError::InvalidAnchor`] when the text is neither, or the year is out of range.
    pub fn parse(text: &str, now: UtcMicros) -> Result<Self, DemonstrationError> {
        if text == "now" {
            return Self::at(now);
        }
        let instant = DateTime::parse_from_rfc3339(text)
            .map_err(|_| DemonstrationError::InvalidAnchor { given: text.to_owned() })?;
        Self::at(instant.timestamp_micros())
    }

    /// The instant, in UTC microseconds after 1970.
    #[must_use]
    pub const fn micros(self) -> UtcMicros {
        self.0
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = DateTime::from_timestamp_micros(self.0).expect("invariant: an anchor lies between 2020 and 2099");
        formatter.write_str(&instant.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

#[cfg(test)]
mod tests {
    use super::Anchor;

    #[test]
    fn the_default_is_the_first_of_june_2026() {
        assert_eq!(Anchor::default().to_string(), "2026-06-01T00:00:00Z");
        assert_eq!(Anchor::parse("2026-06-01T09:20:00+09:00", 0).unwrap(), Anchor::default());
    }

    #[test]
    fn now_is_the_callers_clock_on_the_full_hour() {
        let clock = Anchor::default().micros() + 1_234;
        assert_eq!(Anchor::parse("now", clock).unwrap(), Anchor::default());
    }

    #[test]
    fn what_is_no_instant_is_refused_with_a_remedy() {
        let message = Anchor::parse("tomorrow", 0).unwrap_err().to_string();
        assert!(message.contains("tomorrow") && message.contains("RFC 3339"), "{message}");
        assert!(Anchor::at(0).is_err());
    }
}
