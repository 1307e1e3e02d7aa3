//! A trace at hand: what has come of it, and what is told of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Sqlite, Transaction};
use telemetry::{KeptFor, Span, TraceId};
use tokio::time::Instant;

use crate::aggregate::bucket::micros;
use crate::analysis::explain::{Usual, explain};
use crate::analysis::trace::{ROUTER, SPANS_MAX, Timeline};
use crate::request::RequestRecord;
use crate::store::traces::{self, NewTrace, TraceHead};
use crate::studio::Shared;
use crate::view::TraceSummary;
use crate::view::summary::{cache_word, subgraphs_of};

/// How long spans wait for the request that they belong to.
const SPANS_WAIT: Duration = Duration::from_secs(3);

/// A trace at hand.
#[derive(Debug)]
pub(super) struct AtHand {
    pub(super) head: TraceHead,
    pub(super) spans: Vec<Span>,
    pub(super) came_at: Instant,
    pub(super) changed_at: Instant,
    /// Whether there is something that is not written yet.
    pub(super) is_new: bool,
    /// Whether what is written of it has been read.
    pub(super) is_merged: bool,
    /// Whether it is told live.
    pub(super) is_told: bool,
    /// Whether its spans are counted.
    pub(super) is_counted: bool,
    /// Whether it was found that some of its spans are missing.
    pub(super) is_partial: bool,
    /// Whether nobody has said yet that it is kept.
    pub(super) is_foreign: bool,
}

impl AtHand {
    pub(super) fn new(why: KeptFor, is_foreign: bool) -> Self {
        let now = Instant::now();
        Self {
            head: TraceHead { why, record: None, operation: None },
            spans: Vec::new(),
            came_at: now,
            changed_at: now,
            is_new: true,
            is_merged: false,
            is_told: false,
            is_counted: false,
            is_partial: false,
            is_foreign,
        }
    }

    pub(super) fn add(&mut self, span: Span) {
        if self.spans.len() < SPANS_MAX {
            self.spans.push(span);
            self.is_new = true;
            self.is_partial = false;
            self.changed_at = Instant::now();
        }
    }

    /// Whether it waits for its request.
    pub(super) fn is_waiting(&self) -> bool {
        self.head.record.is_none() && !self.is_foreign && !self.is_merged && self.came_at.elapsed() < SPANS_WAIT
    }
}

/// Joins what is written of a trace with what is at hand. Says whether it is clear by now that it is kept.
pub(super) async fn merge_written(
    transaction: &mut Transaction<'static, Sqlite>,
    id: TraceId,
    at_hand: &mut AtHand,
) -> Result<bool, sqlx::Error> {
    if at_hand.is_foreign && !traces::is_kept(transaction, id).await? {
        return Ok(false);
    }
    let Some(written) = traces::find(transaction, id).await? else { return Ok(!at_hand.is_foreign) };
    at_hand.is_foreign = false;
    at_hand.is_told |= written.head.record.is_some();
    if at_hand.head.record.is_none() {
        at_hand.head = written.head;
    }
    let known: BTreeSet<_> = at_hand.spans.iter().map(|span| span.id).collect();
    at_hand.spans.extend(written.spans.into_iter().filter(|span| !known.contains(&span.id)));
    at_hand.spans.truncate(SPANS_MAX);
    Ok(true)
}

/// What is written of it.
pub(super) fn described(shared: &Shared, trace: &AtHand) -> NewTrace {
    let timeline = Timeline::of(&trace.spans);
    let known = trace.head.operation.as_deref().and_then(|hash| shared.memory().operation(hash).cloned());
    let names = known.as_ref().map(|known| Arc::clone(&known.names)).unwrap_or_default();
    let has_spans = !trace.spans.is_empty();
    let explanation = explain(trace.head.record.as_ref(), has_spans.then_some(&timeline), &names, &Usual::default());
    let operation = known.as_ref().map(|known| known.seen.record.as_ref());
    let why = trace.head.why;
    let (summary, begin_us, duration_us) = match &trace.head.record {
        Some(request) => {
            let summary = TraceSummary::of_request(request, operation, why, &explanation, timeline.is_complete);
            (summary, request.begin_unix_us, micros(request.duration))
        }
        None => {
            let first = timeline.root.map_or(&trace.spans[0], |root| timeline.nodes[root].span);
            let summary = TraceSummary::of_spans(first, &timeline, why, &explanation);
            (summary, first.begin_unix_ns / 1000, timeline.duration_ns() / 1000)
        }
    };
    let request = trace.head.record.as_ref();
    NewTrace {
        id: request.map_or_else(|| trace.spans[0].trace_id, |request| request.trace_id),
        begin_us,
        duration_us,
        operation: trace.head.operation.clone(),
        name: operation.and_then(|operation| operation.name.clone()),
        client: request.and_then(|request| request.client.as_deref().map(str::to_owned)),
        correlation: request.map(|request| request.correlation_id.to_string()).unwrap_or_default(),
        failed: request.map_or_else(|| trace.spans.iter().any(Span::is_error), RequestRecord::has_failed),
        cache: request.and_then(|request| request.cache.as_ref()).map(cache_word),
        subgraphs: match request {
            Some(request) => subgraphs_of(request),
            None => summary.subgraphs().to_vec(),
        },
        summary: serde_json::to_string(&summary).unwrap_or_default(),
        head: trace.head.clone(),
        spans: trace.spans.clone(),
    }
}

/// Counts what the spans of a request tell of the work within services, when they are all there, or no more are waited for.
pub(super) fn count_spans(shared: &Shared, trace: &AtHand, is_last: bool) -> bool {
    let timeline = Timeline::of(&trace.spans);
    if !timeline.is_complete && !is_last {
        return false;
    }
    let mut seen = timeline.services_us();
    seen.remove(ROUTER);
    let now_s = shared.now_ms() / 1000;
    shared.memory_mut().tiers.open(now_s).count_inner(&timeline.inner(), &seen);
    true
}
