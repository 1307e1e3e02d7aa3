//! What metrics of the router are called, and what they tell. docs/metrics.md is checked against this.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

pub(super) const REQUESTS: &str = "router_requests_total";
pub(super) const REQUEST_DURATION: &str = "router_request_duration_seconds";
pub(super) const OVERHEAD: &str = "router_overhead_seconds";
pub(super) const OPERATION_REQUESTS: &str = "router_operation_requests_total";
pub(super) const OPERATION_DURATION: &str = "router_operation_duration_seconds";
pub(super) const STAGE_DURATION: &str = "router_stage_duration_seconds";
pub(super) const FETCH_DURATION: &str = "router_subgraph_request_duration_seconds";
pub(super) const FETCH_ERRORS: &str = "router_subgraph_request_errors_total";
pub(super) const OPERATION_CACHE: &str = "router_operation_cache_total";
pub(super) const DOCUMENTS: &str = "router_documents_total";
pub(super) const FETCH_CACHE: &str = "router_fetch_cache_total";
pub(super) const REPLY_CACHE: &str = "router_reply_cache_total";
pub(super) const SHARED_LOOKS: &str = "router_shared_cache_looks_total";
pub(super) const SHARED_KEEPS: &str = "router_shared_cache_answers_total";
pub(super) const SHARED_CHANGES: &str = "router_shared_cache_changes_total";
pub(super) const CACHE_INVALIDATIONS: &str = "router_cache_invalidations_total";
pub(super) const OPERATION_COST: &str = "router_operation_cost";
pub(super) const OVER_BUDGET: &str = "router_operations_over_budget_total";
pub(super) const RATE_LIMITED: &str = "router_rate_limited_total";
pub(super) const SHARED_RATES: &str = "router_shared_rates_total";
pub(super) const CLIENT_OPERATIONS: &str = "router_client_operations_total";
pub(super) const CLIENT_COST: &str = "router_client_cost_total";
pub(super) const JWKS_REFRESHES: &str = "router_jwks_refreshes_total";
pub(super) const SESSION_CHECKS: &str = "router_session_checks_total";
pub(super) const REVOKED_SESSIONS: &str = "router_revoked_sessions";
pub(super) const SUBSCRIPTIONS: &str = "router_subscriptions";
pub(super) const SUBSCRIPTION_EVENTS: &str = "router_subscription_events_total";

/// Tells the recorder what each metric means.
pub(super) fn describe() {
    let seconds = |name, description| describe_histogram!(name, Unit::Seconds, description);
    let counted = |name, description| describe_counter!(name, description);
    counted(REQUESTS, "GraphQL requests, by kind of operation and status of the reply.");
    seconds(REQUEST_DURATION, "Time until the reply was written, or its stream began, by kind of operation.");
    seconds(OVERHEAD, "Time of requests in which the router did not wait for any subgraph, by kind of operation.");
    counted(OPERATION_REQUESTS, "Requests by operation, and by what became of them: answered, errors, refused.");
    seconds(OPERATION_DURATION, "Time until the reply was written, or its stream began, by operation.");
    seconds(STAGE_DURATION, "Time in each stage of a request.");
    seconds(FETCH_DURATION, "Time of requests to each subgraph.");
    counted(FETCH_ERRORS, "Requests to each subgraph without a usable reply, by reason.");
    counted(FETCH_CACHE, "Questions to subgraphs, by whether the answer was kept.");
    counted(REPLY_CACHE, "Queries, by whether their whole reply was kept.");
    counted(
        SHARED_LOOKS,
        "Exchanges with the shared cache: answered, unanswered in time, or not tried because it is away.",
    );
    counted(SHARED_KEEPS, "Answers for the shared cache: kept, failed, dropped for want of room, or too_large.");
    counted(SHARED_CHANGES, "Times at which the shared cache was told of changes: told, or failed.");
    counted(CACHE_INVALIDATIONS, "Times at which something that is kept was said to have changed.");
    counted(OPERATION_CACHE, "Look-ups of prepared operations.");
    counted(DOCUMENTS, "Documents by how they were found: text, registered, automatic, unknown, not_found, refused.");
    describe_histogram!(
        OPERATION_COST,
        "What operations may cost (requested), and have cost where it was asked for (actual)."
    );
    counted(OVER_BUDGET, "Operations that cost more than their budget.");
    counted(RATE_LIMITED, "Operations refused for a time, by whose limit.");
    counted(SHARED_RATES, "Operations by who has counted them: all routers (shared), or this one alone (local).");
    counted(
        CLIENT_OPERATIONS,
        "What clients of their own have asked for, by what became of it: answered, errors, refused.",
    );
    counted(CLIENT_COST, "What the operations of clients of their own may have cost.");
    counted(JWKS_REFRESHES, "Fetches of the issuer's signing keys.");
    counted(SESSION_CHECKS, "Sound tokens by what is known of their session: good, ended or unsure.");
    describe_gauge!(REVOKED_SESSIONS, "Ended sessions that are remembered because a token of theirs may still live.");
    describe_gauge!(SUBSCRIPTIONS, "Subscriptions that are open.");
    counted(SUBSCRIPTION_EVENTS, "Events sent to subscribers.");
}
