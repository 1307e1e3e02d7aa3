use proptest::prelude::*;

use super::{Habits, Pattern, WatchHour, first_hour};
use crate::domain::span::{DAY_US, HOUR_US};

fn at(text: &str) -> i64 {
    // Days since 1970 by the civil calendar, for the dates below only: 2026-06-01 is day 20605.
    let (day, hour) = text.split_once('T').unwrap();
    let day: i64 = day.strip_prefix("2026-06-").unwrap().parse().unwrap();
    (20_604 + day) * DAY_US + hour.parse::<i64>().unwrap() * HOUR_US
}

fn watched(text: &str, minutes: i64) -> WatchHour {
    WatchHour { hour_start: at(text), watched_ms: minutes * 60_000 }
}

/// domain 2.5: hours and weekdays are those of Seoul. 2026-06-01 is a Monday; 20:00 UTC is 5:00 on the next day there.
#[test]
fn hours_and_weekdays_are_those_of_seoul() {
    let found = [watched("2026-06-01T20", 30), watched("2026-06-03T03", 12)];
    let pattern = Pattern::of(&found, Habits::default(), at("2026-06-03T04"), 30);
    assert_eq!((pattern.hours[5], pattern.hours[12]), (30, 12));
    assert_eq!(pattern.weekdays, [0, 30, 12, 0, 0, 0, 0]);
    assert_eq!(pattern.hours.iter().sum::<i64>(), 42);
}

/// domain 2.5: the last days only, today among them.
#[test]
fn what_is_older_is_left_out() {
    let found = [watched("2026-06-01T14", 5), watched("2026-06-01T15", 7)];
    // 15:00 UTC on the first is midnight in Seoul: the second day has begun.
    let minutes = |days| Pattern::of(&found, Habits::default(), at("2026-06-02T04"), days).hours.iter().sum::<i64>();
    assert_eq!((minutes(1), minutes(2)), (7, 12));
    assert_eq!(first_hour(at("2026-06-02T04"), 1), at("2026-06-01T15"));
}

/// domain 2.5: days in a row up to today, or to yesterday while the day is young.
#[test]
fn a_streak_ends_today_or_yesterday() {
    let found = ["2026-06-01T03", "2026-06-02T03", "2026-06-04T03", "2026-06-05T03", "2026-06-05T09"];
    let found = found.map(|hour| watched(hour, 1));
    let streak = |now| Pattern::of(&found, Habits::default(), at(now), 30).streak_days;
    assert_eq!(["2026-06-05T12", "2026-06-06T12", "2026-06-07T12", "2026-06-02T05"].map(streak), [2, 2, 0, 2]);
}

proptest! {
    /// domain 2.5: both histograms tell the same time, to the rounding of their parts.
    #[test]
    fn both_histograms_tell_the_same_time(hours in proptest::collection::vec((0..300_i64, 0..3_600_000_i64), 0..60)) {
        let found: Vec<WatchHour> = hours
            .into_iter()
            .map(|(hour, watched_ms)| WatchHour { hour_start: at("2026-06-01T00") + hour * HOUR_US, watched_ms })
            .collect();
        let pattern = Pattern::of(&found, Habits::default(), at("2026-06-14T00"), 30);
        let exact = found.iter().map(|found| found.watched_ms).sum::<i64>() / 60_000;
        prop_assert!((pattern.hours.iter().sum::<i64>() - exact).abs() <= 24);
        prop_assert!((pattern.weekdays.iter().sum::<i64>() - exact).abs() <= 7);
    }
}

#[test]
fn rates_are_of_what_there_is() {
    let habits = Habits { sessions: 4, sessions_us: 6 * HOUR_US, begun: 8, completed: 2 };
    let pattern = Pattern::of(&[], habits, at("2026-06-01T00"), 7);
    assert_eq!((pattern.average_session_minutes, pattern.completion_rate, pattern.streak_days), (90.0, 0.25, 0));
}
