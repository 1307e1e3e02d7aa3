//! A part of the traces under way.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Instant;

use crate::sink::KeptFor;
use crate::span::{Span, TraceId};

/// Times of forgotten traces that are left to pass, so that they are not searched for at every turn.
const TIMES_LEFT_OVER_MAX: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Shard {
    traces: HashMap<TraceId, Trace>,
    /// When to look at which trace, the earliest first; one whose time was put off stands here several times, one that is
    /// forgotten may still.
    times: BinaryHeap<Reverse<(Instant, TraceId)>>,
}

/// A trace under way, or one that was kept a little while ago.
#[derive(Debug)]
struct Trace {
    /// Requests of it that have begun, and have not ended.
    undecided: u32,
    /// Set when the first of them has ended, if it is kept.
    kept: Option<KeptFor>,
    held: Vec<Span>,
    /// Of what is held.
    bytes: usize,
    /// Those that have been held or handed on.
    spans: usize,
    /// Whether a span of it says so.
    sampled: bool,
    until: Instant,
}

/// What becomes of a span that has ended.
#[derive(Debug)]
pub(super) enum Ended {
    Held,
    Kept(Span, KeptFor),
    /// Nobody has asked for it.
    Unwanted,
    /// Its trace has as many as one may have.
    TooMany,
    /// All traces together are too large.
    NoRoom,
}

/// What was held of a trace that has been decided.
#[derive(Debug, Default)]
pub(super) struct Decided {
    pub(super) kept: Option<KeptFor>,
    pub(super) held: Vec<Span>,
    /// Of what is held no longer.
    pub(super) bytes: usize,
    /// Whether it is kept for the sake of another request of the same trace only.
    pub(super) is_borrowed: bool,
}

/// What was held of a trace that nobody has decided in time.
#[derive(Debug)]
pub(super) struct Expired {
    pub(super) spans: Vec<Span>,
    pub(super) bytes: usize,
    pub(super) sampled: bool,
}

impl Shard {
    /// Whether there was room for the trace.
    pub(super) fn begin(&mut self, id: TraceId, traces_max: usize, until: Instant) -> bool {
        if let Some(trace) = self.traces.get_mut(&id) {
            trace.undecided = trace.undecided.saturating_add(1);
            trace.until = until;
        } else {
            if self.traces.len() >= traces_max {
                return false;
            }
            let trace = Trace { undecided: 1, kept: None, held: Vec::new(), bytes: 0, spans: 0, sampled: false, until };
            self.traces.insert(id, trace);
        }
        self.look_at(id, until);
        true
    }

    pub(super) fn knows(&self, id: TraceId) -> bool {
        self.traces.contains_key(&id)
    }

    pub(super) fn ended(
        &mut self,
        span: Span,
        size: usize,
        sampled: bool,
        spans_max: usize,
        has_room: impl FnOnce() -> bool,
    ) -> Ended {
        let Some(trace) = self.traces.get_mut(&span.trace_id) else {
            return if sampled { Ended::Kept(span, KeptFor::Asked) } else { Ended::Unwanted };
        };
        if trace.spans >= spans_max {
            return Ended::TooMany;
        }
        trace.sampled |= sampled;
        if let Some(why) = trace.kept {
            trace.spans += 1;
            return Ended::Kept(span, why);
        }
        if !has_room() {
            return Ended::NoRoom;
        }
        trace.spans += 1;
        trace.bytes += size;
        trace.held.push(span);
        Ended::Held
    }

    pub(super) fn decide(&mut self, id: TraceId, kept: Option<KeptFor>, spans_max: usize, until: Instant) -> Decided {
        // One for which there was no room, or which took too long: its router's own spans are all there is.
        let Some(trace) = self.traces.get_mut(&id) else { return Decided { kept, ..Decided::default() } };
        trace.undecided = trace.undecided.saturating_sub(1);
        let is_borrowed = trace.kept.is_some() && kept.is_none();
        if is_borrowed && trace.spans >= spans_max {
            return Decided::default();
        }
        trace.kept = trace.kept.or(kept);
        if trace.kept.is_some() {
            trace.until = trace.until.max(until);
            let (held, bytes) = (std::mem::take(&mut trace.held), std::mem::take(&mut trace.bytes));
            let decided = Decided { kept: trace.kept, held, bytes, is_borrowed };
            self.look_at(id, until);
            return decided;
        }
        if trace.undecided > 0 {
            return Decided::default();
        }
        let bytes = self.traces.remove(&id).map_or(0, |trace| trace.bytes);
        Decided { bytes, ..Decided::default() }
    }

    /// So many more of this trace were handed on.
    pub(super) fn count(&mut self, id: TraceId, spans: usize) {
        if let Some(trace) = self.traces.get_mut(&id) {
            trace.spans = trace.spans.saturating_add(spans);
        }
    }

    /// Forgets what has had its time.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Expired> {
        let mut expired = Vec::new();
        while self.times.peek().is_some_and(|Reverse((time, _))| *time <= now)
            && let Some(Reverse((_, id))) = self.times.pop()
        {
            // It may have been decided, and begun anew, since then.
            if self.traces.get(&id).is_some_and(|trace| trace.until <= now)
                && let Some(Trace { held: spans, bytes, sampled, .. }) = self.traces.remove(&id)
            {
                expired.push(Expired { spans, bytes, sampled });
            }
        }
        expired
    }

    fn look_at(&mut self, id: TraceId, until: Instant) {
        if self.times.len() > 2 * self.traces.len() + TIMES_LEFT_OVER_MAX {
            self.times.retain(|Reverse((_, id))| self.traces.contains_key(id));
        }
        self.times.push(Reverse((until, id)));
    }
}
