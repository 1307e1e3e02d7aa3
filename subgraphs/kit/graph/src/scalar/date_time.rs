//! `DateTime`: a moment.

use async_graphql::{InputValueResult, Scalar, ScalarType, Value};
use chrono::{SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::bad_input;

/// A moment: UTC microseconds inside (P15), RFC 3339 with milliseconds outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(pub i64);

impl DateTime {
    /// The moment so many microseconds after the beginning of 1970, UTC.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the beginning of 1970, UTC.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
}

impl From<i64> for DateTime {
    fn from(micros: i64) -> Self {
        Self(micros)
    }
}

/// A moment: RFC 3339, UTC, milliseconds.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(bad_input("a moment is a string such as \"2026-01-31T09:30:00.000Z\""));
        };
        chrono::DateTime::parse_from_rfc3339(text)
            .map(|moment| Self(moment.timestamp_micros()))
            .map_err(|error| bad_input(format!("not RFC 3339 ({error}); write 2026-01-31T09:30:00.000Z")))
    }

    fn to_value(&self) -> Value {
        // The calendar ends in the year 262142, before the microseconds do.
        let moment = chrono::DateTime::from_timestamp_micros(self.0).unwrap_or(chrono::DateTime::<Utc>::MAX_UTC);
        Value::String(moment.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}
