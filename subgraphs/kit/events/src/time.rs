//! UTC microseconds, and RFC 3339 where they leave the process: `#[serde(with = "kit_events::time")]` for the moments in
//! the data of events.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Now. For bookkeeping of the bus only; an event's own time comes from the service's clock.
pub(crate) fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Writes a moment as RFC 3339.
///
/// # Errors
/// When the calendar does not reach that far.
pub fn serialize<S: Serializer>(time_us: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    let time = DateTime::from_timestamp_micros(*time_us)
        .ok_or_else(|| serde::ser::Error::custom(format!("{time_us} µs is beyond the calendar")))?;
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// Reads a moment.
///
/// # Errors
/// When the text is no moment.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = String::deserialize(deserializer)?;
    DateTime::parse_from_rfc3339(&text).map(|time| time.timestamp_micros()).map_err(D::Error::custom)
}
