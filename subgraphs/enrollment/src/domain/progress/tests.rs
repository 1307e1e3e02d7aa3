use proptest::prelude::{any, proptest};

use super::percent;

/// domain 2.3: the share of the lessons completed, 0 to 100.
#[test]
fn the_share_is_of_all_lessons() {
    assert_eq!(percent(0, 8), 0.0);
    assert_eq!(percent(7, 8), 87.5);
    assert_eq!(percent(8, 8), 100.0);
    assert_eq!(percent(3, 0), 0.0);
}

proptest! {
    /// domain 2.3: whatever the replicas say for a moment, no share is below nothing or above all.
    #[test]
    fn no_share_leaves_its_range(completed in any::<i64>(), lessons in any::<i64>()) {
        assert!((0.0..=100.0).contains(&percent(completed, lessons)));
    }

    /// domain 3.3: one more lesson completed is never less progress.
    #[test]
    fn progress_never_falls_by_learning(completed in 0..500_i64, lessons in 1..500_i64) {
        assert!(percent(completed + 1, lessons) >= percent(completed, lessons));
    }
}
