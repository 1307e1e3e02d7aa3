//! Where requests could be made shorter.

use std::sync::Arc;

use serde_json::{Value, json};

use super::numbers::{ms, ms_of, rounded, share};
use crate::aggregate::bucket::micros;
use crate::analysis::bottlenecks::{Bottleneck, Kind, Sums};
use crate::analysis::trace::ROUTER;
use crate::store::traces::TraceFilter;
use crate::studio::Studio;
use crate::window::Window;

/// What is told of them.
const ITEMS: usize = 20;
/// Operations over their budget that are told.
const OVER_MAX: usize = 50;

impl Studio {
    /// What has held up the requests of a window, the worst first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn bottlenecks(&self, window: Window) -> Result<Value, sqlx::Error> {
        self.settle().await;
        let (steps, buckets) = self.shared.memory().tiers.within(window, self.shared.now_ms() / 1000);
        let sums = Sums::of(&buckets);
        let subgraph = |hash: &str, fetch: usize| -> Option<Arc<str>> {
            Some(self.shared.memory().operation(hash)?.subgraph(fetch)?.into())
        };
        let (requests, total_us) = (sums.whole.time.count(), sums.whole.time.sum_us());
        let mut items = Vec::new();
        for item in sums.bottlenecks(subgraph).into_iter().take(ITEMS) {
            let filter = TraceFilter {
                begin_us: steps.begin_s * 1_000_000,
                operation: item.operation.as_deref().map(str::to_owned),
                subgraph: (item.service.as_ref() != ROUTER).then(|| item.service.to_string()),
                ..TraceFilter::default()
            };
            let example = self.shared.store.longest(&filter).await?;
            let mut told = self.told_bottleneck(&item, requests, total_us);
            told["traceId"] = json!(example);
            items.push(told);
        }
        let over = self.over_budget(window).into_iter().take(OVER_MAX);
        let over = over.map(|slow| json!({ "hash": slow.hash, "name": slow.name, "p95Ms": ms_of(slow.p95_us) }));
        Ok(json!({
            "window": window,
            "requests": requests,
            "totalMs": ms(total_us),
            "services": services(&sums),
            "items": items,
            "budget": {
                "p95BudgetMs": ms(micros(self.shared.options.budget)),
                "over": over.collect::<Value>(),
            },
        }))
    }

    fn told_bottleneck(&self, item: &Bottleneck, requests: u64, total_us: u64) -> Value {
        let name = self.bottleneck_name(item);
        json!({
            "kind": match item.kind {
                Kind::Subgraph => "subgraph",
                Kind::Fetch => "fetch",
                Kind::Statement => "statement",
                Kind::Stage => "stage",
                Kind::Batch => "batch",
            },
            "service": item.service,
            "name": name,
            "operation": item.operation,
            "criticalMs": ms(item.critical_us),
            "share": rounded(item.share),
            "calls": item.calls,
            "p95Ms": ms_of(item.p95_us),
            "saves": {
                "ifHalvedMs": ms(item.halved_us / requests.max(1)),
                "share": share(item.halved_us, total_us),
                "sentence": item.saving(&name, requests),
            },
            "sentence": item.sentence(&name),
        })
    }

    fn bottleneck_name(&self, item: &Bottleneck) -> String {
        let memory = self.shared.memory();
        let known = item.operation.as_deref().and_then(|hash| memory.operation(hash));
        match (known, item.fetch) {
            (Some(known), Some(fetch)) => match &known.seen.record.name {
                Some(operation) => format!("{} in {operation}", known.fetch_name(fetch)),
                None => known.fetch_name(fetch),
            },
            _ => item.name.clone(),
        }
    }
}

/// How long each service was at work, and how much of that has held up requests.
fn services(sums: &Sums) -> Value {
    let waited: u64 = sums.subgraphs.values().map(|cell| cell.time.sum_us()).sum();
    let all_us = (sums.whole.overhead.sum_us() + waited).max(1);
    let whole_us = sums.whole.time.sum_us();
    let told = |service: &str, self_us: u64, critical_us: u64| {
        json!({
            "service": service,
            "selfMs": ms(self_us),
            "share": share(self_us, all_us),
            "criticalMs": ms(critical_us),
            "criticalShare": share(critical_us, whole_us),
        })
    };
    let mut services =
        vec![(sums.whole.critical_us, told(ROUTER, sums.whole.overhead.sum_us(), sums.whole.critical_us))];
    for (name, cell) in sums.subgraphs.iter().filter(|(_, cell)| cell.due > 0) {
        services.push((cell.critical_us, told(name, cell.time.sum_us(), cell.critical_us)));
    }
    services.sort_by_key(|service| std::cmp::Reverse(service.0));
    services.into_iter().map(|service| service.1).collect()
}
