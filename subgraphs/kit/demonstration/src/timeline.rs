//! When things happen: a growing platform with the weekly and daily rhythm of people in Korea.

use crate::random::RowRandom;

/// An instant in microseconds after 1970-01-01T00:00:00Z (domain.md P15). The world's instants are full milliseconds,
/// so that the time inside an id equals the row's `created_at` exactly.
pub type UtcMicros = i64;

pub(crate) const MILLISECOND: UtcMicros = 1_000;
pub(crate) const SECOND: UtcMicros = 1_000 * MILLISECOND;
pub(crate) const MINUTE: UtcMicros = 60 * SECOND;
pub(crate) const HOUR: UtcMicros = 60 * MINUTE;
pub(crate) const DAY: UtcMicros = 24 * HOUR;

/// How long before the anchor the platform opened.
pub(crate) const HISTORY: UtcMicros = 540 * DAY;

/// Korea Standard Time is nine hours ahead of UTC, without daylight saving.
const KST_OFFSET: UtcMicros = 9 * HOUR;
/// 1970-01-01 was a Thursday; weekdays count from Monday.
const WEEKDAY_OF_EPOCH: i64 = 3;

/// Relative activity per weekday, Monday first: evenings of working days, and Sunday, are for learning.
const WEEKDAYS: [u64; 7] = [100, 98, 96, 92, 78, 74, 95];
/// Relative activity per hour in Korea, with peaks at 08 (commute), 12 (lunch) and 21 h (evening).
const HOURS: [u64; 24] = [18, 9, 5, 3, 3, 6, 22, 55, 82, 50, 44, 52, 86, 56, 42, 40, 44, 52, 60, 68, 84, 100, 72, 40];
/// Both curves at their highest: the scale of the acceptance test below.
const PEAK: u64 = 100 * 100;
/// After so many refusals the last candidate is taken; the chance to get here is below one in a million.
const ATTEMPTS_MAX: u32 = 64;

/// An instant in `from..to`, following growth, week and day; `from` itself when the range is empty.
pub(crate) fn instant(random: &mut RowRandom, from: UtcMicros, to: UtcMicros) -> UtcMicros {
    let (first, last) = (from.div_euclid(MILLISECOND) + 1, to.div_euclid(MILLISECOND) - 1);
    if first >= last {
        return from - from.rem_euclid(MILLISECOND);
    }
    let mut candidate = first;
    for _ in 0..ATTEMPTS_MAX {
        // The later of two draws is twice as likely late as early: steady growth.
        let draws = [random.between(first, last), random.between(first, last)];
        candidate = if random.chance(600) { draws[0].max(draws[1]) } else { draws[0] };
        if random.below(PEAK) < activity(candidate * MILLISECOND) {
            break;
        }
    }
    candidate * MILLISECOND
}

/// An instant in the evening so many days before the anchor, by the calendar of Korea.
pub(crate) fn evening(anchor: UtcMicros, days: i64, random: &mut RowRandom) -> UtcMicros {
    let midnight = (anchor + KST_OFFSET).div_euclid(DAY) * DAY - KST_OFFSET;
    midnight - days * DAY + random.between(20 * 60 * 60, 22 * 60 * 60) * SECOND
}

/// How busy the platform is at an instant, out of [`PEAK`].
fn activity(instant: UtcMicros) -> u64 {
    let local = instant + KST_OFFSET;
    let weekday = (local.div_euclid(DAY) + WEEKDAY_OF_EPOCH).rem_euclid(7);
    let hour = local.rem_euclid(DAY) / HOUR;
    WEEKDAYS[weekday as usize] * HOURS[hour as usize]
}

#[cfg(test)]
mod tests {
    use super::{DAY, HOUR, KST_OFFSET, MILLISECOND, instant};
    use crate::{Anchor, Seed, random::RowRandom};

    fn instants() -> Vec<i64> {
        let (mut random, anchor) = (RowRandom::new(Seed(3), "timeline-test", 0), Anchor::default().micros());
        (0..8_000).map(|_| instant(&mut random, anchor - 200 * DAY, anchor)).collect()
    }

    #[test]
    fn the_busiest_hours_in_korea_are_eight_twelve_and_twenty_one() {
        let mut hours = [0_u32; 24];
        instants().iter().for_each(|at| hours[((at + KST_OFFSET).rem_euclid(DAY) / HOUR) as usize] += 1);
        for peak in [8, 12, 21] {
            assert!(hours[peak] > hours[peak - 1] && hours[peak] > hours[peak + 1], "{hours:?}");
        }
    }

    #[test]
    fn the_second_half_of_the_history_is_busier() {
        let middle = Anchor::default().micros() - 100 * DAY;
        let late = instants().iter().filter(|at| **at > middle).count();
        assert!((4_900..5_500).contains(&late), "{late}");
    }

    #[test]
    fn an_instant_is_a_full_millisecond_inside_its_range() {
        let anchor = Anchor::default().micros();
        assert!(instants().iter().all(|at| at % MILLISECOND == 0 && (anchor - 200 * DAY..anchor).contains(at)));
    }
}
