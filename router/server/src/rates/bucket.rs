//! A bucket that fills at a steady rate. Points are counted in such small parts that each millisecond counts exactly, also at
//! a rate by the minute.

use crate::configuration::Rate;

/// Parts of a point: one comes back each millisecond of a minute.
const PARTS: u64 = 60_000;

/// How a bucket fills, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// How many points come back in a minute: so many parts in a millisecond.
    pub per_minute: u64,
    /// How many points it holds.
    pub burst: u64,
}

impl Flow {
    /// As much in a second, and at once.
    pub(super) fn by_second(points: u64) -> Self {
        Self { per_minute: points.saturating_mul(60), burst: points }
    }

    /// As much in a minute, and at once.
    pub(super) fn by_minute(points: u64) -> Self {
        Self { per_minute: points, burst: points }
    }
}

impl From<Rate> for Flow {
    fn from(rate: Rate) -> Self {
        Self { per_minute: rate.per_second.saturating_mul(60), burst: rate.burst }
    }
}

/// What is left at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bucket {
    parts: u64,
    at_ms: u64,
}

impl Bucket {
    pub(super) fn full(flow: Flow, now_ms: u64) -> Self {
        Self { parts: capacity(flow), at_ms: now_ms }
    }

    /// With so many parts in it.
    pub(super) fn holding(flow: Flow, parts: u64, now_ms: u64) -> Self {
        Self { parts: parts.min(capacity(flow)), at_ms: now_ms }
    }

    /// The bucket at a later moment. A clock that was put back adds nothing.
    pub(super) fn at(self, flow: Flow, now_ms: u64) -> Self {
        let gained = now_ms.saturating_sub(self.at_ms).saturating_mul(flow.per_minute);
        Self { parts: self.parts.saturating_add(gained).min(capacity(flow)), at_ms: now_ms }
    }

    /// The bucket under another flow: nothing is given, and what it cannot hold is lost.
    pub(super) fn within(self, flow: Flow) -> Self {
        Self { parts: self.parts.min(capacity(flow)), ..self }
    }

    /// In how many milliseconds this much can be taken; 0 when it can be now. What is more than the bucket holds takes all
    /// of it.
    pub(super) fn wait_ms(self, flow: Flow, points: u64) -> u64 {
        needed(flow, points).saturating_sub(self.parts).div_ceil(flow.per_minute.max(1))
    }

    pub(super) fn take(&mut self, flow: Flow, points: u64) {
        self.parts = self.parts.saturating_sub(needed(flow, points));
    }

    /// The whole points that are left.
    pub(super) fn left(self) -> u64 {
        self.parts / PARTS
    }

    /// In how many milliseconds it is full.
    pub(super) fn full_in_ms(self, flow: Flow) -> u64 {
        self.wait_ms(flow, flow.burst)
    }
}

fn capacity(flow: Flow) -> u64 {
    flow.burst.saturating_mul(PARTS)
}

fn needed(flow: Flow, points: u64) -> u64 {
    points.saturating_mul(PARTS).min(capacity(flow))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Flow = Flow { per_minute: 600, burst: 20 };

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
        let rate = Flow { per_minute: u64::MAX, burst: u64::MAX };
        let mut bucket = Bucket::full(rate, 0).at(rate, u64::MAX);
        assert_eq!(bucket.wait_ms(rate, u64::MAX), 0);
        bucket.take(rate, u64::MAX);
        assert_eq!(bucket.left(), 0);
        assert_eq!(Bucket::full(RATE, 0).wait_ms(RATE, 1_000_000), 0, "more than it holds takes all of it");
    }

    #[test]
    fn less_than_one_a_second_comes_back_as_well() {
        let flow = Flow::by_minute(7);
        let mut bucket = Bucket::full(flow, 0);
        bucket.take(flow, 7);
        assert_eq!((bucket.wait_ms(flow, 1), bucket.full_in_ms(flow)), (8_572, 60_000));
        assert_eq!(bucket.at(flow, 60_000).left(), 7);
        assert_eq!(Flow::by_second(7), Rate { per_second: 7, burst: 7 }.into());
    }

    #[test]
    fn another_flow_gives_nothing_at_once() {
        let (narrow, wide) = (Flow::by_second(5), Flow::by_second(50));
        let mut bucket = Bucket::full(narrow, 0);
        bucket.take(narrow, 3);
        assert_eq!((bucket.within(wide).left(), Bucket::full(wide, 0).within(narrow).left()), (2, 5));
    }
}
