//! Numbers and moments as JSON tells them.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;

use crate::aggregate::Bucket;
use crate::histogram::{Histogram, as_float};
use crate::window::Steps;

/// Upper bounds of the heat map's rows, in milliseconds. The last one takes what is longer, too.
pub const HEATMAP_MS: [u64; 18] =
    [1, 2, 5, 10, 20, 30, 50, 70, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000, 10_000, 60_000];

/// A moment in RFC 3339, in UTC, with milliseconds.
#[must_use]
pub fn moment(unix_ms: u64) -> String {
    let moment = i64::try_from(unix_ms).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default();
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The milliseconds since 1970 of a moment in RFC 3339; nothing for a text that is none.
#[must_use]
pub fn unix_ms(text: &str) -> Option<u64> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?;
    u64::try_from(moment.timestamp_millis()).ok()
}

/// Microseconds as milliseconds, with three digits after the point.
#[must_use]
pub fn ms(us: u64) -> f64 {
    as_float(us) / 1000.0
}

/// The same, of a number with a fraction.
#[must_use]
pub fn ms_of(us: f64) -> f64 {
    us.round() / 1000.0
}

/// One number as a share of another, with four digits; zero of nothing.
#[must_use]
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { rounded(as_float(part) / as_float(whole)) }
}

/// A share with four digits.
#[must_use]
pub fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

/// How often in a second.
#[must_use]
pub fn per_second(count: u64, seconds: u64) -> f64 {
    (as_float(count) / as_float(seconds.max(1)) * 1000.0).round() / 1000.0
}

/// How long things took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    p50_ms: f64,
    /// What 95 of 100 did not exceed.
    pub p95_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    mean_ms: f64,
}

impl Latency {
    /// Zero everywhere without any.
    #[must_use]
    pub fn of(histogram: &Histogram) -> Self {
        let quantile = |share| histogram.quantile_us(share).map_or(0.0, ms_of);
        Self {
            p50_ms: quantile(0.5),
            p95_ms: quantile(0.95),
            p99_ms: quantile(0.99),
            max_ms: ms(histogram.max_us()),
            mean_ms: histogram.mean_us().map_or(0.0, ms_of),
        }
    }
}

/// The median, in milliseconds.
#[must_use]
pub fn p50_ms(histogram: &Histogram) -> Option<f64> {
    histogram.quantile_us(0.5).map(ms_of)
}

/// One number for each point of a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    begin_at: String,
    step_seconds: u64,
    points: Vec<Option<f64>>,
}

impl Series {
    /// Of counts: a point without any is zero.
    #[must_use]
    pub fn of_counts(steps: Steps, buckets: &[Arc<Bucket>], count: impl Fn(&Bucket) -> u64) -> Self {
        let mut counts = vec![0_u64; steps.places()];
        for bucket in buckets {
            if let Some(point) = steps.place(bucket.begin_s).and_then(|place| counts.get_mut(place)) {
                *point += count(bucket);
            }
        }
        Self::new(steps, counts.into_iter().map(|count| Some(as_float(count))).collect())
    }

    /// Of quantiles: a point without any is null.
    #[must_use]
    pub fn of_quantiles(histograms: &Histograms, share: f64) -> Self {
        let points = histograms.points.iter().map(|histogram| histogram.quantile_us(share).map(ms_of)).collect();
        Self::new(histograms.steps, points)
    }

    fn new(steps: Steps, points: Vec<Option<f64>>) -> Self {
        Self { begin_at: moment(steps.begin_s * 1000), step_seconds: steps.step_s, points }
    }
}

/// How long things took at each point of a window.
#[derive(Debug)]
pub struct Histograms {
    steps: Steps,
    points: Vec<Histogram>,
}

impl Histograms {
    /// Those of a window's buckets.
    #[must_use]
    pub fn of<'b>(
        steps: Steps,
        buckets: &'b [Arc<Bucket>],
        histogram: impl Fn(&'b Bucket) -> Option<&'b Histogram>,
    ) -> Self {
        let mut points = vec![Histogram::default(); steps.places()];
        for bucket in buckets {
            if let (Some(place), Some(histogram)) = (steps.place(bucket.begin_s), histogram(bucket))
                && let Some(point) = points.get_mut(place)
            {
                point.merge(histogram);
            }
        }
        Self { steps, points }
    }

    /// As a heat map.
    #[must_use]
    pub fn heatmap(&self) -> Heatmap {
        let bounds_us = HEATMAP_MS.map(|ms| ms * 1000);
        Heatmap {
            begin_at: moment(self.steps.begin_s * 1000),
            step_seconds: self.steps.step_s,
            buckets_ms: HEATMAP_MS.to_vec(),
            counts: self.points.iter().map(|histogram| histogram.counts_within(&bounds_us)).collect(),
        }
    }
}

/// How many took how long, at each point of a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Heatmap {
    begin_at: String,
    step_seconds: u64,
    buckets_ms: Vec<u64>,
    counts: Vec<Vec<u64>>,
}
