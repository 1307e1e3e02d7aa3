//! The operations that were asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::numbers::{Histograms, Latency, Series, moment, ms_of, per_second, rounded, share};
use super::trace::parsed;
use crate::aggregate::bucket::micros;
use crate::aggregate::{Bucket, OperationCell};
use crate::analysis::regressions::{Regression, regression};
use crate::histogram::{Histogram, as_float};
use crate::memory::KnownOperation;
use crate::request::OperationKind;
use crate::store::traces::{TraceFilter, TraceOrder};
use crate::studio::Studio;
use crate::window::{Steps, Window};

/// Clients that a list names of each operation.
const CLIENTS: usize = 5;
/// Traces in an operation's lists.
const TRACES: u32 = 20;

/// What a list of operations is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OperationOrder {
    /// How often it was asked for.
    #[default]
    Requests,
    /// The share with an error.
    ErrorRate,
    /// The median of the duration.
    P50,
    /// What 95 of 100 did not exceed.
    P95,
    /// What 99 of 100 did not exceed.
    P99,
    /// The mean of what it may cost.
    Cost,
    /// The share of replies that were kept.
    CacheShare,
    /// The share of the time of all.
    Time,
    /// The name.
    Name,
}

impl OperationOrder {
    /// By its name in a query string.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "requests" => Self::Requests,
            "errorRate" => Self::ErrorRate,
            "p50" => Self::P50,
            "p95" => Self::P95,
            "p99" => Self::P99,
            "cost" => Self::Cost,
            "cacheShare" => Self::CacheShare,
            "time" => Self::Time,
            "name" => Self::Name,
            _ => return None,
        })
    }
}

/// Which operations are told.
#[derive(Debug, Clone, Default)]
pub struct OperationFilter {
    /// Those of this window.
    pub window: Window,
    /// Those with this text in their name or hash.
    pub search: Option<String>,
    /// Those of this kind.
    pub kind: Option<OperationKind>,
    /// Those that this client has asked for.
    pub client: Option<String>,
    /// Sorted by this.
    pub order: OperationOrder,
    /// The least first.
    pub ascending: bool,
    /// At most so many.
    pub limit: usize,
    /// Without so many at the beginning.
    pub after: usize,
}

/// An operation that takes longer than it should.
#[derive(Debug)]
pub(crate) struct OverBudget {
    pub(crate) hash: String,
    pub(crate) name: Option<String>,
    pub(crate) p95_us: f64,
}

/// An operation, and what was counted of it in a window.
struct Row {
    known: KnownOperation,
    cell: OperationCell,
}

struct Counted {
    window: Window,
    steps: Steps,
    buckets: Vec<Arc<Bucket>>,
    all_us: u64,
}

impl Studio {
    /// The operations of a window, a page at a time.
    pub async fn operations(&self, filter: &OperationFilter) -> Value {
        self.settle().await;
        let (counted, mut rows) = self.rows(filter.window);
        let search = filter.search.as_deref().map(str::to_lowercase);
        rows.retain(|row| {
            let record = &row.known.seen.record;
            let named = |text: &String| {
                record.hash.starts_with(text)
                    || record.name.as_ref().is_some_and(|name| name.to_lowercase().contains(text))
            };
            search.as_ref().is_none_or(named)
                && filter.kind.is_none_or(|kind| record.kind == kind)
                && filter.client.as_deref().is_none_or(|client| row.cell.clients.contains_key(client))
        });
        sort(&mut rows, filter);
        let total = rows.len();
        let page = rows.iter().skip(filter.after).take(filter.limit);
        let page: Vec<Value> = page.map(|row| self.told(&counted, row)).collect();
        let end = filter.after.saturating_add(page.len());
        json!({
            "window": filter.window,
            "total": total,
            "next": (end < total).then(|| end.to_string()),
            "operations": page,
        })
    }

    /// One operation; nothing when it was not asked for in the window.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn operation(&self, hash: &str, window: Window) -> Result<Option<Value>, sqlx::Error> {
        self.settle().await;
        let (counted, rows) = self.rows(window);
        let Some(row) = rows.into_iter().find(|row| row.known.hash.as_ref() == hash) else { return Ok(None) };
        let histograms = histograms(&counted, hash);
        let recent = TraceFilter {
            begin_us: counted.steps.begin_s * 1_000_000,
            operation: Some(hash.to_owned()),
            limit: TRACES,
            ..TraceFilter::default()
        };
        let slowest = TraceFilter { order: TraceOrder::Slowest, ..recent.clone() };
        let failing = TraceFilter { failed: Some(true), ..recent.clone() };
        let store = &self.shared.store;
        let mut told = self.told(&counted, &row);
        let requests = row.cell.time.count();
        let record = &row.known.seen.record;
        let fields = record.fields.iter().map(|field| json!({ "coordinate": field, "requests": requests }));
        told["text"] = json!(record.text);
        told["fields"] = fields.collect();
        told["plan"] = json!({ "fetches": plan(&row) });
        told["clients"] = clients(&row.cell);
        told["errorCodes"] =
            row.cell.codes.iter().map(|(code, count)| json!({ "code": code, "count": count })).collect();
        told["series"] = json!({
            "requests": counted_series(&counted, hash, |cell| cell.time.count()),
            "errors": counted_series(&counted, hash, |cell| cell.errors),
            "p50": Series::of_quantiles(&histograms, 0.5),
            "p95": Series::of_quantiles(&histograms, 0.95),
            "p99": Series::of_quantiles(&histograms, 0.99),
        });
        told["heatmap"] = json!(histograms.heatmap());
        told["slowest"] = parsed(&store.traces(&slowest).await?.summaries);
        told["recent"] = parsed(&store.traces(&recent).await?.summaries);
        told["failing"] = parsed(&store.traces(&failing).await?.summaries);
        Ok(Some(told))
    }

    /// Operations whose p95 is over the budget, the slowest first.
    pub(crate) fn over_budget(&self, window: Window) -> Vec<OverBudget> {
        let budget_us = as_float(micros(self.shared.options.budget));
        let mut over: Vec<OverBudget> = self
            .rows(window)
            .1
            .into_iter()
            .filter_map(|row| {
                let p95_us = row.cell.time.quantile_us(0.95).filter(|p95| *p95 > budget_us)?;
                let record = &row.known.seen.record;
                Some(OverBudget { hash: record.hash.clone(), name: record.name.clone(), p95_us })
            })
            .collect();
        over.sort_by(|one, other| other.p95_us.total_cmp(&one.p95_us));
        over
    }

    fn rows(&self, window: Window) -> (Counted, Vec<Row>) {
        let memory = self.shared.memory();
        let (steps, buckets) = memory.tiers.within(window, self.shared.now_ms() / 1000);
        let mut cells: BTreeMap<&Arc<str>, OperationCell> = BTreeMap::new();
        for (hash, cell) in buckets.iter().flat_map(|bucket| &bucket.operations) {
            cells.entry(hash).or_default().merge(cell);
        }
        let rows =
            cells.into_iter().filter_map(|(hash, cell)| Some(Row { known: memory.operation(hash)?.clone(), cell }));
        let rows = rows.collect();
        let all_us = buckets.iter().map(|bucket| bucket.whole.time.sum_us()).sum();
        drop(memory);
        (Counted { window, steps, buckets, all_us }, rows)
    }

    fn told(&self, counted: &Counted, row: &Row) -> Value {
        let (record, cell) = (&row.known.seen.record, &row.cell);
        let requests = cell.time.count();
        let mut clients: Vec<_> = cell.clients.iter().map(|(name, client)| (client.time.count(), name)).collect();
        clients.sort_by_key(|client| std::cmp::Reverse(client.0));
        let clients = clients.into_iter().take(CLIENTS);
        json!({
            "hash": record.hash,
            "name": record.name,
            "kind": record.kind,
            "requests": requests,
            "requestsPerSecond": per_second(requests, counted.window.seconds()),
            "errors": cell.errors,
            "errorRate": share(cell.errors, requests),
            "latency": Latency::of(&cell.time),
            "costMean": (cell.costed > 0).then(|| ms_of(as_float(cell.cost) / as_float(cell.costed) * 1000.0)),
            "cacheShare": share(cell.hits, requests),
            "timeShare": share(cell.time.sum_us(), counted.all_us),
            "clients": clients.map(|(requests, name)| json!({ "name": name, "requests": requests })).collect::<Value>(),
            "sparkline": counted_series(counted, &record.hash, |cell| cell.time.count()),
            "sparklineP95": Series::of_quantiles(&histograms(counted, &record.hash), 0.95),
            "regression": self.regression(&record.hash).map(|found| json!({
                "sinceAt": moment(self.shared.changed_ms()),
                "p95BeforeMs": ms_of(found.before_us),
                "p95AfterMs": ms_of(found.after_us),
                "factor": rounded(found.factor()),
            })),
            "lastSeenAt": moment(cell.last_ms),
        })
    }

    /// Whether an operation takes longer since the router was started or its graph has changed, than in the day before.
    fn regression(&self, hash: &str) -> Option<Regression> {
        let (changed_s, now_s) = (self.shared.changed_ms() / 1000, self.shared.now_ms() / 1000);
        let between = |begin_s, end_s| {
            let buckets = self.shared.memory().tiers.between(Window::SixHours, begin_s, end_s);
            let mut histogram = Histogram::default();
            for cell in buckets.iter().filter_map(|bucket| bucket.operations.get(hash)) {
                histogram.merge(&cell.time);
            }
            histogram
        };
        // The step in which it changed has requests of both.
        let step_s = Window::SixHours.step_seconds();
        let before = between(changed_s.saturating_sub(24 * 3_600), changed_s - changed_s % step_s);
        let after = between(changed_s - changed_s % step_s + 1, now_s + 1);
        regression(&before, &after)
    }
}

fn sort(rows: &mut [Row], filter: &OperationFilter) {
    let number = |row: &Row| -> f64 {
        let (cell, requests) = (&row.cell, as_float(row.cell.time.count()).max(1.0));
        let quantile = |share| cell.time.quantile_us(share).unwrap_or_default();
        match filter.order {
            OperationOrder::Requests => requests,
            OperationOrder::ErrorRate => as_float(cell.errors) / requests,
            OperationOrder::P50 => quantile(0.5),
            OperationOrder::P95 => quantile(0.95),
            OperationOrder::P99 => quantile(0.99),
            OperationOrder::Cost => as_float(cell.cost) / as_float(cell.costed).max(1.0),
            OperationOrder::CacheShare => as_float(cell.hits) / requests,
            OperationOrder::Time => as_float(cell.time.sum_us()),
            OperationOrder::Name => 0.0,
        }
    };
    let name = |row: &Row| row.known.seen.record.name.as_ref().map(|name| name.to_lowercase());
    let key = |row: &Row| row.known.seen.record.hash.clone();
    if filter.order == OperationOrder::Name {
        rows.sort_by_cached_key(|row| (name(row).is_none(), name(row), key(row)));
    } else {
        rows.sort_by(|one, other| number(one).total_cmp(&number(other)).then_with(|| key(one).cmp(&key(other))));
    }
    if !filter.ascending {
        rows.reverse();
    }
}

fn histograms(counted: &Counted, hash: &str) -> Histograms {
    Histograms::of(counted.steps, &counted.buckets, |bucket| bucket.operations.get(hash).map(|cell| &cell.time))
}

fn counted_series(counted: &Counted, hash: &str, count: impl Fn(&OperationCell) -> u64) -> Series {
    Series::of_counts(counted.steps, &counted.buckets, |bucket| bucket.operations.get(hash).map_or(0, &count))
}

fn clients(cell: &OperationCell) -> Value {
    let mut clients: Vec<_> = cell.clients.iter().collect();
    clients.sort_by_key(|(_, client)| std::cmp::Reverse(client.time.count()));
    let told = clients.into_iter().map(|(name, client)| {
        let p95 = client.time.quantile_us(0.95).map(ms_of);
        json!({ "name": name, "requests": client.time.count(), "errors": client.errors, "p95Ms": p95 })
    });
    told.collect()
}

/// The plan, with what was counted of each fetch.
fn plan(row: &Row) -> Vec<Value> {
    let fetches = row.known.seen.record.plan.iter().enumerate().map(|(index, planned)| {
        let cell = row.cell.fetches.get(index).cloned().unwrap_or_default();
        let whole_us = row.cell.time.sum_us();
        json!({
            "index": index,
            "name": row.known.fetch_name(index),
            "subgraph": planned.subgraph,
            "dependsOn": planned.depends_on,
            "paths": planned.paths,
            "document": planned.document,
            "executions": cell.executions,
            "latency": Latency::of(&cell.time),
            "timeShare": share(cell.time.sum_us(), whole_us),
            "criticalShare": share(cell.critical_us, whole_us),
            "errors": cell.errors,
            "entitiesMean": (cell.due > 0).then(|| rounded(as_float(cell.entities) / as_float(cell.due))),
            "keptShare": kept_share(&cell),
        })
    });
    fetches.collect()
}

/// Of objects where it asks about some, else of the times that it was due.
fn kept_share(cell: &crate::aggregate::FetchCell) -> f64 {
    if cell.entities > 0 {
        share(cell.kept, cell.entities)
    } else {
        share(cell.due - cell.executions.min(cell.due), cell.due)
    }
}
