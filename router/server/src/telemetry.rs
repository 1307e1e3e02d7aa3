//! Metrics. Every label has few values: stages, kinds, status codes, and names from the supergraph; of those that
//! clients choose, the most used ones have series of their own, and all others share one.
//!
//! `names` is what metrics are called, `measures` are the handles they are measured with.

mod measures;
mod names;
mod outcomes;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::StatusCode;
use metrics::counter;
use telemetry::metrics::Slot;

use crate::recording::Recorder;

use self::measures::MEASURES;
pub(crate) use self::measures::{ClientMeasures, OperationMeasures, SubgraphMeasures};

/// How often it is judged anew which operations and clients have series of their own.
const BALANCE_INTERVAL: Duration = Duration::from_secs(30);

/// The name of operations that have none.
const ANONYMOUS: &str = "anonymous";

/// An operation's place among the metrics.
pub(crate) type OperationSlot = Slot<OperationMeasures>;

/// A client's place among the metrics.
pub(crate) type ClientSlot = Slot<ClientMeasures>;

/// Has metrics measured in this process from now on, those of the router among them, all of which begin with zero.
pub(crate) fn begin() {
    std::sync::LazyLock::force(&MEASURES);
}

/// Judges again and again which operations and clients have series of their own.
pub(crate) async fn upkeep() {
    let mut interval = tokio::time::interval(BALANCE_INTERVAL);
    loop {
        interval.tick().await;
        MEASURES.operations.balance();
        MEASURES.clients.balance();
    }
}

/// A step on a request's way (docs: "How an operation travels").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    Admission,
    Identity,
    Operation,
    Authorization,
    Execution,
    Projection,
}

impl Stage {
    pub(crate) const ALL: [Self; 6] =
        [Self::Admission, Self::Identity, Self::Operation, Self::Authorization, Self::Execution, Self::Projection];

    /// What metrics and traces call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Admission => "admission",
            Self::Identity => "identity",
            Self::Operation => "operation",
            Self::Authorization => "authorization",
            Self::Execution => "execution",
            Self::Projection => "projection",
        }
    }

    /// Runs a stage, and notes how long it took.
    pub(crate) async fn run<T>(self, recorder: &Recorder, work: impl Future<Output = T>) -> T {
        let begin = Instant::now();
        let outcome = work.await;
        let end = Instant::now();
        recorder.stage(self, begin, end);
        MEASURES.stages[self as usize].record(end - begin);
        outcome
    }
}

/// `kind` is one of few; `waited` is for how long subgraphs were waited for, where that is known.
pub(crate) fn count_request(kind: &'static str, status: StatusCode, elapsed: Duration, waited: Option<Duration>) {
    let measures = MEASURES.of_kind(kind);
    measures.duration.record(elapsed);
    if let Some(waited) = waited {
        measures.overhead.record(elapsed.saturating_sub(waited));
    }
    match status {
        StatusCode::OK => measures.well.increment(1),
        other => counter!(names::REQUESTS, "kind" => kind, "status" => other.as_str().to_owned()).increment(1),
    }
}

/// Where an operation of this name is measured.
pub(crate) fn operation_slot(name: Option<&str>) -> Arc<OperationSlot> {
    MEASURES.operations.slot(name.unwrap_or(ANONYMOUS))
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestOutcome {
    Answered,
    Errors,
    Refused,
}

impl RequestOutcome {
    fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Errors => "errors",
            Self::Refused => "refused",
        }
    }
}

pub(crate) fn count_operation(slot: &OperationSlot, outcome: RequestOutcome, elapsed: Duration) {
    slot.measure(|measures| {
        measures.duration.record(elapsed);
        measures.outcomes.add(outcome.name(), 1);
    });
}

pub(crate) fn count_operation_lookup(hit: bool) {
    MEASURES.operation_cache.add(if hit { "hit" } else { "miss" }, 1);
}

/// Questions to a subgraph that were answered from what is kept, and those that were not.
pub(crate) fn count_fetch_cache(subgraph: &str, hits: usize, misses: usize) {
    let measures = MEASURES.of_subgraph(subgraph);
    measures.cache.add("hit", hits as u64);
    measures.cache.add("miss", misses as u64);
}

/// Those that were answered from what routers share.
pub(crate) fn count_fetch_cache_shared(subgraph: &str, hits: usize) {
    MEASURES.of_subgraph(subgraph).cache.add("shared_hit", hits as u64);
}

/// How an exchange with the shared cache has ended.
pub(crate) fn count_shared_look(outcome: &'static str) {
    MEASURES.shared_looks.add(outcome, 1);
}

/// What has become of answers for the shared cache.
pub(crate) fn count_shared_keep(outcome: &'static str, answers: usize) {
    MEASURES.shared_keeps.add(outcome, answers as u64);
}

pub(crate) fn count_shared_change(is_told: bool) {
    MEASURES.shared_changes.add(if is_told { "told" } else { "failed" }, 1);
}

/// Whether a whole reply was kept, and was still of its time; and whether another router has made it.
pub(crate) fn count_reply_cache(is_fresh: Option<bool>, is_borrowed: bool) {
    let outcome = match is_fresh {
        Some(true) if is_borrowed => "shared_hit",
        Some(true) => "hit",
        Some(false) => "stale",
        None => "miss",
    };
    MEASURES.reply_cache.add(outcome, 1);
}

pub(crate) fn count_cache_invalidation() {
    MEASURES.cache_invalidations.increment(1);
}

pub(crate) fn count_document(found: &'static str) {
    MEASURES.documents.add(found, 1);
}

pub(crate) fn record_requested_cost(cost: u64) {
    MEASURES.cost_requested.record(to_f64(cost));
}

pub(crate) fn record_actual_cost(cost: u64) {
    MEASURES.cost_actual.record(to_f64(cost));
}

pub(crate) fn count_operation_over_budget() {
    MEASURES.over_budget.increment(1);
}

/// `by` is `client`, `viewer`, `address`, `endpoint` or `refused_tokens`.
pub(crate) fn count_rate_limited(by: &'static str) {
    MEASURES.rate_limited.add(by, 1);
}

pub(crate) fn count_shared_rates(is_shared: bool) {
    MEASURES.shared_rates.add(if is_shared { "shared" } else { "local" }, 1);
}

/// Where a client of its own is measured.
pub(crate) fn client_slot(name: &str) -> Arc<ClientSlot> {
    MEASURES.clients.slot(name)
}

pub(crate) fn count_client(slot: &ClientSlot, outcome: RequestOutcome, cost: u64) {
    slot.measure(|measures| {
        measures.outcomes.add(outcome.name(), 1);
        measures.cost.increment(cost);
    });
}

pub(crate) fn count_jwks_refresh(success: bool) {
    MEASURES.jwks_refreshes.add(if success { "success" } else { "failure" }, 1);
}

pub(crate) fn count_session_check(standing: &'static str) {
    MEASURES.session_checks.add(standing, 1);
}

pub(crate) fn set_revoked_sessions(sessions: usize) {
    MEASURES.revoked_sessions.set(to_f64(sessions as u64));
}

pub(crate) fn count_subscription_opened() {
    MEASURES.subscriptions.increment(1);
}

pub(crate) fn count_subscription_closed() {
    MEASURES.subscriptions.decrement(1);
}

pub(crate) fn count_subscription_event() {
    MEASURES.subscription_events.increment(1);
}

/// Where a subgraph of the supergraph is measured.
pub(crate) fn subgraph_measures(name: &str) -> Arc<SubgraphMeasures> {
    MEASURES.of_subgraph(name)
}

pub(crate) fn record_subgraph_request(measures: &SubgraphMeasures, elapsed: Duration, failure: Option<&'static str>) {
    measures.duration.record(elapsed);
    if let Some(reason) = failure {
        measures.errors.add(reason, 1);
    }
}

#[expect(clippy::cast_precision_loss, reason = "metrics are floating-point numbers, and 53 bits are enough")]
fn to_f64(value: u64) -> f64 {
    value as f64
}
