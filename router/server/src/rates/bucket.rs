//! A bucket that fills at a steady rate. Thousandths of a point, so that milliseconds count exactly.

use crate::configuration::Rate;

/// What is left at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bucket {
    thousandths: u64,
    at_ms: u64,
}

impl Bucket {
    pub(super) fn full(rate: Rate, now_ms: u64) -> Self {
        Self { thousandths: capacity(rate), at_ms: now_ms }
    }

    /// With this much in it.
    pub(super) fn holding(rate: Rate, thousandths: u64, now_ms: u64) -> Self {
        Self { thousandths: thousandths.min(capacity(rate)), at_ms: now_ms }
    }

    /// The bucket at a later moment. A clock that was put back adds nothing.
    pub(super) fn at(self, rate: Rate, now_ms: u64) -> Self {
        let gained = now_ms.saturating_sub(self.at_ms).saturating_mul(rate.per_second);
        Self { thousandths: self.thousandths.saturating_add(gained).min(capacity(rate)), at_ms: now_ms }
    }

    /// In how many milliseconds this much can be taken; 0 when it can be now. What is more than the bucket holds takes all
    /// of it.
    pub(super) fn wait_ms(self, rate: Rate, points: u64) -> u64 {
        needed(rate, points).saturating_sub(self.thousandths).div_ceil(rate.per_second.max(1))
    }

    pub(super) fn take(&mut self, rate: Rate, points: u64) {
        self.thousandths = self.thousandths.saturating_sub(needed(rate, points));
    }

    /// The whole points that are left.
    pub(super) fn left(self) -> u64 {
        self.thousandths / 1000
    }

    /// In how many milliseconds it is full.
    pub(super) fn full_in_ms(self, rate: Rate) -> u64 {
        self.wait_ms(rate, rate.burst)
    }
}

fn capacity(rate: Rate) -> u64 {
    rate.burst.saturating_mul(1000)
}

fn needed(rate: Rate, points: u64) -> u64 {
    points.saturating_mul(1000).min(capacity(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 10, burst: 20 };

    #[test]
    fn what_is_taken_comes_back_at_the_rate() {
        let mut bucket = Bucket::full(RATE, 5_000);
        bucket.take(RATE, 20);
        assert_eq!((bucket.left(), bucket.wait_ms(RATE, 1), bucket.full_in_ms(RATE)), (0, 100, 2_000));
        let later = bucket.at(RATE, 5_099);
        assert_eq!((later.left(), later.wait_ms(RATE, 1)), (0, 1));
        assert_eq!(bucket.at(RATE, 5_100).wait_ms(RATE, 1), 0);
        assert_eq!(bucket.at(RATE, 1_000_000).left(), 20, "and no more than there was");
    }

    #[test]
    fn a_clock_that_was_put_back_gives_nothing() {
        let mut bucket = Bucket::full(RATE, 5_000);
        bucket.take(RATE, 20);
        let back = bucket.at(RATE, 1_000);
        assert_eq!(back.left(), 0);
        assert_eq!(back.at(RATE, 1_100).left(), 1, "and the time since then counts again");
    }

    /// AMP-15
    #[test]
    fn the_greatest_numbers_do_not_overflow() {
        let rate = Rate { per_second: u64::MAX, burst: u64::MAX };
        let mut bucket = Bucket::full(rate, 0).at(rate, u64::MAX);
        assert_eq!(bucket.wait_ms(rate, u64::MAX), 0);
        bucket.take(rate, u64::MAX);
        assert_eq!(bucket.left(), 0);
        assert_eq!(Bucket::full(RATE, 0).wait_ms(RATE, 1_000_000), 0, "more than it holds takes all of it");
    }
}
