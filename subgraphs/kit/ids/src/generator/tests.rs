use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use crate::{Clock, IdGenerator, ManualClock, SeededRandomness, UserId};

fn generator(clock: &Arc<ManualClock>, seed: u64) -> IdGenerator {
    IdGenerator::new(Arc::clone(clock) as Arc<dyn Clock>, Arc::new(SeededRandomness::new(seed)))
}

/// P5: the time of an id is the clock's, and equal sources give equal ids.
#[test]
fn an_id_tells_when_it_was_made() {
    let clock = Arc::new(ManualClock::new(1_790_000_000_123_456));
    let id: UserId = generator(&clock, 1).mint();
    assert_eq!(id.time_us(), 1_790_000_000_123_000);
    assert_eq!(generator(&clock, 1).mint::<crate::kinds::User>(), id);
    assert_ne!(generator(&clock, 2).mint::<crate::kinds::User>(), id);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// P5: sortable, whatever the clock does between two ids.
    #[test]
    fn every_id_is_greater_than_the_one_before(seed: u64, steps in prop::collection::vec(-5_000_i64..5_000, 1..200)) {
        let clock = Arc::new(ManualClock::new(1_790_000_000_000_000));
        let generator = generator(&clock, seed);
        let mut last: UserId = generator.mint();
        for step in steps {
            clock.set(clock.now() + step);
            let next = generator.mint();
            prop_assert!(next > last);
            last = next;
        }
    }
}

/// P5: two threads that share a generator never get the same id.
#[test]
fn clones_share_the_sequence() {
    let clock = Arc::new(ManualClock::new(0));
    clock.advance(Duration::from_secs(1));
    let shared = generator(&clock, 3);
    let other = shared.clone();
    let theirs = std::thread::spawn(move || (0..1_000).map(|_| other.mint()).collect::<Vec<UserId>>());
    let mut all: Vec<UserId> = (0..1_000).map(|_| shared.mint()).collect();
    all.extend(theirs.join().unwrap());
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 2_000);
}
