//! Where series are found again, and how many there may be.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use ::metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use super::buckets;
use super::collector::Collector;
use super::exemplar::now_unix_ns;
use super::series::{Count, Distribution, Level};
use super::snapshot::{Family, Kind, Labels, Sample};

/// Most series of one name. Those after that are counted in one, whose only label is [`OVERFLOW`].
pub const SERIES_MAX: usize = 2_000;

/// The label of the series that stands for those without a place, as OpenTelemetry names it
/// (Metrics SDK, "Overflow attribute").
pub const OVERFLOW: &str = "otel_metric_overflow";

/// So that threads seldom wait for each other.
const SHARDS: usize = 16;

/// Every counter, gauge and histogram of a process.
///
/// Looking up what is there takes the read lock of one of several tables; only what is new takes the lock of all.
#[derive(Debug)]
pub struct Registry {
    found: [RwLock<Found>; SHARDS],
    families: Mutex<BTreeMap<String, Registered>>,
    collectors: Mutex<Vec<Box<dyn Collector>>>,
}

/// A key of the facade carries its own hash.
type Found = HashMap<Key, Series, BuildHasherDefault<OwnHash>>;

#[derive(Debug, Clone)]
enum Series {
    Counter(Arc<Count>),
    Gauge(Arc<Level>),
    Histogram(Arc<Distribution>),
    /// Of another kind than the name has been before: measured by nobody.
    Misfit,
}

/// A name.
#[derive(Debug, Default)]
struct Registered {
    description: Cow<'static, str>,
    /// By the first that was said of it.
    kind: Option<Kind>,
    series: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    labels: Labels,
    since_unix_ns: u64,
    series: Series,
}

#[derive(Default)]
struct OwnHash(u64);

impl Hasher for OwnHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("invariant: the facade's keys hash themselves to a number");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl Registry {
    /// Without anything in it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            found: std::array::from_fn(|_| RwLock::default()),
            families: Mutex::default(),
            collectors: Mutex::default(),
        }
    }

    /// Has a collector asked whenever metrics are.
    pub fn collect_from(&self, collector: impl Collector + 'static) {
        self.collectors.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(collector));
    }

    /// Everything that was measured until now, by name. A name of several collectors is one metric.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Family> {
        let mut snapshot: BTreeMap<String, Family> = BTreeMap::new();
        for (name, registered) in self.families().iter() {
            let Some(kind) = registered.kind else { continue };
            let samples = registered.series.iter().map(Member::sample).collect();
            let description = registered.description.clone();
            snapshot.insert(name.clone(), Family { name: name.clone().into(), kind, description, samples });
        }
        for collector in self.collectors.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            for family in collector.collect() {
                match snapshot.get_mut(&*family.name) {
                    Some(known) if known.kind == family.kind => known.samples.extend(family.samples),
                    Some(_) => {}
                    None => drop(snapshot.insert(family.name.to_string(), family)),
                }
            }
        }
        snapshot.into_values().collect()
    }

    /// Forgets the series of these names in which a label has this value. Handles of them measure nothing that is seen.
    pub fn forget(&self, names: &[&str], label: &str, value: &str) {
        let is_meant = |given: &str, its: &str| given == label && its == value;
        for name in names {
            if let Some(registered) = self.families().get_mut(*name) {
                registered.series.retain(|member| !member.labels.iter().any(|(given, its)| is_meant(given, its)));
            }
        }
        for shard in &self.found {
            let is_forgotten = |key: &Key| {
                names.contains(&key.name()) && key.labels().any(|given| is_meant(given.key(), given.value()))
            };
            shard.write().unwrap_or_else(PoisonError::into_inner).retain(|key, _| !is_forgotten(key));
        }
    }

    fn families(&self) -> MutexGuard<'_, BTreeMap<String, Registered>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn describe(&self, name: &KeyName, kind: Kind, description: SharedString) {
        let mut families = self.families();
        let registered = families.entry(name.as_str().to_owned()).or_default();
        registered.kind.get_or_insert(kind);
        registered.description = description.into_owned().into();
    }

    fn find_or_add(&self, key: &Key, kind: Kind) -> Series {
        let shard = &self.found[shard_of(key.get_hash())];
        if let Some(series) = shard.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return if series.kind() == Some(kind) { series.clone() } else { Series::Misfit };
        }
        let mut families = self.families();
        let registered = families.entry(key.name().to_owned()).or_default();
        if *registered.kind.get_or_insert(kind) != kind {
            tracing::warn!(metric = key.name(), "a metric is measured as two kinds of metric; the second is not kept");
            return Series::Misfit;
        }
        let labels: Labels = key.labels().map(|label| owned(label.key(), label.value())).collect();
        // Another thread may have been faster, or the same labels were given in another order.
        if let Some(member) = registered.series.iter().find(|member| is_same(&member.labels, &labels)) {
            return member.series.clone();
        }
        if registered.series.len() >= SERIES_MAX {
            return registered.overflow(key.name(), kind);
        }
        let series = registered.add(key.name(), kind, labels);
        shard.write().unwrap_or_else(PoisonError::into_inner).insert(key.to_retained(), series.clone());
        series
    }
}

impl Registered {
    fn add(&mut self, name: &str, kind: Kind, labels: Labels) -> Series {
        let series = match kind {
            Kind::Counter => Series::Counter(Arc::default()),
            Kind::Gauge => Series::Gauge(Arc::default()),
            Kind::Histogram => Series::Histogram(Arc::new(Distribution::new(buckets::of(name)))),
        };
        self.series.push(Member { labels, since_unix_ns: now_unix_ns(), series: series.clone() });
        series
    }

    /// The series that stands for those without a place.
    fn overflow(&mut self, name: &str, kind: Kind) -> Series {
        let is_overflow = |member: &&Member| member.labels.iter().any(|(label, _)| label == OVERFLOW);
        if let Some(member) = self.series.iter().rev().find(is_overflow) {
            return member.series.clone();
        }
        tracing::warn!(metric = name, "a metric has more series than are kept; the rest is counted in one");
        self.add(name, kind, Arc::new([(OVERFLOW.into(), "true".into())]))
    }
}

impl Member {
    fn sample(&self) -> Sample {
        let point = match &self.series {
            Series::Counter(count) => count.point(),
            Series::Gauge(level) => level.point(),
            Series::Histogram(distribution) => distribution.point(),
            Series::Misfit => unreachable!("invariant: a misfit is a member of nothing"),
        };
        Sample { labels: Arc::clone(&self.labels), since_unix_ns: self.since_unix_ns, point }
    }
}

impl Series {
    fn kind(&self) -> Option<Kind> {
        match self {
            Self::Counter(_) => Some(Kind::Counter),
            Self::Gauge(_) => Some(Kind::Gauge),
            Self::Histogram(_) => Some(Kind::Histogram),
            Self::Misfit => None,
        }
    }
}

impl Recorder for Registry {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&key, Kind::Counter, description);
    }

    fn describe_gauge(&self, key: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&key, Kind::Gauge, description);
    }

    fn describe_histogram(&self, key: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&key, Kind::Histogram, description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        match self.find_or_add(key, Kind::Counter) {
            Series::Counter(count) => Counter::from_arc(count),
            _ => Counter::noop(),
        }
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        match self.find_or_add(key, Kind::Gauge) {
            Series::Gauge(level) => Gauge::from_arc(level),
            _ => Gauge::noop(),
        }
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        match self.find_or_add(key, Kind::Histogram) {
            Series::Histogram(distribution) => Histogram::from_arc(distribution),
            _ => Histogram::noop(),
        }
    }
}

fn shard_of(hash: u64) -> usize {
    // Tables take the low bits and the highest.
    usize::try_from(hash >> 32).unwrap_or_default() % SHARDS
}

fn owned(label: &str, value: &str) -> (Cow<'static, str>, Cow<'static, str>) {
    (label.to_owned().into(), value.to_owned().into())
}

fn is_same(known: &Labels, given: &Labels) -> bool {
    known.len() == given.len() && given.iter().all(|label| known.contains(label))
}

#[cfg(test)]
mod tests {
    use ::metrics::{counter, describe_counter, gauge, histogram, with_local_recorder};

    use super::*;
    use crate::TraceId;
    use crate::metrics::snapshot::Point;
    use crate::metrics::{Format, with_trace};

    fn family(registry: &Registry, name: &str) -> Family {
        registry.snapshot().into_iter().find(|family| family.name == name).expect("a metric of this name")
    }

    #[test]
    fn what_is_measured_is_found_by_name_and_labels() {
        let registry = Registry::new();
        with_local_recorder(&registry, || {
            describe_counter!("asked_total", "Questions.");
            for (subgraph, outcome) in [("media", "hit"), ("media", "miss"), ("media", "hit")] {
                counter!("asked_total", "subgraph" => subgraph, "outcome" => outcome).increment(2);
            }
            // The same labels in another order are the same series.
            counter!("asked_total", "outcome" => "hit", "subgraph" => "media").increment(1);
            gauge!("open").increment(3);
            gauge!("open").decrement(1);
            for seconds in [0.000_1, 0.05, 0.051, 99.0, f64::NAN] {
                histogram!("wait_seconds").record(seconds);
            }
        });
        let asked = family(&registry, "asked_total");
        assert_eq!((asked.kind, &*asked.description), (Kind::Counter, "Questions."));
        let points: Vec<_> = asked.samples.iter().map(|sample| (sample.labels[1].1.as_ref(), &sample.point)).collect();
        assert_eq!(points, [("hit", &Point::Number(5.0)), ("miss", &Point::Number(2.0))]);
        assert_eq!(family(&registry, "open").samples[0].point, Point::Number(2.0));
        let Point::Distribution { bounds, counts, sum, .. } = family(&registry, "wait_seconds").samples.remove(0).point
        else {
            panic!("no histogram")
        };
        // A bound is in its bucket.
        let filled: Vec<_> = counts.iter().enumerate().filter(|(_, count)| **count > 0).collect();
        let place = |bound: f64| bounds.iter().position(|its| *its >= bound).unwrap();
        assert_eq!(filled, [(place(0.000_1), &1), (place(0.05), &1), (place(0.051), &1), (bounds.len(), &1)]);
        assert!((sum - 99.1011).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn the_latest_measurement_of_a_trace_stands_for_its_bucket() {
        let registry = Registry::new();
        let trace = TraceId::new([7; 16]);
        with_local_recorder(&registry, || {
            with_trace(trace, || [0.011, 0.012].map(|seconds| histogram!("wait_seconds").record(seconds)));
            histogram!("wait_seconds").record(0.013);
        });
        let text = Format::OpenMetrics.render(&registry.snapshot()).body;
        let lines: Vec<_> = text.lines().filter(|line| line.contains(" # ")).collect();
        assert_eq!(lines.len(), 1, "{text}");
        let begin = format!(r#"wait_seconds_bucket{{le="0.025"}} 3 # {{trace_id="{}"}} 0.012 "#, trace.unwrap());
        assert!(lines[0].starts_with(&begin), "{text}");
    }

    #[test]
    fn a_name_keeps_its_kind() {
        let registry = Registry::new();
        with_local_recorder(&registry, || {
            counter!("asked_total").increment(1);
            gauge!("asked_total").set(7);
            histogram!("asked_total", "of" => "another").record(7);
        });
        let samples = family(&registry, "asked_total").samples;
        assert_eq!((samples.len(), &samples[0].point), (1, &Point::Number(1.0)));
    }

    /// AMP-22: whatever is measured, a name has so many series and one more, and everything is counted.
    #[test]
    fn the_series_of_a_name_are_bounded() {
        let registry = Registry::new();
        with_local_recorder(&registry, || {
            for id in 0..SERIES_MAX + 50 {
                counter!("asked_total", "id" => id.to_string()).increment(1);
            }
        });
        let samples = family(&registry, "asked_total").samples;
        assert_eq!(samples.len(), SERIES_MAX + 1);
        assert_eq!(samples[SERIES_MAX].labels[0].0, OVERFLOW);
        assert_eq!(samples[SERIES_MAX].point, Point::Number(50.0));
        assert_eq!(registry.found.iter().map(|shard| shard.read().unwrap().len()).sum::<usize>(), SERIES_MAX);
    }

    #[test]
    fn a_forgotten_series_begins_anew() {
        let registry = Registry::new();
        with_local_recorder(&registry, || {
            let count = || counter!("asked_total", "operation" => "Home").increment(1);
            count();
            count();
            counter!("asked_total", "operation" => "Other").increment(1);
            registry.forget(&["asked_total"], "operation", "Home");
            assert_eq!(family(&registry, "asked_total").samples.len(), 1);
            count();
        });
        assert_eq!(family(&registry, "asked_total").samples[1].point, Point::Number(1.0));
    }
}
