use proptest::prelude::*;

use super::{FINE_BUCKETS, Retention, bucket_at, fold, seen};
use crate::domain::WatchedSeconds;

proptest! {
    /// domain 2.5: every part from 1 to 100 is told, nobody who left is lost, and nobody is told who was not there.
    #[test]
    fn folding_keeps_everybody(parts in 1..=100_usize, counts in proptest::collection::vec((0..50_i64, 0..50_i64), 100)) {
        let fine: Vec<Retention> =
            counts.into_iter().map(|(viewers, drop_offs)| Retention { viewers, drop_offs }).collect();
        let folded = fold(&fine, parts);
        prop_assert_eq!(folded.len(), parts);
        let left = |buckets: &[Retention]| buckets.iter().map(|bucket| bucket.drop_offs).sum::<i64>();
        prop_assert_eq!(left(&folded), left(&fine));
        let most = |buckets: &[Retention]| buckets.iter().map(|bucket| bucket.viewers).max();
        prop_assert_eq!(most(&folded), most(&fine));
    }

    /// domain 3.5: who watched all saw every part, however short it is; who watched a second saw the part it lies in.
    #[test]
    fn what_was_watched_was_seen(length in 1..5_000_i64, at in 0..5_000_i64) {
        let mut all = WatchedSeconds::default();
        all.add(0, length * 1_000, Some(length));
        prop_assert_eq!(seen(&all, Some(length)).len(), 100);
        let mut one = WatchedSeconds::default();
        let second = at % length;
        one.add(second * 1_000, second * 1_000 + 1_000, Some(length));
        let bucket = bucket_at(second * 1_000, Some(length)).unwrap();
        prop_assert!(seen(&one, Some(length)).contains(&bucket), "{bucket}");
    }
}

#[test]
fn a_position_lies_in_one_of_a_hundred_parts() {
    let at = |position_ms| bucket_at(position_ms, Some(200)).unwrap();
    assert_eq!([0, 1_999, 2_000, 199_999, 202_000].map(at), [0, 0, 1, FINE_BUCKETS - 1, FINE_BUCKETS - 1]);
    assert_eq!((bucket_at(5, None), bucket_at(5, Some(0))), (None, None));
}
