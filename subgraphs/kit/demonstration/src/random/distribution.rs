//! The distributions the world is drawn from, built only from exact arithmetic (see [`exact`](super::exact)).

use super::{RowRandom, exact};

/// The exponent of every popularity in the world (domain.md 5.1).
const POPULARITY_EXPONENT: f64 = 1.05;
/// Above this mean a Poisson draw by multiplication would need too many numbers; no caller comes near.
const POISSON_MEAN_MAX: f64 = 60.0;

/// Weighted choice by binary search over running totals.
#[derive(Clone, Debug)]
pub struct Weighted {
    /// `totals[i]` is the sum of the weights `0..=i`.
    totals: Vec<u64>,
}

impl Weighted {
    /// A choice among as many indices as there are weights.
    ///
    /// # Panics
    /// When all weights are zero.
    #[must_use]
    pub fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let totals: Vec<u64> = weights
            .into_iter()
            .scan(0, |total, weight| {
                *total += weight;
                Some(*total)
            })
            .collect();
        assert!(totals.last().is_some_and(|total| *total > 0), "a weighted choice needs a positive weight");
        Self { totals }
    }

    /// Ranks `0..length` with the popularity of domain.md 5.1: Zipf, exponent 1.05, rank 0 the most popular.
    ///
    /// # Panics
    /// When `length` is 0.
    #[must_use]
    pub fn zipf(length: usize) -> Self {
        Self::new((1..=length).map(zipf_weight))
    }

    /// An index, as likely as its weight.
    pub fn sample(&self, random: &mut RowRandom) -> usize {
        let total = self.totals.last().expect("invariant: a weighted choice is never empty");
        let drawn = random.below(*total);
        self.totals.partition_point(|running| *running <= drawn)
    }
}

/// The Zipf weight of a rank counted from 1, in billionths of rank 1's.
pub(crate) fn zipf_weight(rank: usize) -> u64 {
    (1e9 * exact::power(rank as f64, -POPULARITY_EXPONENT)) as u64 + 1
}

impl RowRandom {
    /// A normal number with mean 0 and deviation 1, cut at ±6: the sum of twelve uniform numbers.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// A log-normal number with the given median; `sigma` is the deviation of its logarithm.
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exact::exp(sigma * self.normal())
    }

    /// How many events happen when `mean` are expected (Knuth's multiplication).
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let limit = exact::exp(-mean.clamp(0.0, POISSON_MEAN_MAX));
        let mut product = self.unit();
        let mut events = 0;
        while product > limit {
            product *= self.unit();
            events += 1;
        }
        events
    }

    /// A share in thousandths around `mean`, cut to `0..=1000`.
    pub fn per_mille(&mut self, mean: f64, deviation: f64) -> u16 {
        (mean + deviation * self.normal()).clamp(0.0, 1_000.0) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::Weighted;
    use crate::random::{RowRandom, Seed};

    fn random() -> RowRandom {
        RowRandom::new(Seed(7), "distribution-test", 0)
    }

    #[test]
    fn the_second_rank_is_about_half_as_popular_as_the_first() {
        let (mut random, zipf) = (random(), Weighted::zipf(100));
        let mut hits = [0_u32; 100];
        (0..20_000).for_each(|_| hits[zipf.sample(&mut random)] += 1);
        let ratio = f64::from(hits[1]) / f64::from(hits[0]);
        assert!((0.43..0.54).contains(&ratio), "{ratio}");
    }

    #[test]
    fn a_weight_of_zero_is_never_chosen() {
        let (mut random, weighted) = (random(), Weighted::new([0, 3, 0, 1, 0]));
        assert!((0..2_000).map(|_| weighted.sample(&mut random)).all(|index| index == 1 || index == 3));
    }

    #[test]
    fn a_poisson_draw_has_the_mean_it_was_asked_for() {
        let mut random = random();
        let total: u32 = (0..5_000).map(|_| random.poisson(6.0)).sum();
        assert!((5.85..6.15).contains(&(f64::from(total) / 5_000.0)));
    }

    #[test]
    fn half_of_the_log_normal_draws_lie_below_the_median() {
        let mut random = random();
        let below = (0..5_000).filter(|_| random.log_normal(480.0, 0.5) < 480.0).count();
        assert!((2_350..2_650).contains(&below), "{below}");
    }
}
