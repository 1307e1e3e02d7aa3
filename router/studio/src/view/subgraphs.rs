//! The subgraphs: how they are doing, and what they define.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::numbers::{Histograms, Latency, Series, moment, ms_of, per_second, share};
use super::trace::parsed;
use crate::aggregate::{Bucket, FetchCell, SubgraphCell};
use crate::graph::SubgraphModel;
use crate::store::traces::{TraceFilter, TraceOrder};
use crate::studio::Studio;
use crate::window::{Steps, Window};

/// Traces in a subgraph's list.
const TRACES: u32 = 20;
/// Operations in a subgraph's list.
const OPERATIONS: usize = 50;

/// What the router knows of a subgraph now.
#[derive(Debug, Clone, Default)]
pub struct SubgraphFacts {
    /// Whether it runs in the router's process.
    pub in_process: bool,
    /// Whether it could be reached when it was last tried.
    pub is_reachable: Option<bool>,
    /// Requests that it is answering.
    pub in_flight: usize,
    /// At most so many, where that is bounded.
    pub in_flight_max: Option<usize>,
}

struct Counted {
    window: Window,
    steps: Steps,
    buckets: Vec<Arc<Bucket>>,
    all_us: u64,
}

impl Studio {
    /// All subgraphs. `facts` is what the router knows of each now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subgraphs(
        &self,
        window: Window,
        facts: &BTreeMap<String, SubgraphFacts>,
    ) -> Result<Value, sqlx::Error> {
        self.settle().await;
        let counted = self.counted(window);
        let mut told = Vec::new();
        if let Some(graph) = self.shared.graph() {
            for subgraph in &graph.subgraphs {
                told.push(self.told_subgraph(&counted, subgraph, facts.get(&subgraph.name)).await?);
            }
        }
        Ok(json!({ "window": window, "subgraphs": told }))
    }

    /// One subgraph; nothing when there is none of this name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subgraph(
        &self,
        name: &str,
        window: Window,
        facts: &BTreeMap<String, SubgraphFacts>,
    ) -> Result<Option<Value>, sqlx::Error> {
        self.settle().await;
        let Some(graph) = self.shared.graph() else { return Ok(None) };
        let Some(subgraph) = graph.subgraph(name) else { return Ok(None) };
        let counted = self.counted(window);
        let mut told = self.told_subgraph(&counted, subgraph, facts.get(name)).await?;
        let changes = self.shared.store.schemas(name).await?;
        let changes = changes.iter().filter(|change| !change.is_first).map(|change| {
            json!({
                "at": moment(change.at_ms),
                "added": change.added,
                "removed": change.removed,
                "changed": change.changed,
            })
        });
        let slowest = TraceFilter {
            begin_us: counted.steps.begin_s * 1_000_000,
            subgraph: Some(name.to_owned()),
            order: TraceOrder::Slowest,
            limit: TRACES,
            ..TraceFilter::default()
        };
        told["window"] = json!(window);
        told["sdl"] = json!(subgraph.sdl);
        told["changes"] = changes.collect();
        told["operations"] = self.operations_of(&counted, name);
        let entities = subgraph.entities.iter().map(|(ty, keys)| json!({ "type": ty, "keys": keys }));
        told["entities"] = entities.collect();
        told["slowest"] = parsed(&self.shared.store.traces(&slowest).await?.summaries);
        Ok(Some(told))
    }

    fn counted(&self, window: Window) -> Counted {
        let (steps, buckets) = self.shared.memory().tiers.within(window, self.shared.now_ms() / 1000);
        let all_us = buckets.iter().flat_map(|bucket| bucket.subgraphs.values()).map(|cell| cell.time.sum_us()).sum();
        Counted { window, steps, buckets, all_us }
    }

    async fn told_subgraph(
        &self,
        counted: &Counted,
        subgraph: &SubgraphModel,
        facts: Option<&SubgraphFacts>,
    ) -> Result<Value, sqlx::Error> {
        let name = subgraph.name.as_str();
        let mut cell = SubgraphCell::default();
        counted.buckets.iter().filter_map(|bucket| bucket.subgraphs.get(name)).for_each(|other| cell.merge(other));
        let histograms =
            Histograms::of(counted.steps, &counted.buckets, |bucket| Some(&bucket.subgraphs.get(name)?.time));
        let series = |count: fn(&SubgraphCell) -> u64| {
            Series::of_counts(counted.steps, &counted.buckets, |bucket| bucket.subgraphs.get(name).map_or(0, count))
        };
        let facts = facts.cloned().unwrap_or_default();
        let (health, reason) = health(&cell, facts.is_reachable);
        let versions = self.shared.store.schemas(name).await?;
        let changed = versions.first().filter(|version| !version.is_first);
        Ok(json!({
            "name": name,
            "url": if facts.in_process { None } else { subgraph.url.as_ref() },
            "inProcess": facts.in_process,
            "health": health,
            "healthReason": reason,
            "requests": cell.requests,
            "requestsPerSecond": per_second(cell.requests, counted.window.seconds()),
            "errors": cell.errors,
            "errorRate": share(cell.errors, cell.requests),
            "latency": Latency::of(&cell.time),
            "inFlight": facts.in_flight,
            "inFlightMax": facts.in_flight_max,
            "saturation": facts.in_flight_max.map(|max| share(facts.in_flight as u64, max as u64)),
            "cacheShare": share(cell.due - cell.requests.min(cell.due), cell.due),
            "timeShare": share(cell.time.sum_us(), counted.all_us),
            "series": {
                "requests": series(|cell| cell.requests),
                "errors": series(|cell| cell.errors),
                "p95": Series::of_quantiles(&histograms, 0.95),
            },
            "sdlHash": subgraph.sdl_hash,
            "sdlChangedAt": changed.map(|version| moment(version.at_ms)),
            "types": subgraph.types,
            "fields": subgraph.defined.len(),
        }))
    }

    /// The operations that have asked a subgraph, the one that took most of its time first.
    fn operations_of(&self, counted: &Counted, name: &str) -> Value {
        let memory = self.shared.memory();
        let mut found = Vec::new();
        for known in memory.operations() {
            let asks = |place: &usize| known.subgraph(*place) == Some(name);
            let places: Vec<usize> = (0..known.seen.record.plan.len()).filter(asks).collect();
            if places.is_empty() {
                continue;
            }
            let mut sum = FetchCell::default();
            for cell in counted.buckets.iter().filter_map(|bucket| bucket.operations.get(&known.hash)) {
                places.iter().filter_map(|place| cell.fetches.get(*place)).for_each(|fetch| sum.merge(fetch));
            }
            if sum.due > 0 {
                found.push((sum, Arc::clone(&known.seen.record)));
            }
        }
        drop(memory);
        let all_us = found.iter().map(|(sum, _)| sum.time.sum_us()).sum();
        found.sort_by_key(|(sum, _)| std::cmp::Reverse(sum.time.sum_us()));
        let told = found.into_iter().take(OPERATIONS).map(|(sum, record)| {
            json!({
                "hash": record.hash,
                "name": record.name,
                "requests": sum.executions,
                "p95Ms": sum.time.quantile_us(0.95).map(ms_of),
                "timeShare": share(sum.time.sum_us(), all_us),
            })
        });
        told.collect()
    }
}

/// By what was seen, and by whether it could be reached when it was last tried.
fn health(cell: &SubgraphCell, is_reachable: Option<bool>) -> (&'static str, Option<String>) {
    if is_reachable == Some(false) {
        return ("down", Some("It does not answer when it is asked whether it is there.".to_owned()));
    }
    let of_all = format!("{} of {} requests had no usable answer.", cell.failures, cell.requests);
    match (cell.failures, cell.requests) {
        (failures, requests) if failures > 0 && failures * 2 >= requests => ("down", Some(of_all)),
        (1.., _) => ("degraded", Some(of_all)),
        (0, 0) if is_reachable.is_none() => ("unknown", Some("It was not asked for anything.".to_owned())),
        _ => ("up", None),
    }
}
