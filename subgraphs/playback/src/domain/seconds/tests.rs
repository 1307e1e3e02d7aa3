use std::collections::BTreeSet;

use proptest::prelude::*;

use super::WatchedSeconds;

proptest! {
    /// domain 3.5: watched seconds are distinct seconds, as many as an exact set holds, and never more than there are.
    #[test]
    fn it_holds_what_an_exact_set_holds(
        stretches in proptest::collection::vec((0..300_000_i64, 0..60_000_i64), 0..20), length in 0..320_i64,
    ) {
        let (mut seconds, mut exact) = (WatchedSeconds::default(), BTreeSet::new());
        for (from, watched) in stretches {
            seconds.add(from, from + watched, Some(length));
            exact.extend((from / 1_000..(from + watched) / 1_000).filter(|second| *second < length));
        }
        let count = i64::try_from(exact.len()).unwrap();
        prop_assert_eq!(seconds.count(Some(length)), count);
        prop_assert_eq!(seconds.count(None), count);
        prop_assert!(count <= length);
        for second in 0..length {
            prop_assert_eq!(seconds.has_any_of(second..second + 1), exact.contains(&second));
        }
        let stored = WatchedSeconds::from_bytes(seconds.as_bytes().to_vec());
        prop_assert_eq!(stored, seconds);
    }

    /// domain 3.5: cut anywhere, what was watched is the same; and it is no more than was played.
    #[test]
    fn where_it_is_cut_makes_no_difference(from in 0..100_000_i64, first in 0..50_000_i64, second in 0..50_000_i64) {
        let (mut whole, mut cut) = (WatchedSeconds::default(), WatchedSeconds::default());
        whole.add(from, from + first + second, None);
        cut.add(from + first, from + first + second, None);
        cut.add(from, from + first, None);
        prop_assert_eq!(&whole, &cut);
        prop_assert!(whole.count(None) * 1_000 < first + second + 1_000);
    }
}

#[test]
fn what_lies_behind_a_length_learned_later_does_not_count() {
    let mut seconds = WatchedSeconds::default();
    seconds.add(0, 20_000, None);
    assert_eq!([0, 3, 8, 13, 20, 500].map(|length| seconds.count(Some(length))), [0, 3, 8, 13, 20, 20]);
    seconds.add(0, i64::MAX, None);
    assert_eq!(seconds.count(None), 86_400);
}
