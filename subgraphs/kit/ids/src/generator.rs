//! New ids.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use ulid::Ulid;

use crate::{Clock, Id, Randomness, SystemClock, SystemRandomness};

/// Makes ids, each greater than the one before, even within a millisecond and when the clock is set back.
///
/// Clones share the sequence. Two generators do not know of each other; chance keeps their ids apart.
#[derive(Debug, Clone)]
pub struct IdGenerator(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    last: Mutex<Ulid>,
}

impl IdGenerator {
    /// A generator from these sources.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        Self(Arc::new(Shared { clock, randomness, last: Mutex::new(Ulid::nil()) }))
    }

    /// A generator from the machine's clock and the operating system's chance.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemRandomness))
    }

    /// A new id.
    #[must_use]
    pub fn mint<K>(&self) -> Id<K> {
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now_ms = u64::try_from(self.0.clock.now() / 1_000).unwrap_or_default();
        let fresh = Ulid::from_parts(now_ms, self.random());
        // Within one millisecond chance does not sort: the next one is counted up from the last one.
        let next = if now_ms > last.timestamp_ms() { fresh } else { after(*last).max(fresh) };
        *last = next;
        Id::from_bytes(next.to_bytes())
    }

    fn random(&self) -> u128 {
        let mut bytes = [0; 16];
        self.0.randomness.fill(&mut bytes);
        u128::from_le_bytes(bytes)
    }
}

/// The next greater ULID. When the 80 random bits of a millisecond are used up, that is in the next millisecond.
fn after(last: Ulid) -> Ulid {
    Ulid::from(u128::from(last).saturating_add(1))
}
