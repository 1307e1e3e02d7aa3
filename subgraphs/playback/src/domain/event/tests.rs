use std::collections::HashSet;

use proptest::prelude::*;

use super::{BATCH_MAX, Batch, BatchRefusal, CLOCK_SKEW_US, EventKind, PlaybackEvent, position_ms};

const NOW: i64 = 1_780_000_000_000_000;

fn event(seq: i64, position_ms: i64, at: i64) -> PlaybackEvent {
    PlaybackEvent { seq, kind: EventKind::Heartbeat, position_ms, at, detail: None }
}

fn numbered(numbers: impl IntoIterator<Item = i64>) -> Result<Batch, BatchRefusal> {
    Batch::new(numbers.into_iter().map(|seq| event(seq, 0, NOW)).collect())
}

/// domain 3.5, 7.1: SEQ_INVALID, BATCH_TOO_LARGE
#[test]
fn numbers_grow_from_one_and_a_batch_is_bounded() {
    assert!(numbered([]).is_ok() && numbered([1]).is_ok() && numbered([3, 9, 10]).is_ok());
    for numbers in [vec![0], vec![-1, 2], vec![2, 2], vec![3, 2]] {
        assert_eq!(numbered(numbers.clone()), Err(BatchRefusal::SeqInvalid), "{numbers:?}");
    }
    let most = i64::try_from(BATCH_MAX).unwrap();
    assert!(numbered(1..=most).is_ok());
    assert_eq!(numbered(1..=most + 1), Err(BatchRefusal::TooLarge));
}

proptest! {
    /// domain 3.5: position ∈ [0, duration + 2 s], client time within five minutes of ours, known numbers left out.
    #[test]
    fn what_a_client_may_not_claim_is_set_right(
        position in any::<i64>(), at in any::<i64>(), length in proptest::option::of(0..200_000_i64), known: bool,
    ) {
        let batch = Batch::new(vec![event(1, position, at)]).unwrap();
        let known: HashSet<i64> = known.then_some(1).into_iter().collect();
        let fresh = batch.fresh(&known, length, NOW);
        prop_assert_eq!(fresh.len(), 1 - known.len());
        for event in fresh {
            let last = length.map_or(86_400_000, |seconds| seconds.min(86_400) * 1_000 + 2_000);
            prop_assert!((0..=last).contains(&event.position_ms));
            prop_assert!((event.at - NOW).abs() <= CLOCK_SKEW_US);
        }
    }
}

#[test]
fn details_are_cut_and_positions_are_whole_milliseconds() {
    let long = PlaybackEvent { detail: Some("가".repeat(300)), ..event(1, 0, NOW) };
    let fresh = Batch::new(vec![long]).unwrap().fresh(&HashSet::new(), None, NOW);
    assert_eq!(fresh[0].detail.as_deref().map(|detail| detail.chars().count()), Some(200));
    assert_eq!([12.3456, -1.0, f64::INFINITY, f64::NAN].map(position_ms), [12_346, -1_000, i64::MAX, 0]);
}
