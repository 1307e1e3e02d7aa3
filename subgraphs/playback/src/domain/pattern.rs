//! When and how a person watches, by the clock of Seoul: UTC+9 all the year round.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::progress::share;
use super::span::{DAY_US, HOUR_US};

/// What is looked back on at most, in days.
pub(crate) const PATTERN_DAYS_MAX: i64 = 365;
/// How far the clock of Seoul is ahead of UTC. Whole hours, so that an hour there is an hour of UTC.
const SEOUL_OFFSET_US: i64 = 9 * HOUR_US;
/// 1970 began on a Thursday; weeks begin on Monday.
const FIRST_WEEKDAY: i64 = 3;

/// How long a person watched in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WatchHour {
    /// When the hour began, UTC microseconds.
    pub(crate) hour_start: i64,
    pub(crate) watched_ms: i64,
}

/// What is known of a person's sessions and of what they began, in the days that are looked back on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Habits {
    pub(crate) sessions: i64,
    pub(crate) sessions_us: i64,
    pub(crate) begun: i64,
    pub(crate) completed: i64,
}

/// When and how a person watches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern {
    /// Minutes by hour of the day.
    pub(crate) hours: [i64; 24],
    /// Minutes by weekday, from Monday.
    pub(crate) weekdays: [i64; 7],
    pub(crate) average_session_minutes: f64,
    /// Days in a row with something watched, up to today, or to yesterday while nothing was watched today.
    pub(crate) streak_days: i64,
    pub(crate) completion_rate: f64,
}

/// When the first of so many days began that end with today in Seoul.
pub(crate) fn first_hour(now: i64, days: i64) -> i64 {
    (local_day(now) - days + 1) * DAY_US - SEOUL_OFFSET_US
}

impl Pattern {
    /// The pattern of the last days. `watched` goes back [`PATTERN_DAYS_MAX`] days, for the streak.
    pub(crate) fn of(watched: &[WatchHour], habits: Habits, now: i64, days: i64) -> Self {
        let (mut hours, mut weekdays) = ([0; 24], [0; 7]);
        for found in watched.iter().filter(|found| found.hour_start >= first_hour(now, days)) {
            let hour = (found.hour_start + SEOUL_OFFSET_US).div_euclid(HOUR_US).rem_euclid(24);
            let weekday = (local_day(found.hour_start) + FIRST_WEEKDAY).rem_euclid(7);
            hours[usize::try_from(hour).unwrap_or(0)] += found.watched_ms;
            weekdays[usize::try_from(weekday).unwrap_or(0)] += found.watched_ms;
        }
        Self {
            hours: hours.map(minutes),
            weekdays: weekdays.map(minutes),
            average_session_minutes: share(habits.sessions_us, habits.sessions * 60 * 1_000_000),
            streak_days: streak(watched, local_day(now)),
            completion_rate: share(habits.completed, habits.begun),
        }
    }
}

fn streak(watched: &[WatchHour], today: i64) -> i64 {
    let watched = watched.iter().filter(|found| found.watched_ms > 0);
    let days: HashSet<i64> = watched.map(|found| local_day(found.hour_start)).collect();
    let last = if days.contains(&today) { today } else { today - 1 };
    let days = (0..PATTERN_DAYS_MAX).take_while(|back| days.contains(&(last - back))).count();
    i64::try_from(days).unwrap_or(PATTERN_DAYS_MAX)
}

fn local_day(at: i64) -> i64 {
    (at + SEOUL_OFFSET_US).div_euclid(DAY_US)
}

fn minutes(milliseconds: i64) -> i64 {
    (milliseconds + 30_000) / 60_000
}
