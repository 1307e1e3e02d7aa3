//! The handles that everything is measured with, made once.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use metrics::{Counter, Gauge, Histogram, Label, counter, gauge, histogram};
use telemetry::metrics::{Bounded, install};

use super::names::{
    CACHE_INVALIDATIONS, CLIENT_COST, CLIENT_OPERATIONS, DOCUMENTS, FETCH_CACHE, FETCH_DURATION, FETCH_ERRORS,
    JWKS_REFRESHES, OPERATION_CACHE, OPERATION_COST, OPERATION_DURATION, OPERATION_REQUESTS, OVER_BUDGET, OVERHEAD,
    RATE_LIMITED, REPLY_CACHE, REQUEST_DURATION, REQUESTS, REVOKED_SESSIONS, SESSION_CHECKS, SHARED_CHANGES,
    SHARED_KEEPS, SHARED_LOOKS, SHARED_RATES, STAGE_DURATION, SUBSCRIPTION_EVENTS, SUBSCRIPTIONS, describe,
};
use super::outcomes::Outcomes;

/// Operations with series of their own: the most used ones (AMP-22).
const OPERATIONS_MAX: usize = 200;

/// Clients with series of their own.
const CLIENTS_MAX: usize = 200;

const OPERATION: &str = "operation";
const CLIENT: &str = "client";
const SUBGRAPH: &str = "subgraph";

/// The kinds of requests: those of operations, several in one, and what was none.
const KINDS: [&str; 5] = ["query", "mutation", "subscription", "batch", "none"];

/// The handles of this process.
pub(super) static MEASURES: LazyLock<Measures> = LazyLock::new(|| {
    install();
    describe();
    Measures::new()
});

#[derive(Debug)]
pub(super) struct Measures {
    kinds: [KindMeasures; KINDS.len()],
    /// In the order of the stages.
    pub(super) stages: [Histogram; 6],
    pub(super) operation_cache: Outcomes,
    pub(super) documents: Outcomes,
    pub(super) reply_cache: Outcomes,
    pub(super) shared_looks: Outcomes,
    pub(super) shared_keeps: Outcomes,
    pub(super) shared_changes: Outcomes,
    pub(super) cache_invalidations: Counter,
    pub(super) cost_requested: Histogram,
    pub(super) cost_actual: Histogram,
    pub(super) over_budget: Counter,
    pub(super) rate_limited: Outcomes,
    pub(super) shared_rates: Outcomes,
    pub(super) jwks_refreshes: Outcomes,
    pub(super) session_checks: Outcomes,
    pub(super) revoked_sessions: Gauge,
    pub(super) subscriptions: Gauge,
    pub(super) subscription_events: Counter,
    pub(super) operations: Bounded<OperationMeasures>,
    pub(super) clients: Bounded<ClientMeasures>,
    subgraphs: RwLock<HashMap<String, Arc<SubgraphMeasures>>>,
}

/// Of one kind of request.
#[derive(Debug)]
pub(super) struct KindMeasures {
    name: &'static str,
    pub(super) duration: Histogram,
    pub(super) overhead: Histogram,
    /// Answered with the status 200, as nearly all are.
    pub(super) well: Counter,
}

/// Of one operation.
#[derive(Debug)]
pub(crate) struct OperationMeasures {
    pub(super) duration: Histogram,
    pub(super) outcomes: Outcomes,
}

/// Of one client.
#[derive(Debug)]
pub(crate) struct ClientMeasures {
    pub(super) outcomes: Outcomes,
    pub(super) cost: Counter,
}

/// Of one subgraph.
#[derive(Debug)]
pub(crate) struct SubgraphMeasures {
    pub(super) duration: Histogram,
    pub(super) errors: Outcomes,
    pub(super) cache: Outcomes,
}

impl Measures {
    fn new() -> Self {
        let stage = |name| histogram!(STAGE_DURATION, "stage" => name);
        Self {
            kinds: KINDS.map(KindMeasures::new),
            stages: ["admission", "identity", "operation", "authorization", "execution", "projection"].map(stage),
            operation_cache: Outcomes::new(OPERATION_CACHE, "outcome", &["hit", "miss"]),
            documents: Outcomes::new(
                DOCUMENTS,
                "found",
                &["text", "registered", "automatic", "unknown", "not_found", "refused"],
            ),
            reply_cache: Outcomes::new(REPLY_CACHE, "outcome", &["hit", "shared_hit", "stale", "miss"]),
            shared_looks: Outcomes::new(SHARED_LOOKS, "outcome", &["answered", "unanswered", "away"]),
            shared_keeps: Outcomes::new(SHARED_KEEPS, "outcome", &["kept", "failed", "dropped", "too_large"]),
            shared_changes: Outcomes::new(SHARED_CHANGES, "outcome", &["told", "failed"]),
            cache_invalidations: counter!(CACHE_INVALIDATIONS),
            cost_requested: histogram!(OPERATION_COST, "measure" => "requested"),
            cost_actual: histogram!(OPERATION_COST, "measure" => "actual"),
            over_budget: counter!(OVER_BUDGET),
            rate_limited: Outcomes::new(
                RATE_LIMITED,
                "by",
                &["client", "viewer", "address", "endpoint", "refused_tokens"],
            ),
            shared_rates: Outcomes::new(SHARED_RATES, "by", &["shared", "local"]),
            jwks_refreshes: Outcomes::new(JWKS_REFRESHES, "outcome", &["success", "failure"]),
            session_checks: Outcomes::new(SESSION_CHECKS, "standing", &["good", "ended", "unsure"]),
            revoked_sessions: gauge!(REVOKED_SESSIONS),
            subscriptions: gauge!(SUBSCRIPTIONS),
            subscription_events: counter!(SUBSCRIPTION_EVENTS),
            operations: Bounded::new(OPERATIONS_MAX, OperationMeasures::new, OperationMeasures::forget),
            clients: Bounded::new(CLIENTS_MAX, ClientMeasures::new, ClientMeasures::forget),
            subgraphs: RwLock::default(),
        }
    }

    /// Of requests of this kind, which is one of those there are.
    pub(super) fn of_kind(&self, name: &str) -> &KindMeasures {
        let [.., none] = &self.kinds;
        self.kinds.iter().find(|kind| kind.name == name).unwrap_or(none)
    }

    /// Of this subgraph, which is one of the supergraph's.
    pub(super) fn of_subgraph(&self, name: &str) -> Arc<SubgraphMeasures> {
        if let Some(found) = self.subgraphs.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(found);
        }
        let mut subgraphs = self.subgraphs.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(subgraphs.entry(name.to_owned()).or_insert_with(|| Arc::new(SubgraphMeasures::new(name))))
    }
}

impl KindMeasures {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            duration: histogram!(REQUEST_DURATION, "kind" => name),
            overhead: histogram!(OVERHEAD, "kind" => name),
            well: counter!(REQUESTS, "kind" => name, "status" => "200"),
        }
    }
}

impl OperationMeasures {
    fn new(name: &str) -> Self {
        let label = Label::new(OPERATION, name.to_owned());
        Self {
            duration: histogram!(OPERATION_DURATION, vec![label.clone()]),
            outcomes: Outcomes::of(vec![label], OPERATION_REQUESTS, "outcome", &["answered", "errors", "refused"]),
        }
    }

    fn forget(name: &str) {
        install().forget(&[OPERATION_DURATION, OPERATION_REQUESTS], OPERATION, name);
    }
}

impl ClientMeasures {
    fn new(name: &str) -> Self {
        let label = Label::new(CLIENT, name.to_owned());
        Self {
            cost: counter!(CLIENT_COST, vec![label.clone()]),
            outcomes: Outcomes::of(vec![label], CLIENT_OPERATIONS, "outcome", &["answered", "errors", "refused"]),
        }
    }

    fn forget(name: &str) {
        install().forget(&[CLIENT_OPERATIONS, CLIENT_COST], CLIENT, name);
    }
}

impl SubgraphMeasures {
    fn new(name: &str) -> Self {
        let label = Label::new(SUBGRAPH, name.to_owned());
        let of = |metric, which, values| Outcomes::of(vec![label.clone()], metric, which, values);
        Self {
            duration: histogram!(FETCH_DURATION, vec![label.clone()]),
            errors: of(FETCH_ERRORS, "reason", &["status", "unavailable", "timeout", "too_large"]),
            cache: of(FETCH_CACHE, "outcome", &["hit", "shared_hit", "miss"]),
        }
    }
}
