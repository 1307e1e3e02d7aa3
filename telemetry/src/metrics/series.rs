//! One counter, gauge or histogram: what the facade's handles lead to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use ::metrics::{CounterFn, GaugeFn, HistogramFn};

use super::exemplar::Exemplar;
use super::snapshot::Point;

/// Only grows.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl CounterFn for Count {
    fn increment(&self, value: u64) {
        self.0.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.0.fetch_max(value, Ordering::Relaxed);
    }
}

impl Count {
    pub(super) fn point(&self) -> Point {
        #[expect(clippy::cast_precision_loss, reason = "Prometheus counts in floating-point numbers, too")]
        Point::Number(self.0.load(Ordering::Relaxed) as f64)
    }
}

/// Goes up and down. The bits of a floating-point number.
#[derive(Debug, Default)]
pub(super) struct Level(AtomicU64);

impl GaugeFn for Level {
    fn increment(&self, value: f64) {
        add(&self.0, value);
    }

    fn decrement(&self, value: f64) {
        add(&self.0, -value);
    }

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}

impl Level {
    pub(super) fn point(&self) -> Point {
        Point::Number(f64::from_bits(self.0.load(Ordering::Relaxed)))
    }
}

/// How often what was measured fell between which bounds.
#[derive(Debug)]
pub(super) struct Distribution {
    bounds: &'static [f64],
    /// One for each bound, and one for what is above all of them.
    buckets: Box<[Bucket]>,
    /// The bits of a floating-point number.
    sum: AtomicU64,
}

#[derive(Debug, Default)]
struct Bucket {
    count: AtomicU64,
    /// The latest.
    exemplar: Mutex<Option<Exemplar>>,
}

impl Distribution {
    pub(super) fn new(bounds: &'static [f64]) -> Self {
        let buckets = std::iter::repeat_with(Bucket::default).take(bounds.len() + 1).collect();
        Self { bounds, buckets, sum: AtomicU64::default() }
    }

    pub(super) fn point(&self) -> Point {
        let counts = self.buckets.iter().map(|bucket| bucket.count.load(Ordering::Relaxed)).collect();
        let latest = |bucket: &Bucket| *bucket.exemplar.lock().unwrap_or_else(PoisonError::into_inner);
        let exemplars = self.buckets.iter().map(latest).collect();
        Point::Distribution {
            bounds: self.bounds,
            counts,
            sum: f64::from_bits(self.sum.load(Ordering::Relaxed)),
            exemplars,
        }
    }
}

impl HistogramFn for Distribution {
    /// What is no number is in no bucket, and would spoil the sum.
    fn record(&self, value: f64) {
        self.record_many(value, 1);
    }

    fn record_many(&self, value: f64, count: usize) {
        if value.is_nan() || count == 0 {
            return;
        }
        let bucket = &self.buckets[self.bounds.partition_point(|bound| *bound < value)];
        bucket.count.fetch_add(count as u64, Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "nobody makes so many measurements at once")]
        add(&self.sum, value * count as f64);
        if let Some(exemplar) = Exemplar::of(value)
            // Somebody else is just noting one: theirs is as good, and nobody waits.
            && let Ok(mut latest) = bucket.exemplar.try_lock()
        {
            *latest = Some(exemplar);
        }
    }
}

fn add(bits: &AtomicU64, value: f64) {
    let sum = |now| Some((f64::from_bits(now) + value).to_bits());
    // It always gives something, so that it never fails.
    let _ = bits.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum);
}
