//! Everything that was measured, at one moment.

use std::borrow::Cow;
use std::sync::Arc;

use super::exemplar::Exemplar;

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, until the process ends.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How often what was measured fell between which bounds.
    Histogram,
}

impl Kind {
    /// As Prometheus calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// The labels of a series, in the order in which they were given.
pub type Labels = Arc<[(Cow<'static, str>, Cow<'static, str>)]>;

/// A metric: all series of one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Its name, as Prometheus has it: with its unit, and `_total` behind what is counted.
    pub name: Cow<'static, str>,
    /// What it is.
    pub kind: Kind,
    /// What it tells, in a sentence; empty when nobody has said.
    pub description: Cow<'static, str>,
    /// Its series.
    pub samples: Vec<Sample>,
}

impl Family {
    /// A metric without labels, of which this is the value.
    #[must_use]
    pub fn of_one(name: &'static str, kind: Kind, description: &'static str, value: f64) -> Self {
        Self::new(name, kind, description, vec![Sample::of(Arc::default(), value)])
    }

    /// A metric.
    #[must_use]
    pub fn new(name: &'static str, kind: Kind, description: &'static str, samples: Vec<Sample>) -> Self {
        Self { name: name.into(), kind, description: description.into(), samples }
    }

    /// Its unit in words, which is how its name ends; none for what is a mere number.
    #[must_use]
    pub fn unit(&self) -> Option<&'static str> {
        let name = self.name.strip_suffix("_total").unwrap_or(&self.name);
        ["seconds", "bytes"].into_iter().find(|unit| name.strip_suffix(unit).is_some_and(|rest| rest.ends_with('_')))
    }
}

/// One series of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// What tells it from the others.
    pub labels: Labels,
    /// Since when it is counted, in nanoseconds since 1970; zero when that is since the process began.
    pub since_unix_ns: u64,
    /// What was measured.
    pub point: Point,
}

impl Sample {
    /// A number, counted since the process began.
    #[must_use]
    pub fn of(labels: Labels, value: f64) -> Self {
        Self { labels, since_unix_ns: 0, point: Point::Number(value) }
    }
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Point {
    /// Of a counter or a gauge.
    Number(f64),
    /// Of a histogram.
    Distribution {
        /// The upper bounds of the buckets but the last.
        bounds: &'static [f64],
        /// How many fell into each bucket, without those before it.
        counts: Vec<u64>,
        /// Of all that was measured.
        sum: f64,
        /// The latest of each bucket that was measured in a trace.
        exemplars: Vec<Option<Exemplar>>,
    },
}
