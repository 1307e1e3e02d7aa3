//! What is told while it happens.

use std::sync::Arc;

use serde::Serialize;

use crate::histogram::Histogram;
use crate::view::numbers::{moment, ms_of};

/// Events that a listener may be behind; it misses what is older.
pub const SUBSCRIBERS_BEHIND_MAX: usize = 256;
/// Traces that are told in one second.
const TRACES_MAX: u64 = 20;

/// Something that has happened.
#[derive(Debug, Clone)]
pub enum LiveEvent {
    /// A second has passed: a [`Tick`], as JSON.
    Tick(Arc<str>),
    /// A request was kept: a summary, as JSON.
    Trace(Arc<str>),
}

/// What was answered within a second.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Tick {
    at: String,
    requests: u64,
    requests_per_second: u64,
    errors: u64,
    p95_ms: Option<f64>,
    skipped: u64,
}

/// Counts for the next tick.
#[derive(Debug, Default)]
pub(crate) struct Second {
    errors: u64,
    time: Histogram,
    traces: u64,
}

impl Second {
    pub(crate) fn count(&mut self, us: u64, failed: bool) {
        self.errors += u64::from(failed);
        self.time.record(us);
    }

    /// Whether there is room for a trace.
    pub(crate) fn admits_trace(&mut self) -> bool {
        self.traces += 1;
        self.traces <= TRACES_MAX
    }

    /// Ends the second.
    pub(crate) fn end(&mut self, now_ms: u64) -> Option<LiveEvent> {
        let ended = std::mem::take(self);
        let requests = ended.time.count();
        let tick = Tick {
            at: moment(now_ms),
            requests,
            requests_per_second: requests,
            errors: ended.errors,
            p95_ms: ended.time.quantile_us(0.95).map(ms_of),
            skipped: ended.traces.saturating_sub(TRACES_MAX),
        };
        serde_json::to_string(&tick).ok().map(|text| LiveEvent::Tick(text.into()))
    }
}
