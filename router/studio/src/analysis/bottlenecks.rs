//! Where requests could be made shorter: what was on their critical paths, added up over a window.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::explain::milliseconds;
use super::trace::{Inner, ROUTER};
use crate::aggregate::{Bucket, FetchCell, InnerCell, StageCell, SubgraphCell, WholeCell};
use crate::histogram::as_float;

/// Work that is done so often within one request, and could be done at once.
const BATCH_TIMES: u64 = 10;
/// What is less is not worth looking at.
const SHARE_MIN: f64 = 0.005;

/// What kind of thing holds up requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// All requests to a subgraph.
    Subgraph,
    /// A fetch of an operation.
    Fetch,
    /// A statement for a database.
    Statement,
    /// A stage of the router.
    Stage,
    /// Work that is done again and again within one request.
    Batch,
}

/// Something that holds up requests.
#[derive(Debug, Clone, PartialEq)]
pub struct Bottleneck {
    /// What kind of thing.
    pub kind: Kind,
    /// Where.
    pub service: Arc<str>,
    /// What: a subgraph, a stage, a statement, or the place of a fetch in the plan of its operation.
    pub name: String,
    /// The hash of the operation, if it is that of one.
    pub operation: Option<Arc<str>>,
    /// The place of the fetch in its plan.
    pub fetch: Option<usize>,
    /// How long it has held up requests, in microseconds.
    pub critical_us: u64,
    /// As a share of the time of all.
    pub share: f64,
    /// How often it was done.
    pub calls: u64,
    /// In microseconds.
    pub p95_us: f64,
    /// How much shorter all requests together would have been, had it taken half as long; in microseconds.
    pub halved_us: u64,
    /// The most often that it was done within one request, where that is known.
    pub times_max: u64,
}

/// What has held up the requests of a window.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    /// All requests.
    pub whole: WholeCell,
    /// By subgraph.
    pub subgraphs: BTreeMap<Arc<str>, SubgraphCell>,
    /// By operation and place in its plan.
    pub fetches: BTreeMap<(Arc<str>, usize), FetchCell>,
    /// By stage.
    pub stages: BTreeMap<Arc<str>, StageCell>,
    /// By [`Inner::key`].
    pub inner: BTreeMap<Arc<str>, InnerCell>,
}

impl Sums {
    /// Adds up the buckets of a window.
    #[must_use]
    pub fn of(buckets: &[Arc<Bucket>]) -> Self {
        let mut sums = Self::default();
        for bucket in buckets {
            sums.whole.merge(&bucket.whole);
            for (name, cell) in &bucket.subgraphs {
                sums.subgraphs.entry(Arc::clone(name)).or_default().merge(cell);
            }
            for (hash, cell) in &bucket.operations {
                for (place, fetch) in cell.fetches.iter().enumerate() {
                    sums.fetches.entry((Arc::clone(hash), place)).or_default().merge(fetch);
                }
            }
            for (name, cell) in &bucket.stages {
                sums.stages.entry(Arc::clone(name)).or_default().merge(cell);
            }
            for (key, cell) in &bucket.inner {
                sums.inner.entry(Arc::clone(key)).or_default().merge(cell);
            }
        }
        sums
    }

    /// What holds up requests, the worst first. `subgraph` names that of an operation's fetch.
    #[must_use]
    pub fn bottlenecks(&self, subgraph: impl Fn(&str, usize) -> Option<Arc<str>>) -> Vec<Bottleneck> {
        let mut found: Vec<Bottleneck> = Vec::new();
        found.extend(self.subgraphs.iter().map(|(name, cell)| self.of_subgraph(name, cell)));
        found.extend(self.fetches.iter().filter_map(|((hash, place), cell)| {
            let service = subgraph(hash, *place)?;
            Some(self.of_fetch(&service, hash, *place, cell))
        }));
        found.extend(self.stages.iter().map(|(name, cell)| self.of_stage(name, cell)));
        found.extend(self.inner.iter().filter_map(|(key, cell)| self.of_inner(key, cell)));
        found.retain(|item| item.share >= SHARE_MIN);
        found.sort_by(|one, other| other.critical_us.cmp(&one.critical_us).then(one.kind.cmp(&other.kind)));
        found
    }

    fn item(&self, kind: Kind, service: &Arc<str>, name: &str, critical_us: u64) -> Bottleneck {
        let all = self.whole.time.sum_us();
        Bottleneck {
            kind,
            service: Arc::clone(service),
            name: name.to_owned(),
            operation: None,
            fetch: None,
            critical_us,
            share: if all == 0 { 0.0 } else { as_float(critical_us) / as_float(all) },
            calls: 0,
            p95_us: 0.0,
            halved_us: critical_us / 2,
            times_max: 0,
        }
    }

    fn of_subgraph(&self, name: &Arc<str>, cell: &SubgraphCell) -> Bottleneck {
        Bottleneck {
            calls: cell.requests,
            p95_us: cell.time.quantile_us(0.95).unwrap_or_default(),
            halved_us: cell.halved_us,
            ..self.item(Kind::Subgraph, name, name, cell.critical_us)
        }
    }

    fn of_fetch(&self, service: &Arc<str>, hash: &Arc<str>, place: usize, cell: &FetchCell) -> Bottleneck {
        Bottleneck {
            operation: Some(Arc::clone(hash)),
            fetch: Some(place),
            calls: cell.executions,
            p95_us: cell.time.quantile_us(0.95).unwrap_or_default(),
            halved_us: cell.halved_us,
            ..self.item(Kind::Fetch, service, &format!("fetch {place}"), cell.critical_us)
        }
    }

    fn of_stage(&self, name: &Arc<str>, cell: &StageCell) -> Bottleneck {
        Bottleneck {
            calls: cell.time.count(),
            p95_us: cell.time.quantile_us(0.95).unwrap_or_default(),
            ..self.item(Kind::Stage, &ROUTER.into(), name, cell.critical_us)
        }
    }

    /// Spans are known of some requests only: what they tell of a subgraph stands for all that it took.
    fn of_inner(&self, key: &str, cell: &InnerCell) -> Option<Bottleneck> {
        let (service, is_statement, name) = Inner::of_key(key)?;
        let is_batch = cell.times_max >= BATCH_TIMES;
        if !is_statement && !is_batch {
            return None;
        }
        let (service, subgraph): (Arc<str>, _) = (service.into(), self.subgraphs.get(service));
        let stands_for = subgraph.filter(|subgraph| subgraph.seen_critical_us > 0).map_or(1.0, |subgraph| {
            as_float(subgraph.critical_us.max(subgraph.seen_critical_us)) / as_float(subgraph.seen_critical_us)
        });
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "microseconds that are not negative"
        )]
        let critical_us = (as_float(cell.critical_us) * stands_for) as u64;
        let kind = if is_batch { Kind::Batch } else { Kind::Statement };
        Some(Bottleneck {
            calls: cell.time.count(),
            p95_us: cell.time.quantile_us(0.95).unwrap_or_default(),
            times_max: cell.times_max,
            ..self.item(kind, &service, name, critical_us)
        })
    }
}

impl Bottleneck {
    /// What it is, in one sentence. `name` is how people call it.
    #[must_use]
    pub fn sentence(&self, name: &str) -> String {
        let (service, percent) = (&self.service, percent(self.share));
        let p95 = milliseconds(whole_us(self.p95_us));
        match self.kind {
            Kind::Subgraph => format!("{percent} of all time was spent waiting for {service} (p95 {p95} ms)."),
            Kind::Fetch => format!("{percent} of all time was spent on {name}, waiting for {service} (p95 {p95} ms)."),
            Kind::Statement => {
                format!("About {percent} of all time was spent in a statement of {service} (p95 {p95} ms).")
            }
            Kind::Stage => format!("{percent} of all time was spent in the router's stage {name}."),
            Kind::Batch => {
                let times = self.times_max;
                format!(
                    "About {percent} of all time: {service} does this up to {times} times in one request; at once would do."
                )
            }
        }
    }

    /// What would be saved, in one sentence, when there were so many requests in all.
    #[must_use]
    pub fn saving(&self, name: &str, requests: u64) -> String {
        let each = milliseconds(self.halved_us / requests.max(1));
        let what = match self.kind {
            Kind::Subgraph => format!("If {} answered in half the time", self.service),
            Kind::Stage => format!("If the stage {name} took half the time"),
            Kind::Fetch => format!("If {name} took half the time"),
            Kind::Statement | Kind::Batch => "If it took half the time".to_owned(),
        };
        format!("{what}, requests would be answered {each} ms sooner on average.")
    }
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 10.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "microseconds that are not negative")]
fn whole_us(us: f64) -> u64 {
    us as u64
}
