//! Metrics. Every label has few values: stages, kinds, status codes, and names from the supergraph.

use std::future::Future;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use http::StatusCode;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::recording::Recorder;

const REQUESTS: &str = "router_requests_total";
const REQUEST_DURATION: &str = "router_request_duration_seconds";
const STAGE_DURATION: &str = "router_stage_duration_seconds";
const FETCH_DURATION: &str = "router_subgraph_request_duration_seconds";
const FETCH_ERRORS: &str = "router_subgraph_request_errors_total";
const OPERATION_CACHE: &str = "router_operation_cache_total";
const DOCUMENTS: &str = "router_documents_total";
const FETCH_CACHE: &str = "router_fetch_cache_total";
const REPLY_CACHE: &str = "router_reply_cache_total";
const SHARED_LOOKS: &str = "router_shared_cache_looks_total";
const SHARED_KEEPS: &str = "router_shared_cache_answers_total";
const SHARED_CHANGES: &str = "router_shared_cache_changes_total";
const CACHE_INVALIDATIONS: &str = "router_cache_invalidations_total";
const OPERATION_COST: &str = "router_operation_cost";
const OVER_BUDGET: &str = "router_operations_over_budget_total";
const RATE_LIMITED: &str = "router_rate_limited_total";
const SHARED_RATES: &str = "router_shared_rates_total";
const CLIENT_OPERATIONS: &str = "router_client_operations_total";
const CLIENT_COST: &str = "router_client_cost_total";
const JWKS_REFRESHES: &str = "router_jwks_refreshes_total";
const SESSION_CHECKS: &str = "router_session_checks_total";
const REVOKED_SESSIONS: &str = "router_revoked_sessions";

const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// From a stage that only looks something up (tens of microseconds) to a request that waits for its timeout.
const DURATION_BUCKETS_SECONDS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// From an operation that asks for a few fields to one far beyond any budget.
const COST_BUCKETS: [f64; 10] = [1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 10_000.0];

/// Installs the process's metrics recorder, once, and gives the handle that renders it.
///
/// Whoever installs another recorder first keeps it; `/metrics` of the router then shows nothing.
pub fn install_recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new()
                .set_buckets(&DURATION_BUCKETS_SECONDS)
                .and_then(|builder| {
                    builder.set_buckets_for_metric(Matcher::Full(OPERATION_COST.to_owned()), &COST_BUCKETS)
                })
                .expect("invariant: neither list of buckets is empty")
                .build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is installed already; the router's /metrics stays empty");
            }
            describe();
            handle
        })
        .clone()
}

/// Folds new measurements into the histograms, again and again: without it, they would pile up whenever nobody reads
/// `/metrics`.
pub(crate) async fn upkeep() {
    let recorder = install_recorder();
    let mut interval = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        interval.tick().await;
        recorder.run_upkeep();
    }
}

fn describe() {
    describe_counter!(REQUESTS, "GraphQL requests by kind of operation and status of the reply");
    describe_histogram!(REQUEST_DURATION, "From the first byte read to the last byte written, by kind of operation");
    describe_histogram!(STAGE_DURATION, "Time in each stage of a request");
    describe_histogram!(FETCH_DURATION, "Time of requests to each subgraph");
    describe_counter!(FETCH_ERRORS, "Requests to each subgraph without a usable reply, by reason");
    describe_counter!(FETCH_CACHE, "Questions to subgraphs, by whether the answer was kept.");
    describe_counter!(REPLY_CACHE, "Queries, by whether their whole reply was kept.");
    describe_counter!(
        SHARED_LOOKS,
        "Exchanges with the shared cache: answered, unanswered in time, or not tried because it is away."
    );
    describe_counter!(
        SHARED_KEEPS,
        "Answers for the shared cache: kept, failed, dropped for want of room, or too_large."
    );
    describe_counter!(SHARED_CHANGES, "Times at which the shared cache was told of changes: told, or failed.");
    describe_counter!(CACHE_INVALIDATIONS, "Times at which something that is kept was said to have changed.");
    describe_counter!(OPERATION_CACHE, "Look-ups of prepared operations");
    describe_counter!(
        DOCUMENTS,
        "Documents by how they were found: text, registered, automatic, unknown, not_found, refused"
    );
    describe_histogram!(
        OPERATION_COST,
        "What operations may cost (requested), and have cost where it was asked for (actual)"
    );
    describe_counter!(OVER_BUDGET, "Operations that cost more than their budget");
    describe_counter!(RATE_LIMITED, "Operations refused for a time, by whose limit");
    describe_counter!(
        SHARED_RATES,
        "Operations by who has counted them: all routers (shared), or this one alone (local)"
    );
    describe_counter!(
        CLIENT_OPERATIONS,
        "What clients of their own have asked for, by what became of it: answered, errors, refused"
    );
    describe_counter!(CLIENT_COST, "What the operations of clients of their own may have cost");
    describe_counter!(JWKS_REFRESHES, "Fetches of the issuer's signing keys");
    describe_counter!(SESSION_CHECKS, "Sound tokens by what is known of their session: good, ended or unsure");
    describe_gauge!(REVOKED_SESSIONS, "Ended sessions that are remembered because a token of theirs may still live");
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
        histogram!(STAGE_DURATION, "stage" => self.name()).record(end - begin);
        outcome
    }
}

pub(crate) fn count_request(kind: &'static str, status: StatusCode, elapsed: Duration) {
    counter!(REQUESTS, "kind" => kind, "status" => status.as_u16().to_string()).increment(1);
    histogram!(REQUEST_DURATION, "kind" => kind).record(elapsed);
}

pub(crate) fn count_operation_lookup(hit: bool) {
    counter!(OPERATION_CACHE, "outcome" => if hit { "hit" } else { "miss" }).increment(1);
}

/// Questions to a subgraph that were answered from what is kept, and those that were not.
pub(crate) fn count_fetch_cache(subgraph: &str, hits: usize, misses: usize) {
    for (outcome, count) in [("hit", hits), ("miss", misses)] {
        counter!(FETCH_CACHE, "subgraph" => subgraph.to_owned(), "outcome" => outcome).increment(count as u64);
    }
}

/// Those that were answered from what routers share.
pub(crate) fn count_fetch_cache_shared(subgraph: &str, hits: usize) {
    counter!(FETCH_CACHE, "subgraph" => subgraph.to_owned(), "outcome" => "shared_hit").increment(hits as u64);
}

/// How an exchange with the shared cache has ended.
pub(crate) fn count_shared_look(outcome: &'static str) {
    counter!(SHARED_LOOKS, "outcome" => outcome).increment(1);
}

/// What has become of answers for the shared cache.
pub(crate) fn count_shared_keep(outcome: &'static str, answers: usize) {
    counter!(SHARED_KEEPS, "outcome" => outcome).increment(answers as u64);
}

pub(crate) fn count_shared_change(is_told: bool) {
    counter!(SHARED_CHANGES, "outcome" => if is_told { "told" } else { "failed" }).increment(1);
}

/// Whether a whole reply was kept, and was still of its time; and whether another router has made it.
pub(crate) fn count_reply_cache(is_fresh: Option<bool>, is_borrowed: bool) {
    let outcome = match is_fresh {
        Some(true) if is_borrowed => "shared_hit",
        Some(true) => "hit",
        Some(false) => "stale",
        None => "miss",
    };
    counter!(REPLY_CACHE, "outcome" => outcome).increment(1);
}

pub(crate) fn count_cache_invalidation() {
    counter!(CACHE_INVALIDATIONS).increment(1);
}

pub(crate) fn count_document(found: &'static str) {
    counter!(DOCUMENTS, "found" => found).increment(1);
}

/// `measure` is `requested` or `actual`.
pub(crate) fn record_operation_cost(measure: &'static str, cost: u64) {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a histogram counts in floating-point numbers, and 53 bits are enough"
    )]
    histogram!(OPERATION_COST, "measure" => measure).record(cost as f64);
}

pub(crate) fn count_operation_over_budget() {
    counter!(OVER_BUDGET).increment(1);
}

/// `by` is `client`, `viewer`, `address`, `endpoint` or `refused_tokens`.
pub(crate) fn count_rate_limited(by: &'static str) {
    counter!(RATE_LIMITED, "by" => by).increment(1);
}

pub(crate) fn count_shared_rates(is_shared: bool) {
    counter!(SHARED_RATES, "by" => if is_shared { "shared" } else { "local" }).increment(1);
}

/// What became of a client's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientOutcome {
    Answered,
    Errors,
    Refused,
}

/// `client` is one of few names.
pub(crate) fn count_client(client: String, outcome: ClientOutcome, cost: u64) {
    let outcome = match outcome {
        ClientOutcome::Answered => "answered",
        ClientOutcome::Errors => "errors",
        ClientOutcome::Refused => "refused",
    };
    counter!(CLIENT_OPERATIONS, "client" => client.clone(), "outcome" => outcome).increment(1);
    if cost > 0 {
        counter!(CLIENT_COST, "client" => client).increment(cost);
    }
}

pub(crate) fn count_jwks_refresh(success: bool) {
    counter!(JWKS_REFRESHES, "outcome" => if success { "success" } else { "failure" }).increment(1);
}

pub(crate) fn count_session_check(standing: &'static str) {
    counter!(SESSION_CHECKS, "standing" => standing).increment(1);
}

pub(crate) fn set_revoked_sessions(sessions: usize) {
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a floating-point number, and 53 bits are enough")]
    gauge!(REVOKED_SESSIONS).set(sessions as f64);
}

pub(crate) fn record_subgraph_request(subgraph: &str, elapsed: Duration, failure: Option<&'static str>) {
    histogram!(FETCH_DURATION, "subgraph" => subgraph.to_owned()).record(elapsed);
    if let Some(reason) = failure {
        counter!(FETCH_ERRORS, "subgraph" => subgraph.to_owned(), "reason" => reason).increment(1);
    }
}
