//! One trace, and lists of them.

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use telemetry::{KeptFor, Span, SpanStatus, TraceId};

use super::numbers::{ms, ms_of, rounded, share};
use super::summary::TraceSummary;
use crate::aggregate::bucket::micros;
use crate::analysis::explain::explain;
use crate::analysis::requests::{Critical, critical};
use crate::analysis::trace::{Node, SPANS_MAX, Timeline};
use crate::histogram::as_float;
use crate::request::{CacheVerdict, RequestRecord};
use crate::store::traces::{KeptTrace, TraceFilter};
use crate::studio::Studio;

/// Summaries that were kept as texts.
pub(super) fn parsed(summaries: &[String]) -> Value {
    summaries.iter().filter_map(|text| serde_json::from_str::<Value>(text).ok()).collect()
}

impl Studio {
    /// A page of the traces that are asked for.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn traces(&self, filter: &TraceFilter) -> Result<Value, sqlx::Error> {
        self.settle().await;
        let page = self.shared.store.traces(filter).await?;
        Ok(json!({
            "total": page.total,
            "next": page.next.map(|next| next.to_string()),
            "traces": parsed(&page.summaries),
        }))
    }

    /// A trace, explained; nothing when it is not kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn trace(&self, id: TraceId) -> Result<Option<Value>, sqlx::Error> {
        let Some(kept) = self.kept(id).await? else { return Ok(None) };
        let known = kept.head.operation.as_deref().and_then(|hash| self.shared.memory().operation(hash).cloned());
        let now_s = self.shared.now_ms() / 1000;
        let usual =
            kept.head.operation.as_deref().map(|hash| self.shared.memory().usual(hash, now_s)).unwrap_or_default();
        let timeline = Timeline::of(&kept.spans);
        let names = known.as_ref().map(|known| known.names.clone()).unwrap_or_default();
        let shown = (!kept.spans.is_empty()).then_some(&timeline);
        let request = kept.head.record.as_ref();
        let explanation = explain(request, shown, &names, &usual);
        let operation = known.as_ref().map(|known| known.seen.record.as_ref());
        let why = kept.head.why;
        let Some(summary) = (match (request, timeline.root) {
            (Some(request), _) => {
                Some(TraceSummary::of_request(request, operation, why, &explanation, timeline.is_complete))
            }
            (None, Some(root)) => Some(TraceSummary::of_spans(timeline.nodes[root].span, &timeline, why, &explanation)),
            (None, None) => None,
        }) else {
            return Ok(None);
        };
        let culprit = explanation.culprit.as_ref().map(|culprit| {
            json!({
                "spanId": culprit.span,
                "service": culprit.service,
                "name": culprit.name,
                "selfMs": ms(culprit.us),
                "shareOfTime": rounded(culprit.share),
            })
        });
        Ok(Some(json!({
            "summary": summary,
            "explanation": {
                "sentence": explanation.sentence,
                "culprit": culprit,
                "comparedWith": usual.p50_us.map(|us| json!({ "operationP50Ms": ms_of(us) })),
                "fault": why == KeptFor::Fault,
            },
            "request": request.map(|request| told_request(request, &names)),
            "spans": told_spans(&kept, &timeline),
            "services": told_services(request, &timeline),
            "truncated": kept.spans.len() >= SPANS_MAX,
        })))
    }
}

fn told_request(request: &RequestRecord, names: &[Option<String>]) -> Value {
    let critical = critical(request);
    let stages = request.stages.iter().map(|(name, begin, duration)| {
        json!({ "name": name, "beginMs": ms(micros(*begin)), "durationMs": ms(micros(*duration)) })
    });
    let fetches = request.fetches.iter().zip(&critical.fetches_us).map(|(fetch, critical_us)| {
        json!({
            "index": fetch.fetch,
            "name": names.get(fetch.fetch),
            "subgraph": fetch.subgraph,
            "beginMs": ms(micros(fetch.begin)),
            "durationMs": ms(micros(fetch.duration)),
            "outcome": fetch.outcome,
            "entities": fetch.entities,
            "kept": fetch.kept,
            "requestBytes": fetch.request_bytes,
            "replyBytes": fetch.reply_bytes,
            "critical": *critical_us > 0,
            "criticalMs": ms(*critical_us),
        })
    });
    let reason = match &request.cache {
        Some(CacheVerdict::Uncacheable(reason)) => Some(reason),
        _ => None,
    };
    json!({
        "stages": stages.collect::<Value>(),
        "fetches": fetches.collect::<Value>(),
        "cacheReason": reason,
        "replyBytes": request.reply_bytes,
        "viewer": request.viewer,
    })
}

fn told_spans(kept: &KeptTrace, timeline: &Timeline<'_>) -> Value {
    let begin_ns = match (&kept.head.record, timeline.root) {
        (_, Some(root)) => timeline.nodes[root].begin_ns,
        (Some(request), None) => request.begin_unix_us * 1000,
        (None, None) => 0,
    };
    let known: HashSet<_> = timeline.nodes.iter().map(|node| node.span.id).collect();
    let told = timeline.nodes.iter().map(|node| {
        let parent = node.span.parent.filter(|parent| known.contains(parent));
        let mut told = told_span(node, begin_ns);
        told["parent"] = json!(parent);
        told
    });
    told.collect()
}

fn told_span(node: &Node<'_>, begin_ns: u64) -> Value {
    let span = node.span;
    let (status, error) = match &span.status {
        SpanStatus::Unset => ("unset", None),
        SpanStatus::Ok => ("ok", None),
        SpanStatus::Error(reason) => ("error", Some(reason)),
    };
    // A span that was moved takes its events along.
    let moved = i128::from(node.begin_ns) - i128::from(span.begin_unix_ns);
    let events = span.events.iter().map(|event| {
        let at_ns = i128::from(event.at_unix_ns) + moved - i128::from(begin_ns);
        json!({ "name": event.name, "atMs": signed_ms(at_ns), "attributes": attributes(&event.attributes) })
    });
    let links = span.links.iter().map(|(trace, span)| json!({ "traceId": trace, "spanId": span }));
    json!({
        "id": span.id,
        "parent": null,
        "service": span.service,
        "name": span.name,
        "kind": span.kind,
        "beginMs": signed_ms(i128::from(node.begin_ns) - i128::from(begin_ns)),
        "durationMs": ms_of_ns(node.end_ns - node.begin_ns),
        "selfMs": ms_of_ns(node.self_ns),
        "criticalMs": ms_of_ns(node.critical_ns),
        "status": status,
        "error": error,
        "critical": node.critical_ns > 0,
        "attributes": attributes(&span.attributes),
        "events": events.collect::<Value>(),
        "links": links.collect::<Value>(),
    })
}

fn attributes(attributes: &telemetry::span::Attributes) -> Map<String, Value> {
    attributes.iter().map(|(name, value)| (name.to_string(), json!(value))).collect()
}

/// How long each service held up the whole. Without spans, what the router has told.
fn told_services(request: Option<&RequestRecord>, timeline: &Timeline<'_>) -> Value {
    let mut services: Vec<(String, u64)> = Vec::new();
    match request {
        Some(request) if timeline.nodes.is_empty() => {
            let Critical { fetches_us, router_us, .. } = critical(request);
            services.push((crate::analysis::trace::ROUTER.to_owned(), router_us));
            for (fetch, us) in request.fetches.iter().zip(fetches_us) {
                match services.iter_mut().find(|(name, _)| name == fetch.subgraph.as_ref()) {
                    Some((_, sum)) => *sum += us,
                    None => services.push((fetch.subgraph.to_string(), us)),
                }
            }
        }
        _ => services.extend(timeline.services_us().into_iter().map(|(name, us)| (name.to_string(), us))),
    }
    services.sort_by_key(|service| std::cmp::Reverse(service.1));
    let all = services.iter().map(|service| service.1).sum();
    let told =
        services.iter().map(|(name, us)| json!({ "service": name, "selfMs": ms(*us), "share": share(*us, all) }));
    told.collect()
}

fn ms_of_ns(ns: u64) -> f64 {
    ms_of(as_float(ns) / 1000.0)
}

#[expect(clippy::cast_precision_loss, reason = "a trace is not longer than 53 bits of nanoseconds")]
fn signed_ms(ns: i128) -> f64 {
    (ns as f64 / 1000.0).round() / 1000.0
}

/// The spans of a trace, for who takes OpenTelemetry.
impl Studio {
    /// The spans of a trace; nothing when it is not kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn spans(&self, id: TraceId) -> Result<Option<Vec<Span>>, sqlx::Error> {
        Ok(self.kept(id).await?.map(|kept| kept.spans))
    }
}
