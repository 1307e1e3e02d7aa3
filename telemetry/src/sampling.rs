//! Which traces are kept.
//!
//! At the head of a request it is decided by rate, or by whoever has begun the trace, if they are believed; that decision is
//! told to all who take part. At its end a request that has failed, or was slow, is kept all the same, with the spans that
//! are there. Both are bounded by a number of traces in a second, so that neither a flood of requests nor one of failures
//! becomes a flood of spans.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::sink::KeptFor;
use crate::span::TraceId;

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SamplingRules {
    /// The share of requests that is kept whatever becomes of them, from 0 to 1.
    pub rate: f64,
    /// Whether requests that have failed are kept.
    pub errors: bool,
    /// Requests that take at least so long are kept.
    pub slow: Option<Duration>,
    /// The most traces that are kept in a second by the decision at their head, and again by that at their end.
    pub traces_per_second_max: u32,
}

impl Default for SamplingRules {
    fn default() -> Self {
        Self { rate: 1.0, errors: true, slow: Some(Duration::from_secs(1)), traces_per_second_max: 100 }
    }
}

/// How a request has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ending {
    /// How long it took.
    pub duration: Duration,
    /// Whether it has failed, by no fault of the client.
    pub has_failed: bool,
    /// Whether a fault was put in its way.
    pub is_faulted: bool,
    /// From when on an operation of this kind is slow, in the place of the rules'.
    pub slow: Option<Duration>,
}

/// Decides. Made once.
#[derive(Debug)]
pub struct Sampler {
    rules: SamplingRules,
    /// Of 63 bits of an id, those below this are kept.
    threshold: u64,
    at_head: Budget,
    at_end: Budget,
}

impl Sampler {
    /// A sampler by these rules.
    #[must_use]
    pub fn new(rules: SamplingRules) -> Self {
        let budget = || Budget::new(rules.traces_per_second_max);
        Self { rules, threshold: threshold(rules.rate), at_head: budget(), at_end: budget() }
    }

    /// Whether anything is decided at the end of requests: then spans have to be held until there.
    #[must_use]
    pub fn waits_for_the_end(&self) -> bool {
        (self.rules.errors || self.rules.slow.is_some()) && self.rules.traces_per_second_max > 0
    }

    /// Whether to keep a trace that begins here, or that comes with a decision (`parent`) which is believed. The same trace is
    /// decided alike wherever the rate is the same, as with OpenTelemetry's `TraceIdRatioBased`.
    ///
    /// Who lets clients choose trace ids, and does not believe them, gives random numbers in the id's place.
    #[must_use]
    pub fn at_head(&self, trace: TraceId, parent: Option<bool>) -> Option<KeptFor> {
        let why = match parent {
            Some(true) => KeptFor::Asked,
            None if lower_bits(trace) < self.threshold => KeptFor::Sample,
            Some(false) | None => return None,
        };
        self.at_head.take(Instant::now()).then_some(why)
    }

    /// Whether to keep a trace, of which this was decided at its head. What has become of it says more than that it was one of
    /// many.
    #[must_use]
    pub fn at_end(&self, head: Option<KeptFor>, ending: Ending) -> Option<KeptFor> {
        let slow = ending.slow.or(self.rules.slow);
        let why = if ending.is_faulted {
            KeptFor::Fault
        } else if ending.has_failed && self.rules.errors {
            KeptFor::Error
        } else if slow.is_some_and(|slow| ending.duration >= slow) {
            KeptFor::Slow
        } else {
            return head;
        };
        (head.is_some() || self.at_end.take(Instant::now())).then_some(why)
    }
}

fn lower_bits(trace: TraceId) -> u64 {
    let bytes = trace.bytes();
    u64::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]]) >> 1
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share between 0 and 1 of 63 bits; the last bits of it matter to nobody"
)]
fn threshold(rate: f64) -> u64 {
    const WHOLE: u64 = 1 << 63;
    if rate >= 1.0 { WHOLE } else { (rate.max(0.0) * WHOLE as f64) as u64 }
}

/// So many in a second, of which those that were not used are not saved up for longer than that.
#[derive(Debug)]
struct Budget {
    begun: Instant,
    /// Between two of them, in nanoseconds; nothing when there are none.
    interval: Option<u64>,
    /// When all that were taken are used up, in nanoseconds since it began.
    used_until: AtomicU64,
}

const SECOND: u64 = 1_000_000_000;

impl Budget {
    fn new(per_second: u32) -> Self {
        let interval = SECOND.checked_div(u64::from(per_second));
        Self { begun: Instant::now(), interval, used_until: AtomicU64::new(0) }
    }

    fn take(&self, now: Instant) -> bool {
        let Some(interval) = self.interval else { return false };
        // It begins with a second of which nothing was used.
        let now = u64::try_from(now.saturating_duration_since(self.begun).as_nanos()).unwrap_or(u64::MAX / 2) + SECOND;
        let taken = self.used_until.try_update(Ordering::Relaxed, Ordering::Relaxed, |used_until| {
            let next = used_until.max(now - SECOND) + interval;
            (next <= now).then_some(next)
        });
        taken.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Budget, Ending, Sampler, SamplingRules};
    use crate::sink::KeptFor;
    use crate::span::TraceId;

    fn unbounded(rate: f64) -> Sampler {
        Sampler::new(SamplingRules { rate, traces_per_second_max: 1_000_000_000, ..SamplingRules::default() })
    }

    #[test]
    fn a_share_of_the_traces_is_kept_and_the_same_ones_everywhere() {
        let (one, other) = (unbounded(0.25), unbounded(0.25));
        let traces: Vec<TraceId> = (0..4_000).map(|_| TraceId::random()).collect();
        let kept: Vec<_> = traces.iter().filter(|trace| one.at_head(**trace, None).is_some()).collect();
        assert!((800..1_200).contains(&kept.len()), "{}", kept.len());
        assert!(kept.iter().all(|trace| other.at_head(**trace, None) == Some(KeptFor::Sample)));
        assert!(traces.iter().all(|trace| unbounded(0.0).at_head(*trace, None).is_none()));
        assert!(traces.iter().all(|trace| unbounded(1.0).at_head(*trace, None).is_some()));
    }

    #[test]
    fn who_began_the_trace_is_followed_either_way() {
        let trace = TraceId::random();
        assert_eq!(unbounded(0.0).at_head(trace, Some(true)), Some(KeptFor::Asked));
        assert_eq!(unbounded(1.0).at_head(trace, Some(false)), None);
    }

    #[test]
    fn what_has_failed_or_was_slow_is_kept_at_the_end() {
        let sampler = unbounded(0.0);
        let quick = Ending { duration: Duration::from_millis(999), ..Ending::default() };
        assert_eq!(sampler.at_end(None, quick), None);
        assert_eq!(sampler.at_end(Some(KeptFor::Sample), quick), Some(KeptFor::Sample));
        for head in [None, Some(KeptFor::Asked)] {
            assert_eq!(sampler.at_end(head, Ending { has_failed: true, ..quick }), Some(KeptFor::Error));
            assert_eq!(sampler.at_end(head, Ending { is_faulted: true, ..quick }), Some(KeptFor::Fault));
        }
        assert_eq!(sampler.at_end(None, Ending { duration: Duration::from_secs(1), ..quick }), Some(KeptFor::Slow));
        assert_eq!(
            sampler.at_end(None, Ending { slow: Some(Duration::from_millis(100)), ..quick }),
            Some(KeptFor::Slow)
        );
        let none = SamplingRules { errors: false, slow: None, ..SamplingRules::default() };
        assert!(!Sampler::new(none).waits_for_the_end() && sampler.waits_for_the_end());
        assert_eq!(Sampler::new(none).at_end(None, Ending { has_failed: true, ..quick }), None);
    }

    #[test]
    fn no_more_than_so_many_are_kept_in_a_second() {
        let budget = Budget::new(10);
        let begin = Instant::now();
        let taken = |at: Duration| (0..100).filter(|_| budget.take(begin + at)).count();
        assert_eq!(taken(Duration::from_millis(1)), 10);
        assert_eq!(taken(Duration::from_millis(502)), 5);
        assert_eq!(taken(Duration::from_secs(60)), 10);
        assert!(!Budget::new(0).take(begin));
    }
}
