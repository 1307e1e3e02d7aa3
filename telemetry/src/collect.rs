//! Holds the spans of traces under way until it is known whether they are worth keeping.
//!
//! Whether a request was slow, or has failed, is known at its end, when most of its spans have ended already: those of
//! subgraphs in the same process, those that other processes have sent. So they wait here. A router says that it has begun a
//! request ([`Collector::begin`]) and, at its end, whether its trace is kept ([`Collector::decide`]): then all that is held
//! goes to the [`SpanSink`]s, and so does what comes a little later; or all of it is dropped. Spans of a trace that no
//! router of this process has begun go by their own *sampled* flag: somebody else has decided for them.
//!
//! Everything is bounded ([`Limits`]): what finds no room is dropped and counted in `telemetry_spans_dropped_total`.

mod held;
mod size;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use metrics::counter;

use self::held::{Ended, Shard};
use crate::sink::{KeptFor, SpanSink};
use crate::span::{Span, TraceId};

/// Requests run beside each other; so that they seldom wait for one another here.
const SHARDS: usize = 16;
const DROPPED: &str = "telemetry_spans_dropped_total";

/// How much is held at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Traces that are under way, or were kept a little while ago.
    pub traces: usize,
    /// Spans of one trace, for as long as it is remembered.
    pub spans_per_trace: usize,
    /// Bytes of all spans that are held, by an estimate.
    pub bytes: usize,
    /// How long a trace may be under way. After that it goes by the *sampled* flag of its spans.
    pub undecided: Duration,
    /// How long it is remembered that a trace is kept, for spans that come after its request was answered.
    pub afterwards: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            traces: 16_384,
            spans_per_trace: 5_000,
            bytes: 64 * 1024 * 1024,
            undecided: Duration::from_secs(120),
            afterwards: Duration::from_secs(30),
        }
    }
}

/// Holds spans of traces under way, and hands on those of traces that are kept. One for a process, shared by all who make
/// spans, receive them, or decide.
#[derive(Debug)]
pub struct Collector {
    shards: [Mutex<Shard>; SHARDS],
    /// Of all that is held.
    bytes: AtomicUsize,
    limits: Limits,
    sinks: RwLock<Arc<[Arc<dyn SpanSink>]>>,
}

impl Default for Collector {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Collector {
    /// A collector with no sink yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            bytes: AtomicUsize::new(0),
            limits,
            sinks: RwLock::new(Arc::from([])),
        }
    }

    /// From now on kept spans go to `sink`, too.
    pub fn add_sink(&self, sink: Arc<dyn SpanSink>) {
        let mut sinks = self.sinks.write().unwrap_or_else(PoisonError::into_inner);
        *sinks = sinks.iter().cloned().chain([sink]).collect();
    }

    /// Whether there is anybody to keep spans for.
    #[must_use]
    pub fn has_sinks(&self) -> bool {
        !self.sinks().is_empty()
    }

    /// A router has begun a request of this trace, and will [decide](Self::decide), once for each time that it has begun.
    pub fn begin(&self, trace: TraceId) {
        let now = Instant::now();
        let per_shard = self.limits.traces.div_ceil(SHARDS);
        let (begun, expired) =
            self.with(trace, now, |shard| shard.begin(trace, per_shard, now + self.limits.undecided));
        self.hand_on_expired(expired);
        if !begun {
            counter!("telemetry_traces_not_held_total").increment(1);
        }
    }

    /// Whether spans of this trace are worth making. Who makes spans asks it when a trace enters, so that nothing is spent on
    /// those that nobody will keep: `sampled` is the flag of their parent.
    #[must_use]
    pub fn wants(&self, trace: TraceId, sampled: bool) -> bool {
        sampled || self.shard(trace).knows(trace)
    }

    /// A span has ended, here or elsewhere; `sampled` is the flag of its own context. It never waits for a sink longer than
    /// that takes to say that it has no room.
    pub fn ended(&self, span: Span, sampled: bool) {
        let now = Instant::now();
        let trace = span.trace_id;
        let size = size::of(&span);
        let (ended, expired) = self.with(trace, now, |shard| {
            shard.ended(span, size, sampled, self.limits.spans_per_trace, || {
                let held = self.bytes.fetch_add(size, Ordering::Relaxed) + size <= self.limits.bytes;
                if !held {
                    self.bytes.fetch_sub(size, Ordering::Relaxed);
                }
                held
            })
        });
        self.hand_on_expired(expired);
        match ended {
            Ended::Held | Ended::Unwanted => {}
            Ended::Kept(span, why) => self.hand_on(&[span], why),
            Ended::TooMany => counter!(DROPPED, "reason" => "spans_per_trace").increment(1),
            Ended::NoRoom => counter!(DROPPED, "reason" => "bytes").increment(1),
        }
    }

    /// The request of a router has ended: its trace is kept for a reason, or it is not. `own` makes the router's own spans of
    /// it; it is called for a trace that is kept only. Answers why it is kept, which may be for the sake of another request
    /// of the same trace.
    pub fn decide(&self, trace: TraceId, kept: Option<KeptFor>, own: impl FnOnce() -> Vec<Span>) -> Option<KeptFor> {
        let now = Instant::now();
        let (spans_max, until) = (self.limits.spans_per_trace, now + self.limits.afterwards);
        let (decided, expired) = self.with(trace, now, |shard| shard.decide(trace, kept, spans_max, until));
        self.hand_on_expired(expired);
        self.bytes.fetch_sub(decided.bytes, Ordering::Relaxed);
        let why = decided.kept?;
        let (mut spans, own) = (decided.held, own());
        if decided.is_borrowed {
            // Whoever sends one trace id again and again gets no more than one trace may have.
            self.shard(trace).count(trace, own.len());
        }
        spans.extend(own);
        self.hand_on(&spans, why);
        Some(why)
    }

    fn shard(&self, trace: TraceId) -> MutexGuard<'_, Shard> {
        let bytes = trace.bytes();
        // Who makes ids makes their last bytes at random, even where the first ones tell the time.
        let index = usize::from(bytes[15] ^ bytes[11]) % SHARDS;
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the shard of a trace, and takes from it what has been under way for too long.
    fn with<T>(&self, trace: TraceId, now: Instant, work: impl FnOnce(&mut Shard) -> T) -> (T, Vec<held::Expired>) {
        let mut shard = self.shard(trace);
        let expired = shard.expire(now);
        (work(&mut shard), expired)
    }

    fn hand_on_expired(&self, expired: Vec<held::Expired>) {
        for held::Expired { spans, bytes, sampled } in expired {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
            if sampled {
                self.hand_on(&spans, KeptFor::Asked);
            } else {
                counter!(DROPPED, "reason" => "undecided").increment(spans.len() as u64);
            }
        }
    }

    fn hand_on(&self, spans: &[Span], why: KeptFor) {
        if spans.is_empty() {
            return;
        }
        for sink in self.sinks().iter() {
            sink.take(spans, why);
        }
    }

    fn sinks(&self) -> Arc<[Arc<dyn SpanSink>]> {
        Arc::clone(&self.sinks.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
