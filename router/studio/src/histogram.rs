//! How long things took, as counts by size: small, mergeable, and true to about three in a hundred.
//!
//! A value below [`LINEAR`] microseconds has a bucket of its own; above, every power of two is divided into
//! [`PARTS`] buckets of the same width, as HDR histograms do. Only buckets with something in them are kept.

use serde::{Deserialize, Serialize};

/// Buckets of each power of two: none is wider than a sixteenth of its values.
const PARTS: u64 = 16;
const PARTS_BITS: u32 = PARTS.trailing_zeros();
/// Below this the buckets are one microsecond wide.
const LINEAR: u64 = PARTS * 2;
/// Whatever is longer counts as this long: about twelve days, in microseconds.
const LONGEST_US: u64 = 1 << 40;

/// Durations, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    /// The places of the buckets with something in them, ascending, and how much it is.
    #[serde(rename = "b", default, skip_serializing_if = "Vec::is_empty")]
    buckets: Vec<(u16, u64)>,
    #[serde(rename = "s", default)]
    sum_us: u64,
    #[serde(rename = "m", default)]
    max_us: u64,
}

impl Histogram {
    /// Counts a duration of so many microseconds.
    pub fn record(&mut self, us: u64) {
        let us = us.min(LONGEST_US);
        self.add(place(us), 1);
        self.sum_us = self.sum_us.saturating_add(us);
        self.max_us = self.max_us.max(us);
    }

    /// Counts all that the other has counted.
    pub fn merge(&mut self, other: &Self) {
        if self.buckets.is_empty() {
            self.buckets.clone_from(&other.buckets);
        } else {
            for (place, count) in &other.buckets {
                self.add(*place, *count);
            }
        }
        self.sum_us = self.sum_us.saturating_add(other.sum_us);
        self.max_us = self.max_us.max(other.max_us);
    }

    fn add(&mut self, place: u16, count: u64) {
        match self.buckets.binary_search_by_key(&place, |bucket| bucket.0) {
            Ok(index) => self.buckets[index].1 = self.buckets[index].1.saturating_add(count),
            Err(index) => self.buckets.insert(index, (place, count)),
        }
    }

    /// How many were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.1).sum()
    }

    /// All of them together, in microseconds.
    #[must_use]
    pub fn sum_us(&self) -> u64 {
        self.sum_us
    }

    /// The longest, in microseconds.
    #[must_use]
    pub fn max_us(&self) -> u64 {
        self.max_us
    }

    /// The duration that this share of them does not exceed, in microseconds; nothing without any.
    #[must_use]
    pub fn quantile_us(&self, share: f64) -> Option<f64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = ((share * as_float(count)).ceil()).clamp(1.0, as_float(count));
        let mut seen = 0;
        for (index, (place, count)) in self.buckets.iter().enumerate() {
            seen += count;
            // What is alone in the last bucket is the longest.
            let is_longest = index + 1 == self.buckets.len() && *count == 1;
            if as_float(seen) >= rank && !is_longest {
                return Some(middle(*place).min(as_float(self.max_us)));
            }
        }
        Some(as_float(self.max_us))
    }

    /// Their mean, in microseconds; nothing without any.
    #[must_use]
    pub fn mean_us(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| as_float(self.sum_us) / as_float(count))
    }

    /// How many are within each of these bounds, in microseconds and ascending, and above the bound before it. What is above
    /// the last one counts there.
    #[must_use]
    pub fn counts_within(&self, bounds_us: &[u64]) -> Vec<u64> {
        let mut counts = vec![0; bounds_us.len()];
        let Some(last) = counts.len().checked_sub(1) else { return counts };
        for (place, count) in &self.buckets {
            let value = middle(*place);
            let index = bounds_us.partition_point(|bound| as_float(*bound) < value);
            counts[index.min(last)] += count;
        }
        counts
    }
}

/// The bucket of a value.
fn place(us: u64) -> u16 {
    if us < LINEAR {
        return u16::try_from(us).unwrap_or(u16::MAX);
    }
    let power = us.ilog2();
    let part = (us >> (power - PARTS_BITS)) - PARTS;
    let place = u64::from(power - PARTS_BITS - 1) * PARTS + LINEAR + part;
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// The middle of a bucket, in microseconds.
fn middle(place: u16) -> f64 {
    let place = u64::from(place);
    if place < LINEAR {
        return as_float(place);
    }
    let (power, part) = ((place - LINEAR) / PARTS + 1, (place - LINEAR) % PARTS);
    let width = 1_u64 << power.min(50);
    as_float((PARTS + part) * width) + as_float(width - 1) / 2.0
}

/// The number, rounded where it has more than 53 bits.
#[expect(clippy::cast_precision_loss, reason = "durations and counts have fewer than 53 bits")]
pub(crate) fn as_float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Histogram, as_float, middle, place};

    proptest! {
        /// The middle of a value's bucket is the value, to a thirty-second.
        #[test]
        fn a_bucket_is_no_wider_than_a_sixteenth(us in 0_u64..(1 << 40)) {
            let error = (middle(place(us)) - as_float(us)).abs();
            prop_assert!(error <= as_float(us) / 32.0 + 0.5, "{us}: {}", middle(place(us)));
        }

        #[test]
        fn greater_values_are_in_no_earlier_bucket(one in 0_u64..(1 << 40), other in 0_u64..(1 << 40)) {
            prop_assert_eq!(place(one.min(other)) <= place(one.max(other)), true);
        }

        /// Who counts apart and adds up knows as much as who has counted all.
        #[test]
        fn merging_is_counting_together(
            one in proptest::collection::vec(0_u64..10_000_000, 0..50),
            other in proptest::collection::vec(0_u64..10_000_000, 0..50),
        ) {
            let of = |values: &[u64]| {
                let mut histogram = Histogram::default();
                values.iter().for_each(|value| histogram.record(*value));
                histogram
            };
            let mut merged = of(&one);
            merged.merge(&of(&other));
            prop_assert_eq!(&merged, &of(&[one.clone(), other.clone()].concat()));
            let text = serde_json::to_string(&merged).unwrap();
            prop_assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), merged);
        }

        /// A quantile is that of the values themselves, to three in a hundred.
        #[test]
        fn quantiles_are_near_those_of_the_values(
            mut values in proptest::collection::vec(0_u64..10_000_000, 1..200),
            share in 0.0..1.0_f64,
        ) {
            let mut histogram = Histogram::default();
            values.iter().for_each(|value| histogram.record(*value));
            values.sort_unstable();
            let rank = (share * values.len() as f64).ceil().max(1.0) as usize;
            let exact = as_float(values[rank - 1]);
            let told = histogram.quantile_us(share).unwrap();
            prop_assert!((told - exact).abs() <= exact * 0.032 + 0.5, "{told} for {exact}");
        }

        #[test]
        fn every_value_is_within_one_bound(values in proptest::collection::vec(0_u64..100_000_000, 0..100)) {
            let mut histogram = Histogram::default();
            values.iter().for_each(|value| histogram.record(*value));
            let counts = histogram.counts_within(&[1_000, 10_000, 100_000]);
            prop_assert_eq!(counts.iter().sum::<u64>(), values.len() as u64);
        }
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(Histogram::default().quantile_us(0.5), None);
        assert_eq!(Histogram::default().mean_us(), None);
    }
}
