//! How all requests are doing.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::numbers::{Histograms, Latency, Series, moment, ms, per_second, share};
use super::trace::parsed;
use crate::aggregate::WholeCell;
use crate::aggregate::bucket::micros;
use crate::histogram::as_float;
use crate::store::traces::{TraceFilter, TraceOrder};
use crate::studio::Studio;
use crate::window::Window;

/// Traces in the overview's lists.
const TRACES: u32 = 10;
/// A share of errors that is worth an alert, and one that is worth more.
const ERRORS_WARNING: f64 = 0.01;
const ERRORS_CRITICAL: f64 = 0.1;
/// Fewer requests are worth none.
const REQUESTS_MIN: u64 = 10;

impl Studio {
    /// All requests of a window.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn overview(&self, window: Window) -> Result<Value, sqlx::Error> {
        self.settle().await;
        let now_ms = self.shared.now_ms();
        let (steps, buckets) = self.shared.memory().tiers.within(window, now_ms / 1000);
        let mut whole = WholeCell::default();
        buckets.iter().for_each(|bucket| whole.merge(&bucket.whole));
        let requests = whole.time.count();
        let histograms = Histograms::of(steps, &buckets, |bucket| Some(&bucket.whole.time));
        let filter = TraceFilter { begin_us: steps.begin_s * 1_000_000, limit: TRACES, ..TraceFilter::default() };
        let slowest = TraceFilter { order: TraceOrder::Slowest, ..filter.clone() };
        let failing = TraceFilter { failed: Some(true), ..filter };
        let totals = self.shared.store.trace_totals().await?;
        let options = &self.shared.options;
        Ok(json!({
            "window": window,
            "beginAt": moment(steps.begin_s * 1000),
            "endAt": moment(now_ms),
            "requests": requests,
            "requestsPerSecond": per_second(requests, window.seconds().min(steps.end_s - steps.begin_s)),
            "errors": whole.errors,
            "errorRate": share(whole.errors, requests),
            "latency": Latency::of(&whole.time),
            "overhead": Latency::of(&whole.overhead),
            "cacheShare": share(whole.hits, requests),
            "since": {
                "startedAt": moment(self.shared.started_ms),
                "reloadedAt": self.shared.reloaded_ms().map(moment),
            },
            "series": {
                "requests": Series::of_counts(steps, &buckets, |bucket| bucket.whole.time.count()),
                "errors": Series::of_counts(steps, &buckets, |bucket| bucket.whole.errors),
                "p50": Series::of_quantiles(&histograms, 0.5),
                "p95": Series::of_quantiles(&histograms, 0.95),
                "p99": Series::of_quantiles(&histograms, 0.99),
            },
            "heatmap": histograms.heatmap(),
            "slowest": parsed(&self.shared.store.traces(&slowest).await?.summaries),
            "failing": parsed(&self.shared.store.traces(&failing).await?.summaries),
            "alerts": self.alerts(window, &whole),
            "store": {
                "traces": totals.traces,
                "bytes": totals.bytes,
                "bytesMax": options.bytes_max,
                "oldestAt": totals.oldest_us.map(|us| moment(us / 1000)),
                "ageMaxSeconds": options.age_max.as_secs(),
                "dropped": self.dropped(),
                "queuedSpans": self.shared.queued_spans.load(Ordering::Relaxed),
            },
        }))
    }

    fn alerts(&self, window: Window, whole: &WholeCell) -> Vec<Value> {
        let mut alerts = Vec::new();
        let mut alert = |level: &str, what: String, why: String, href: String| {
            alerts.push(json!({ "level": level, "what": what, "why": why, "href": href }));
        };
        let requests = whole.time.count();
        let rate = share(whole.errors, requests);
        if requests >= REQUESTS_MIN && rate >= ERRORS_WARNING {
            let level = if rate >= ERRORS_CRITICAL { "critical" } else { "warning" };
            let why = format!("{} of {requests} requests had an error.", whole.errors);
            alert(level, format!("{:.1} % of requests fail", rate * 100.0), why, "#/traces?status=error".to_owned());
        }
        for (name, failures, asked) in self.failing_subgraphs(window) {
            let why = format!("{failures} of {asked} requests to it had no usable answer.");
            alert("critical", format!("{name} does not answer"), why, format!("#/subgraphs/{name}"));
        }
        let budget_us = micros(self.shared.options.budget);
        for slow in self.over_budget(window).into_iter().take(5) {
            let why =
                format!("Its p95 is {:.0} ms, and should be at most {:.0} ms.", slow.p95_us / 1000.0, ms(budget_us));
            let name = slow.name.as_deref().unwrap_or("An operation without a name");
            alert("warning", format!("{name} is over its budget"), why, format!("#/operations/{}", slow.hash));
        }
        if self.dropped() > 0 {
            let why = format!("{} messages found no room in the queue.", self.dropped());
            alert("warning", "The studio has not seen everything".to_owned(), why, "#/overview".to_owned());
        }
        alerts
    }

    /// Subgraphs that have mostly failed to answer: the name, how often, and of how many.
    fn failing_subgraphs(&self, window: Window) -> Vec<(String, u64, u64)> {
        let now_s = self.shared.now_ms() / 1000;
        let (_, buckets) = self.shared.memory().tiers.within(window, now_s);
        let mut failing: std::collections::BTreeMap<&str, (u64, u64)> = Default::default();
        for (name, cell) in buckets.iter().flat_map(|bucket| &bucket.subgraphs) {
            let sums = failing.entry(name).or_default();
            *sums = (sums.0 + cell.failures, sums.1 + cell.requests);
        }
        let failing = failing.into_iter().filter(|(_, (failures, asked))| {
            *failures > 0 && as_float(*failures) >= as_float(*asked) * ERRORS_CRITICAL
        });
        failing.map(|(name, (failures, asked))| (name.to_owned(), failures, asked)).collect()
    }
}
