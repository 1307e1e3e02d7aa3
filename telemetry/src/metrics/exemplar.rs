//! Which trace a measurement belongs to (OpenMetrics 1.0, "Exemplars").

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::TraceId;

thread_local! {
    static CURRENT: Cell<Option<TraceId>> = const { Cell::new(None) };
}

/// A measurement that stands for those of its bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exemplar {
    /// The trace in which it was made.
    pub trace_id: TraceId,
    /// What was measured.
    pub value: f64,
    /// When, in nanoseconds since 1970.
    pub at_unix_ns: u64,
}

impl Exemplar {
    /// A measurement that is made now, when there is a trace that it belongs to.
    pub(crate) fn of(value: f64) -> Option<Self> {
        Some(Self { trace_id: current()?, value, at_unix_ns: now_unix_ns() })
    }
}

/// Measures something that belongs to a trace, one that will be kept: an exemplar of a trace that nobody has leads nowhere.
pub fn with_trace<T>(trace: Option<TraceId>, measure: impl FnOnce() -> T) -> T {
    let _restored = Restored(CURRENT.replace(trace));
    measure()
}

/// The same for all that is measured while a future is polled.
pub fn in_trace<F: Future>(trace: Option<TraceId>, future: F) -> InTrace<F> {
    InTrace { trace, future: Box::pin(future) }
}

/// A future whose measurements belong to a trace.
#[derive(Debug)]
#[must_use = "nothing happens until it is polled"]
pub struct InTrace<F> {
    trace: Option<TraceId>,
    future: Pin<Box<F>>,
}

impl<F: Future> Future for InTrace<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let trace = self.trace;
        with_trace(trace, || self.future.as_mut().poll(context))
    }
}

/// The trace that a measurement belongs to, if it is made now on this thread.
fn current() -> Option<TraceId> {
    CURRENT.try_with(Cell::get).ok().flatten()
}

/// Puts back what was there before, also when what was measured panics.
struct Restored(Option<TraceId>);

impl Drop for Restored {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// Nanoseconds since 1970.
pub(crate) fn now_unix_ns() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(byte: u8) -> Option<TraceId> {
        TraceId::new([byte; 16])
    }

    #[test]
    fn a_measurement_belongs_to_the_innermost_trace_and_the_outer_one_comes_back() {
        assert_eq!(current(), None);
        with_trace(trace(1), || {
            with_trace(trace(2), || assert_eq!(current(), trace(2)));
            with_trace(None, || assert_eq!(current(), None));
            let _ = std::panic::catch_unwind(|| with_trace(trace(3), || panic!("for the test")));
            assert_eq!(Exemplar::of(0.5).map(|exemplar| exemplar.trace_id), trace(1));
        });
        assert_eq!(current(), None);
    }

    /// Other futures of the same thread are polled in between.
    #[tokio::test]
    async fn a_future_keeps_its_trace_over_its_waits_and_gives_it_to_no_other() {
        let both = tokio::join!(
            in_trace(trace(1), async {
                tokio::task::yield_now().await;
                current()
            }),
            in_trace(trace(2), async {
                tokio::task::yield_now().await;
                current()
            }),
            async {
                tokio::task::yield_now().await;
                current()
            },
        );
        assert_eq!(both, (trace(1), trace(2), None));
    }
}
