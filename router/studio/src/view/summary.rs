//! A trace in a list.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use telemetry::{KeptFor, Span, Value};

use super::numbers::{moment, ms, rounded};
use crate::aggregate::bucket::micros;
use crate::analysis::explain::{Culprit, Explanation};
use crate::analysis::trace::Timeline;
use crate::request::{CacheVerdict, OperationKind, OperationRecord, RequestRecord};

/// A trace in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TraceSummary {
    trace_id: String,
    correlation_id: String,
    begin_at: String,
    duration_ms: f64,
    overhead_ms: f64,
    operation: Option<OperationName>,
    endpoint: String,
    client: Option<String>,
    status: u16,
    errors: usize,
    error_codes: Vec<String>,
    cost: Option<u64>,
    cache: Option<String>,
    fetches: usize,
    subgraphs: Vec<String>,
    kept_for: KeptFor,
    culprit: Option<SummaryCulprit>,
    complete: bool,
}

/// Names an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationName {
    hash: String,
    name: Option<String>,
    kind: OperationKind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SummaryCulprit {
    service: String,
    name: String,
    share_of_time: f64,
}

/// The word for whether a reply was kept.
#[must_use]
pub fn cache_word(verdict: &CacheVerdict) -> &'static str {
    match verdict {
        CacheVerdict::Hit { .. } => "hit",
        CacheVerdict::Miss => "miss",
        CacheVerdict::Uncacheable(_) => "uncacheable",
    }
}

/// The subgraphs that were due in a request, each once.
#[must_use]
pub fn subgraphs_of(request: &RequestRecord) -> Vec<String> {
    let mut subgraphs: Vec<String> = Vec::new();
    for fetch in &request.fetches {
        if !subgraphs.iter().any(|known| known == fetch.subgraph.as_ref()) {
            subgraphs.push(fetch.subgraph.to_string());
        }
    }
    subgraphs
}

impl TraceSummary {
    /// Of a request.
    #[must_use]
    pub fn of_request(
        request: &RequestRecord,
        operation: Option<&OperationRecord>,
        why: KeptFor,
        explanation: &Explanation,
        complete: bool,
    ) -> Self {
        let mut codes: Vec<String> = Vec::new();
        for code in &request.errors {
            if !codes.iter().any(|known| known == code.as_ref()) {
                codes.push(code.to_string());
            }
        }
        Self {
            trace_id: request.trace_id.to_string(),
            correlation_id: request.correlation_id.to_string(),
            begin_at: moment(request.begin_unix_us / 1000),
            duration_ms: ms(micros(request.duration)),
            overhead_ms: ms(micros(request.overhead)),
            operation: operation.map(|operation| OperationName {
                hash: operation.hash.clone(),
                name: operation.name.clone(),
                kind: operation.kind,
            }),
            endpoint: request.endpoint.to_string(),
            client: request.client.as_deref().map(str::to_owned),
            status: request.status,
            errors: request.errors.len(),
            error_codes: codes,
            cost: request.cost,
            cache: request.cache.as_ref().map(|verdict| cache_word(verdict).to_owned()),
            fetches: request.fetches.len(),
            subgraphs: subgraphs_of(request),
            kept_for: why,
            culprit: explanation.culprit.as_ref().map(SummaryCulprit::of),
            complete,
        }
    }

    /// The subgraphs that took part.
    #[must_use]
    pub fn subgraphs(&self) -> &[String] {
        &self.subgraphs
    }

    /// Of a trace without a request that the router has told of.
    #[must_use]
    pub fn of_spans(first: &Span, timeline: &Timeline<'_>, why: KeptFor, explanation: &Explanation) -> Self {
        let mut services: Vec<Arc<str>> = timeline.services_us().into_keys().collect();
        services.retain(|service| service.as_ref() != crate::analysis::trace::ROUTER);
        let status = ["http.response.status_code", "http.status_code"];
        let status = status.iter().find_map(|name| match first.attribute(name) {
            Some(Value::Integer(status)) => u16::try_from(*status).ok(),
            _ => None,
        });
        Self {
            trace_id: first.trace_id.to_string(),
            correlation_id: String::new(),
            begin_at: moment(first.begin_unix_ns / 1_000_000),
            duration_ms: ms(timeline.duration_ns() / 1000),
            overhead_ms: 0.0,
            operation: None,
            endpoint: first.name.to_string(),
            client: None,
            status: status.unwrap_or_default(),
            errors: timeline.nodes.iter().filter(|node| node.span.is_error()).count(),
            error_codes: Vec::new(),
            cost: None,
            cache: None,
            fetches: 0,
            subgraphs: services.iter().map(ToString::to_string).collect(),
            kept_for: why,
            culprit: explanation.culprit.as_ref().map(SummaryCulprit::of),
            complete: timeline.is_complete,
        }
    }
}

impl SummaryCulprit {
    fn of(culprit: &Culprit) -> Self {
        Self { service: culprit.service.clone(), name: culprit.name.clone(), share_of_time: rounded(culprit.share) }
    }
}
