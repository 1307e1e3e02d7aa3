use kit_ids::LessonId;
use proptest::prelude::*;

use super::{Progress, ViewStats, is_complete};

fn progress(watched_seconds: i64, length: Option<i64>) -> Progress {
    let playable = LessonId::from_bytes([1; 16]).into();
    Progress { playable, position_ms: 0, watched_seconds, completed_at: None, updated_at: 0, length }
}

/// domain 3.5: completed at 90 percent and more of a known length.
#[test]
fn ninety_percent_complete() {
    assert!(!is_complete(89, Some(100)) && is_complete(90, Some(100)));
    assert!(!is_complete(9, Some(11)) && is_complete(10, Some(11)));
    assert!(!is_complete(1_000, None) && !is_complete(0, Some(0)));
}

proptest! {
    /// domain 2.5: 0 to 100, and more when more was watched.
    #[test]
    fn the_share_stays_in_its_range(watched in 0..100_000_i64, length in proptest::option::of(0..90_000_i64)) {
        let percent = progress(watched, length).percent();
        prop_assert!((0.0..=100.0).contains(&percent));
        prop_assert!(progress(watched + 1, length).percent() >= percent);
        prop_assert_eq!(is_complete(watched, length), percent >= 90.0 - 1e-9 && length.is_some_and(|length| length > 0));
    }
}

#[test]
fn rates_of_nothing_are_nothing() {
    let none = ViewStats::default();
    assert_eq!((none.watched_hours(), none.completion_rate()), (0.0, 0.0));
    let some = ViewStats { begun: 4, completions: 1, watched_ms: 5_400_000, ..ViewStats::default() };
    assert_eq!((some.watched_hours(), some.completion_rate()), (1.5, 0.25));
}
