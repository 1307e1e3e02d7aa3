//! When a client's access ends, as one writes it.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime};
use thiserror::Error;

/// From when on a client gets no tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Its access does not end by itself.
    Never,
    /// At this moment, in UTC microseconds.
    At(i64),
}

/// The text says no moment.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("write a moment such as 2027-01-31T09:30:00Z, a day such as 2027-01-31, or never")]
pub struct ExpiryError;

impl Expiry {
    pub(super) fn moment(self) -> Option<i64> {
        match self {
            Self::Never => None,
            Self::At(moment) => Some(moment),
        }
    }
}

impl FromStr for Expiry {
    type Err = ExpiryError;

    fn from_str(text: &str) -> Result<Self, ExpiryError> {
        if text == "never" {
            return Ok(Self::Never);
        }
        let moment = DateTime::parse_from_rfc3339(text).map(|moment| moment.timestamp_micros());
        let day = || text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN).and_utc().timestamp_micros());
        moment.or_else(|_| day()).map(Self::At).map_err(|_| ExpiryError)
    }
}

#[cfg(test)]
mod tests {
    use super::{Expiry, ExpiryError};

    #[test]
    fn a_moment_or_a_day_or_never() {
        assert_eq!("never".parse(), Ok(Expiry::Never));
        assert_eq!("1970-01-02".parse(), Ok(Expiry::At(86_400_000_000)));
        assert_eq!("1970-01-01T01:00:00+01:00".parse(), Ok(Expiry::At(0)));
        for wrong in ["", "soon", "2027", "2027-13-01", "2027-01-31T09:30"] {
            assert_eq!(wrong.parse::<Expiry>(), Err(ExpiryError), "{wrong}");
        }
    }
}
