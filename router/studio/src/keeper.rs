//! The one task that counts, keeps and forgets.
//!
//! It takes what was told from the queue, counts it in memory, and writes in batches. A trace stays at hand for a few seconds
//! after it was written, because spans of other processes come late.

mod at_hand;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use telemetry::{KeptFor, Span, TraceId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior};

use self::at_hand::{AtHand, count_spans, described, merge_written};
use crate::aggregate::bucket::micros;
use crate::graph::GraphModel;
use crate::live::{LiveEvent, Second};
use crate::memory::OPERATIONS_MAX;
use crate::request::RequestRecord;
use crate::store::traces::TraceHead;
use crate::store::{buckets, operations, traces};
use crate::studio::Shared;

/// Messages that are dealt with before anything is written.
const BATCH_MAX: usize = 512;
/// How often it writes.
const WRITE_INTERVAL: Duration = Duration::from_millis(250);
/// How often counts are written, and how often the coarse ones are.
const COUNTS_INTERVAL: Duration = Duration::from_secs(10);
const COARSE_COUNTS_INTERVAL: Duration = Duration::from_secs(60);
const FINE_STEP_MAX_S: u64 = 60;
/// How long a trace stays at hand after something came of it.
const AT_HAND: Duration = Duration::from_secs(5);
/// How long spans of others wait for a trace that is kept: theirs may end before the router's do.
const FOREIGN_WAIT: Duration = Duration::from_secs(30);
/// Traces at hand, and spans of others that wait.
const AT_HAND_MAX: usize = 4_000;
/// Spans of all traces at hand: some 64 MiB.
const SPANS_AT_HAND_MAX: usize = 64_000;
/// Traces that are forgotten in one step.
const FORGET_MAX: u32 = 200;

/// What the keeper is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// A request was answered.
    Answered(Arc<RequestRecord>, Option<KeptFor>),
    /// Spans of a trace that is kept.
    Spans(Vec<Span>, KeptFor),
    /// Spans of which nobody knows yet whether their trace is kept.
    Foreign(Vec<Span>),
    /// The graph.
    Learned(Arc<GraphModel>),
    /// To be told when everything before is written.
    Settle(oneshot::Sender<()>),
    /// To write everything and end.
    Close(oneshot::Sender<()>),
}

struct Keeper {
    shared: Arc<Shared>,
    at_hand: HashMap<TraceId, AtHand>,
    /// Of all of them; counted anew whenever traces are let go of.
    spans_at_hand: usize,
    second: Second,
    bytes: i64,
    counts_at: Instant,
    coarse_at: Instant,
    has_complained: bool,
}

/// Runs until it is told to end, or nobody is left to tell it anything.
pub(crate) async fn run(shared: Arc<Shared>, mut messages: mpsc::Receiver<Message>) {
    let bytes = shared.store.trace_totals().await.map_or(0, |totals| totals.bytes.cast_signed());
    let now = Instant::now();
    let mut keeper = Keeper {
        shared,
        at_hand: HashMap::new(),
        spans_at_hand: 0,
        second: Second::default(),
        bytes,
        counts_at: now,
        coarse_at: now,
        has_complained: false,
    };
    let mut batch = Vec::with_capacity(BATCH_MAX);
    let mut write = tokio::time::interval(WRITE_INTERVAL);
    let mut second = tokio::time::interval(Duration::from_secs(1));
    for interval in [&mut write, &mut second] {
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    loop {
        tokio::select! {
            received = messages.recv_many(&mut batch, BATCH_MAX) => {
                if received == 0 {
                    keeper.write_all().await;
                    return;
                }
                for message in batch.drain(..) {
                    if let Some(done) = keeper.hear(message).await {
                        let _ = done.send(());
                        return;
                    }
                }
            }
            _ = write.tick() => keeper.write().await,
            _ = second.tick() => keeper.end_second().await,
        }
    }
}

impl Keeper {
    /// Deals with one message. Gives whom to tell when it is the last one.
    async fn hear(&mut self, message: Message) -> Option<oneshot::Sender<()>> {
        match message {
            Message::Answered(request, kept) => self.answered(&request, kept),
            Message::Spans(spans, why) => self.take(spans, Some(why)),
            Message::Foreign(spans) => self.take(spans, None),
            Message::Learned(graph) => self.learn(&graph).await,
            Message::Settle(done) => {
                self.write().await;
                // Whoever has asked may have gone.
                let _ = done.send(());
            }
            Message::Close(done) => {
                self.write_all().await;
                return Some(done);
            }
        }
        None
    }

    fn answered(&mut self, request: &Arc<RequestRecord>, kept: Option<KeptFor>) {
        let now_ms = self.shared.now_ms();
        let hash = self.shared.memory_mut().count(request, now_ms);
        self.second.count(micros(request.duration), request.has_failed());
        let Some(why) = kept else {
            self.at_hand.remove(&request.trace_id);
            return;
        };
        let at_hand = self.at_hand.entry(request.trace_id).or_insert_with(|| AtHand::new(why, false));
        // The first request of a trace names it; several may share one, as those of a browser's page do.
        if at_hand.head.record.is_none() {
            let record = RequestRecord { operation: None, ..RequestRecord::clone(request) };
            at_hand.head = TraceHead { why, record: Some(record), operation: hash.as_deref().map(str::to_owned) };
            at_hand.is_foreign = false;
            at_hand.is_new = true;
            at_hand.changed_at = Instant::now();
        }
    }

    fn take(&mut self, spans: Vec<Span>, why: Option<KeptFor>) {
        self.shared.queued_spans.fetch_sub(spans.len(), Ordering::Relaxed);
        for span in spans {
            let is_full = self.at_hand.len() >= AT_HAND_MAX && !self.at_hand.contains_key(&span.trace_id);
            if is_full || self.spans_at_hand >= SPANS_AT_HAND_MAX {
                self.shared.dropped.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            self.spans_at_hand += 1;
            let new = || AtHand::new(why.unwrap_or(KeptFor::Sample), why.is_none());
            let at_hand = self.at_hand.entry(span.trace_id).or_insert_with(new);
            if let Some(why) = why.filter(|_| at_hand.is_foreign) {
                (at_hand.is_foreign, at_hand.head.why) = (false, why);
            }
            at_hand.add(span);
        }
    }

    async fn write(&mut self) {
        let new: Vec<TraceId> =
            self.at_hand.iter().filter(|(_, trace)| trace.is_new && !trace.is_waiting()).map(|(id, _)| *id).collect();
        if !new.is_empty() {
            let written = self.write_traces(&new).await;
            self.complain(written);
        }
        self.let_go();
    }

    async fn write_traces(&mut self, ids: &[TraceId]) -> Result<(), sqlx::Error> {
        let mut transaction = self.shared.store.begin().await?;
        let mut told = Vec::new();
        for id in ids {
            let Some(at_hand) = self.at_hand.get_mut(id) else { continue };
            at_hand.is_new = false;
            if !at_hand.is_merged {
                at_hand.is_merged = merge_written(&mut transaction, *id, at_hand).await?;
                if at_hand.is_foreign {
                    // It may still come to be kept: then its request is told of.
                    continue;
                }
            }
            let trace = described(&self.shared, at_hand);
            self.bytes += traces::write(&mut transaction, &trace).await?;
            if at_hand.head.record.is_some() && !std::mem::replace(&mut at_hand.is_told, true) {
                told.push(trace.summary);
            }
        }
        transaction.commit().await?;
        for summary in told {
            if self.shared.live.receiver_count() > 0 && self.second.admits_trace() {
                // Nobody may be listening any more.
                let _ = self.shared.live.send(LiveEvent::Trace(summary.into()));
            }
        }
        Ok(())
    }

    /// Counts the spans of traces that are whole or have been at hand for long enough, and lets go of the latter.
    fn let_go(&mut self) {
        let shared = &self.shared;
        let is_full = self.at_hand.len() >= AT_HAND_MAX;
        self.at_hand.retain(|_, trace| {
            let is_old = trace.changed_at.elapsed() > if trace.is_foreign { FOREIGN_WAIT } else { AT_HAND };
            let goes = (is_old || is_full) && (!trace.is_new || trace.is_foreign);
            let is_due = !trace.is_counted && trace.head.record.is_some() && !trace.spans.is_empty();
            if is_due && (goes || !trace.is_partial) {
                trace.is_counted = count_spans(shared, trace, goes);
                trace.is_partial = !trace.is_counted;
            }
            !goes
        });
        self.spans_at_hand = self.at_hand.values().map(|trace| trace.spans.len()).sum();
    }

    async fn end_second(&mut self) {
        let now_ms = self.shared.now_ms();
        let tick = self.second.end(now_ms);
        if let Some(tick) = tick.filter(|_| self.shared.live.receiver_count() > 0) {
            let _ = self.shared.live.send(tick);
        }
        if self.counts_at.elapsed() >= COUNTS_INTERVAL {
            self.counts_at = Instant::now();
            let coarse = self.coarse_at.elapsed() >= COARSE_COUNTS_INTERVAL;
            if coarse {
                self.coarse_at = Instant::now();
            }
            let written = self.write_counts(if coarse { u64::MAX } else { FINE_STEP_MAX_S }).await;
            self.complain(written);
        }
        let forgotten = self.forget(now_ms).await;
        self.complain(forgotten);
    }

    async fn write_counts(&self, step_max_s: u64) -> Result<(), sqlx::Error> {
        let now_s = self.shared.now_ms() / 1000;
        let (changed, seen) = {
            let mut memory = self.shared.memory_mut();
            memory.tiers.open(now_s);
            (memory.tiers.take_changed(step_max_s), memory.take_unwritten())
        };
        let mut transaction = self.shared.store.begin().await?;
        buckets::write(&mut transaction, &changed).await?;
        for operation in &seen {
            operations::write(&mut transaction, operation).await?;
        }
        if step_max_s == u64::MAX {
            buckets::forget(&mut transaction, now_s).await?;
            operations::forget(&mut transaction, u32::try_from(OPERATIONS_MAX).unwrap_or(u32::MAX)).await?;
        }
        transaction.commit().await
    }

    /// Forgets the oldest traces while there are too many bytes or they are too old, a few at a time.
    async fn forget(&mut self, now_ms: u64) -> Result<(), sqlx::Error> {
        let age_us = micros(self.shared.options.age_max);
        let oldest_us = (now_ms * 1000).saturating_sub(age_us);
        let bytes_wanted = self.bytes - self.shared.options.bytes_max.cast_signed();
        let mut transaction = self.shared.store.begin().await?;
        let bytes = traces::forget(&mut transaction, oldest_us, bytes_wanted, FORGET_MAX).await?;
        transaction.commit().await?;
        self.bytes -= bytes;
        if bytes > 0 {
            traces::shrink(&self.shared.store).await?;
        }
        Ok(())
    }

    async fn write_all(&mut self) {
        for trace in self.at_hand.values_mut() {
            // Nothing more will come.
            trace.is_merged |= trace.head.record.is_none() && !trace.is_foreign;
        }
        self.write().await;
        self.shared.memory_mut().tiers.close();
        let written = self.write_counts(u64::MAX).await;
        self.complain(written);
    }

    async fn learn(&mut self, graph: &GraphModel) {
        let noted = graph.note_changes(&self.shared.store, self.shared.now_ms()).await;
        self.complain(noted);
    }

    /// Says once what is wrong with the store; it may well be wrong many times a second.
    fn complain(&mut self, written: Result<(), sqlx::Error>) {
        match written {
            Ok(()) => {}
            Err(error) if std::mem::replace(&mut self.has_complained, true) => {
                tracing::debug!(%error, "the studio cannot write");
            }
            Err(error) => tracing::error!(%error, "the studio cannot write what it is told; its history has a gap"),
        }
    }
}
