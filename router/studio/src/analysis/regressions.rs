//! Whether something takes longer than it did.

use crate::histogram::Histogram;

/// Fewer requests on either side say nothing about a p95.
const REQUESTS_MIN: u64 = 50;
/// A smaller factor is within what such a histogram can tell, and what a day brings.
const FACTOR_MIN: f64 = 1.3;
/// Nobody notices less.
const DIFFERENCE_US_MIN: f64 = 5_000.0;

/// Something takes longer than it did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regression {
    /// The p95 before, in microseconds.
    pub before_us: f64,
    /// The p95 since, in microseconds.
    pub after_us: f64,
}

impl Regression {
    /// How many times longer it takes.
    #[must_use]
    pub fn factor(&self) -> f64 {
        self.after_us / self.before_us.max(1.0)
    }
}

/// Compares what was before something changed with what has been since.
#[must_use]
pub fn regression(before: &Histogram, after: &Histogram) -> Option<Regression> {
    if before.count() < REQUESTS_MIN || after.count() < REQUESTS_MIN {
        return None;
    }
    let found = Regression { before_us: before.quantile_us(0.95)?, after_us: after.quantile_us(0.95)? };
    (found.factor() >= FACTOR_MIN && found.after_us - found.before_us >= DIFFERENCE_US_MIN).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::regression;
    use crate::histogram::Histogram;

    fn of(us: u64, count: u64) -> Histogram {
        let mut histogram = Histogram::default();
        (0..count).for_each(|_| histogram.record(us));
        histogram
    }

    #[test]
    fn only_what_is_longer_by_much_and_often_enough_is_a_regression() {
        assert!((regression(&of(20_000, 60), &of(60_000, 60)).unwrap().factor() - 3.0).abs() < 0.2);
        assert_eq!(regression(&of(20_000, 60), &of(60_000, 10)), None, "too few");
        assert_eq!(regression(&of(20_000, 60), &of(22_000, 60)), None, "too little");
        assert_eq!(regression(&of(100, 60), &of(500, 60)), None, "nobody notices");
        assert_eq!(regression(&of(60_000, 60), &of(20_000, 60)), None, "better");
    }
}
