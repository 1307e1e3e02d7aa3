//! Leaving alone who does not answer (S4-RR-2): after some failures in a row nobody asks for a moment, then one question
//! goes through, and its answer decides.

use std::sync::{Mutex, PoisonError};

/// Failures in a row that open the breaker.
const FAILURES_MAX: u32 = 5;
/// How long it stays open, in microseconds.
const REST_US: i64 = 1_000_000;

#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until when nobody asks; moved on by whoever is let through to try.
    rests_until: i64,
}

impl Breaker {
    pub(super) fn lets_pass(&self, now: i64) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failures < FAILURES_MAX {
            return true;
        }
        let may_try = now >= state.rests_until;
        if may_try {
            state.rests_until = now + REST_US;
        }
        may_try
    }

    /// Notes an answer, or that there was none, and tells whether she is left alone from now on.
    pub(super) fn note(&self, answered: bool, now: i64) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answered {
            state.failures = 0;
        } else {
            state.failures = state.failures.saturating_add(1);
            state.rests_until = now + REST_US;
        }
        state.failures >= FAILURES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S4-RR-2
    #[test]
    fn it_opens_after_failures_in_a_row_and_lets_one_through_to_try() {
        let breaker = Breaker::default();
        for _ in 0..FAILURES_MAX - 1 {
            breaker.note(false, 0);
        }
        breaker.note(true, 0);
        for _ in 0..FAILURES_MAX {
            assert!(breaker.lets_pass(0));
            breaker.note(false, 0);
        }
        assert!(!breaker.lets_pass(REST_US - 1));
        assert!(breaker.lets_pass(REST_US));
        assert!(!breaker.lets_pass(REST_US), "one at a time");
        breaker.note(true, REST_US);
        assert!(breaker.lets_pass(REST_US));
    }
}
