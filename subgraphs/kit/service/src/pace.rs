//! How often somebody may ask for something (AS-011): a bound on each, in the memory of this process.
//!
//! It is there so that nobody keeps a service busy by themselves, not to count exactly: each replica counts for itself, and
//! forgets when it ends. What must be counted for certain, such as guesses of a password, is counted in the database.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

/// Most askers that are remembered in each of two halves; then the older half is forgotten.
const ASKERS_MAX: usize = 50_000;
const MINUTE_US: i64 = 60 * 1_000_000;

/// Somebody has asked too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many requests; wait {retry_after_seconds} seconds")]
pub struct TooOften {
    /// How long to wait, in seconds, one at least.
    pub retry_after_seconds: i64,
}

/// Bounds how often each asker may ask: so many times at once, and as many in each minute.
#[derive(Debug)]
pub struct Pace<Asker> {
    per_minute: u32,
    askers: Mutex<Askers<Asker>>,
}

/// Until when each asker has used up what they may: one question takes its share of a minute.
#[derive(Debug)]
struct Askers<Asker> {
    young: HashMap<Asker, i64>,
    old: HashMap<Asker, i64>,
}

impl<Asker: Eq + Hash> Pace<Asker> {
    /// So many times in each minute; 0 is no bound.
    #[must_use]
    pub fn per_minute(per_minute: u32) -> Self {
        Self { per_minute, askers: Mutex::new(Askers { young: HashMap::new(), old: HashMap::new() }) }
    }

    /// Counts a question, at a time in UTC microseconds. One that is refused counts for nothing.
    ///
    /// # Errors
    /// [`TooOften`] says when to ask again.
    pub fn admit(&self, asker: Asker, now: i64) -> Result<(), TooOften> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let share = MINUTE_US / i64::from(self.per_minute);
        // What stands in a map is whole whatever thread has died over it.
        let mut askers = self.askers.lock().unwrap_or_else(PoisonError::into_inner);
        let used_until = askers.of(&asker).unwrap_or(now).max(now) + share;
        let wait = used_until - now - MINUTE_US;
        if wait > 0 {
            // Whoever asks on is not forgotten.
            askers.keep(asker, used_until - share);
            return Err(TooOften { retry_after_seconds: (wait + 999_999) / 1_000_000 });
        }
        askers.keep(asker, used_until);
        Ok(())
    }
}

impl<Asker: Eq + Hash> Askers<Asker> {
    fn of(&self, asker: &Asker) -> Option<i64> {
        self.young.get(asker).or_else(|| self.old.get(asker)).copied()
    }

    fn keep(&mut self, asker: Asker, used_until: i64) {
        if self.young.len() >= ASKERS_MAX && !self.young.contains_key(&asker) {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(asker, used_until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AS-011: so many at once, and each share of a minute one more; others are not concerned.
    #[test]
    fn as_011_each_asks_so_often() {
        let pace = Pace::per_minute(30);
        for _ in 0..30 {
            assert_eq!(pace.admit("lee", 0), Ok(()));
        }
        assert_eq!(pace.admit("lee", 0), Err(TooOften { retry_after_seconds: 2 }));
        assert_eq!(pace.admit("lee", 1_999_999), Err(TooOften { retry_after_seconds: 1 }));
        assert_eq!(pace.admit("kim", 1_999_999), Ok(()));
        assert_eq!(pace.admit("lee", 2_000_000), Ok(()));
        assert_eq!(pace.admit("lee", 2_000_000), Err(TooOften { retry_after_seconds: 2 }));
        for _ in 0..30 {
            assert_eq!(pace.admit("lee", 2 * MINUTE_US), Ok(()), "what is refused counts for nothing");
        }
    }

    #[test]
    fn nought_is_no_bound() {
        let pace = Pace::per_minute(0);
        assert!((0..10_000).all(|_| pace.admit("lee", 0).is_ok()));
        assert!(pace.askers.lock().unwrap().young.is_empty());
    }

    /// However many ask, so many are remembered; of those who ask on nobody is forgotten.
    #[test]
    fn memory_is_bounded() {
        let pace = Pace::per_minute(2);
        for asker in 0..3 * ASKERS_MAX as u64 {
            pace.admit(asker, 0).unwrap();
            if asker % 10_000 == 1 {
                let _ = pace.admit(u64::MAX, 0);
            }
        }
        assert!(pace.admit(u64::MAX, 0).is_err());
        let askers = pace.askers.lock().unwrap();
        assert!(askers.young.len() <= ASKERS_MAX && askers.old.len() <= ASKERS_MAX);
    }
}
