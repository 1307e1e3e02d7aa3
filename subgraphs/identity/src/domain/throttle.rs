//! How often somebody may guess a password (domain.md 3.1).

/// Attempts in one window before waiting begins.
const FAILURES_MAX: i64 = 5;
/// How long failures are remembered: 15 minutes, in microseconds.
const WINDOW_US: i64 = 15 * 60 * 1_000_000;
/// The first wait: 30 seconds, in microseconds. Each further failure doubles it, up to the window.
const FIRST_WAIT_US: i64 = 30 * 1_000_000;

/// The attempts on one account from one address that have not succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attempts {
    pub(crate) failures: i64,
    pub(crate) window_start_at: i64,
    pub(crate) blocked_until: Option<i64>,
}

impl Attempts {
    /// None so far.
    pub(crate) const fn none(now: i64) -> Self {
        Self { failures: 0, window_start_at: now, blocked_until: None }
    }
}

/// Counts an attempt before it is made, so that many at a time are no way around; a success forgets them all.
///
/// # Errors
/// The microseconds to wait, when there were too many.
pub(crate) fn admit_attempt(attempts: Attempts, now: i64) -> Result<Attempts, i64> {
    let wait = attempts.blocked_until.map_or(0, |until| until - now);
    if wait > 0 {
        return Err(wait);
    }
    let is_over = now - attempts.window_start_at >= WINDOW_US;
    let base = if is_over { Attempts::none(now) } else { attempts };
    let failures = base.failures + 1;
    let blocked_until = (failures >= FAILURES_MAX).then(|| {
        let doublings = u32::try_from(failures - FAILURES_MAX).unwrap_or(u32::MAX).min(10);
        now + (FIRST_WAIT_US << doublings).min(WINDOW_US)
    });
    Ok(Attempts { failures, blocked_until, ..base })
}

#[cfg(test)]
mod tests {
    use super::{Attempts, FAILURES_MAX, FIRST_WAIT_US, WINDOW_US, admit_attempt};

    #[test]
    fn after_five_failures_the_wait_grows_until_the_window_is_over() {
        let mut attempts = Attempts::none(0);
        for _ in 0..FAILURES_MAX {
            attempts = admit_attempt(attempts, 0).unwrap();
        }
        assert_eq!(admit_attempt(attempts, 1), Err(FIRST_WAIT_US - 1));
        let sixth = admit_attempt(attempts, FIRST_WAIT_US).unwrap();
        assert_eq!(admit_attempt(sixth, FIRST_WAIT_US), Err(2 * FIRST_WAIT_US));
        assert_eq!(admit_attempt(sixth, WINDOW_US).unwrap().failures, 1);
    }
}
