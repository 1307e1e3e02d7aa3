//! Spans of time that end now, and the days that views are counted by.

/// An hour, in microseconds.
pub(crate) const HOUR_US: i64 = 60 * 60 * 1_000_000;
/// A day, in microseconds.
pub(crate) const DAY_US: i64 = 24 * HOUR_US;

/// A span of time that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    Hour,
    Day,
    Week,
    Month,
    All,
}

/// The number of a day, UTC. Day 0 is the first of 1970, when nothing was watched.
pub(crate) fn day_of(at: i64) -> i64 {
    at.div_euclid(DAY_US)
}
