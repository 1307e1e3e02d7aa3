//! Labels whose values clients choose, kept to the few that are used most (AMP-22).
//!
//! A name is given a [`Slot`] once, by whoever prepares what is measured under it, an operation for one; it is measured
//! through the slot. Names that are used most have series of their own, all others share one. Who belongs to the first is
//! judged again and again ([`Bounded::balance`]): a name that comes to be used more than twice as often as one of them takes
//! its place. Its series begins with nothing: what was counted before stays where it was counted, so that the sum over all
//! series is right at any time.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

/// The value of the label for all that have no series of their own.
pub const OTHER: &str = "other";

/// Longer names have no series of their own, in bytes.
const NAME_BYTES_MAX: usize = 100;

/// Most names that are looked at, whether they have series or not. Those beyond share one without being looked at.
const NAMES_MAX: usize = 20_000;

/// The names of one label. `S` is what is measured under each: handles of its series.
pub struct Bounded<S> {
    limit: usize,
    make: Box<dyn Fn(&str) -> S + Send + Sync>,
    forget: Box<dyn Fn(&str) + Send + Sync>,
    other: Arc<S>,
    names: Mutex<Names<S>>,
}

struct Names<S> {
    /// Those with series of their own.
    named: Vec<Arc<Slot<S>>>,
    /// All that somebody may still measure under.
    known: HashMap<Arc<str>, Weak<Slot<S>>>,
}

/// A name to measure under.
pub struct Slot<S> {
    name: Arc<str>,
    /// Since names were judged last.
    uses: AtomicU64,
    /// Of all the time before, the older the less.
    score: AtomicU64,
    series: RwLock<Arc<S>>,
}

impl<S> Slot<S> {
    /// Measures one use.
    pub fn measure<T>(&self, measure: impl FnOnce(&S) -> T) -> T {
        self.uses.fetch_add(1, Ordering::Relaxed);
        // What is measured is on the series before the name can lose it.
        measure(&self.series.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn score(&self) -> u64 {
        self.score.load(Ordering::Relaxed)
    }

    fn give(&self, series: Arc<S>) {
        *self.series.write().unwrap_or_else(PoisonError::into_inner) = series;
    }
}

impl<S> Bounded<S> {
    /// At most `limit` names with series of their own. `make` makes the series of a name, that of [`OTHER`] among them;
    /// `forget` is told when a name has lost its own.
    pub fn new(
        limit: usize,
        make: impl Fn(&str) -> S + Send + Sync + 'static,
        forget: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        let other = Arc::new(make(OTHER));
        let names = Mutex::new(Names { named: Vec::new(), known: HashMap::new() });
        Self { limit, make: Box::new(make), forget: Box::new(forget), other, names }
    }

    /// Where something of this name is measured. As long as there is room, a name has series of its own at once.
    pub fn slot(&self, name: &str) -> Arc<Slot<S>> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = names.known.get(name).and_then(Weak::upgrade) {
            return slot;
        }
        let slot = Arc::new(Slot {
            name: name.into(),
            uses: AtomicU64::new(0),
            score: AtomicU64::new(0),
            series: RwLock::new(Arc::clone(&self.other)),
        });
        if name.len() > NAME_BYTES_MAX || name == OTHER {
            return slot;
        }
        if names.known.len() >= NAMES_MAX {
            names.known.retain(|_, slot| slot.strong_count() > 0);
        }
        if names.known.len() < NAMES_MAX {
            names.known.insert(Arc::clone(&slot.name), Arc::downgrade(&slot));
            if names.named.len() < self.limit {
                slot.give(Arc::new((self.make)(name)));
                names.named.push(Arc::clone(&slot));
            }
        }
        slot
    }

    /// Judges anew which names have series of their own. To be called every so often: what was used counts half as much
    /// each time.
    pub fn balance(&self) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let Names { named, known } = &mut *names;
        known.retain(|_, slot| slot.strong_count() > 0);
        let mut others: Vec<Arc<Slot<S>>> = known.values().filter_map(Weak::upgrade).collect();
        for slot in &others {
            let score = slot.score() / 2 + slot.uses.swap(0, Ordering::Relaxed);
            slot.score.store(score, Ordering::Relaxed);
        }
        others.retain(|slot| slot.score() > 0 && !named.iter().any(|its| Arc::ptr_eq(its, slot)));
        others.sort_by_key(|slot| std::cmp::Reverse(slot.score()));
        named.sort_by_key(|slot| std::cmp::Reverse(slot.score()));
        for other in others {
            if named.len() >= self.limit {
                let Some(last) = named.pop_if(|last| other.score() / 2 > last.score()) else { break };
                last.give(Arc::clone(&self.other));
                (self.forget)(&last.name);
            }
            other.give(Arc::new((self.make)(&other.name)));
            let place = named.partition_point(|its| its.score() >= other.score());
            named.insert(place, other);
        }
    }
}

impl<S> fmt::Debug for Bounded<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Bounded").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl<S> fmt::Debug for Slot<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Slot").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Counts = Arc<Mutex<HashMap<String, u64>>>;

    /// Names whose uses are counted by the name that they are measured under.
    fn counted(limit: usize) -> (Bounded<String>, Counts) {
        let counts = Counts::default();
        let of_forgotten = Arc::clone(&counts);
        let forget = move |name: &str| {
            of_forgotten.lock().unwrap().remove(name);
        };
        (Bounded::new(limit, str::to_owned, forget), counts)
    }

    fn used(slot: &Slot<String>, counts: &Counts, times: usize) {
        for _ in 0..times {
            slot.measure(|name| *counts.lock().unwrap().entry(name.clone()).or_default() += 1);
        }
    }

    fn of(counts: &Counts, name: &str) -> u64 {
        counts.lock().unwrap().get(name).copied().unwrap_or_default()
    }

    #[test]
    fn those_that_are_used_most_come_to_have_series_of_their_own() {
        let (bounded, counts) = counted(2);
        let [first, second, third] = ["first", "second", "third"].map(|name| bounded.slot(name));
        used(&first, &counts, 10);
        used(&second, &counts, 3);
        used(&third, &counts, 8);
        assert_eq!((of(&counts, "second"), of(&counts, "third"), of(&counts, OTHER)), (3, 0, 8));
        bounded.balance();
        used(&third, &counts, 4);
        used(&second, &counts, 2);
        // What was counted before stays where it was.
        assert_eq!((of(&counts, "second"), of(&counts, "third"), of(&counts, OTHER)), (0, 4, 10));
        bounded.balance();
        assert_eq!((of(&counts, "first"), of(&counts, "third"), of(&counts, OTHER)), (10, 4, 10));
    }

    /// Two names that are used alike do not take each other's place again and again.
    #[test]
    fn little_more_use_is_not_enough() {
        let (bounded, counts) = counted(1);
        let (first, second) = (bounded.slot("first"), bounded.slot("second"));
        for round in 0..10 {
            used(&first, &counts, 10 + round % 2);
            used(&second, &counts, 11 - round % 2);
            bounded.balance();
        }
        assert!(of(&counts, "first") > 100 && of(&counts, "second") == 0);
    }

    /// AMP-22: names that nobody asks for twice take the place of none that is used, and no memory.
    #[test]
    fn a_flood_of_names_grows_nothing_and_hides_nothing() {
        let (bounded, counts) = counted(3);
        for flood in 0..3_000 {
            used(&bounded.slot(&format!("flood{flood}")), &counts, 1);
        }
        let real = bounded.slot("Real");
        for _ in 0..5 {
            used(&real, &counts, 20);
            bounded.balance();
        }
        assert_eq!(of(&counts, "Real"), 80);
        assert!(bounded.names.lock().unwrap().known.len() <= 4);
        assert!(counts.lock().unwrap().len() <= 4, "{:?}", counts.lock().unwrap());
        let long = bounded.slot(&"x".repeat(NAME_BYTES_MAX + 1));
        let before = of(&counts, OTHER);
        used(&long, &counts, 1);
        assert_eq!(of(&counts, OTHER), before + 1);
    }
}
