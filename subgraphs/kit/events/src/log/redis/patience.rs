//! How long other replicas have been silent, by a clock that only counts on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What was seen of the work of others: for each group and stream its state, and since when it has been the same.
#[derive(Debug, Default)]
pub(super) struct Patience(Mutex<HashMap<(String, String), Seen>>);

#[derive(Debug)]
struct Seen {
    state: String,
    since: Instant,
}

impl Patience {
    /// The state of each stream whose replica has been silent for so long; nothing for the others.
    pub(super) fn ended(&self, group: &str, streams: &[String], silence_max: Duration) -> Vec<String> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let state = |stream: &String| {
            let seen = seen.get(&(group.to_owned(), stream.clone()));
            seen.filter(|seen| seen.since.elapsed() >= silence_max).map(|seen| seen.state.clone()).unwrap_or_default()
        };
        streams.iter().map(state).collect()
    }

    /// Notes on which streams others work now, and how far they are.
    pub(super) fn note(&self, group: &str, streams: &[String], others: Vec<(String, String)>) {
        let mut others: HashMap<String, String> = others.into_iter().collect();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in streams {
            let key = (group.to_owned(), stream.clone());
            match others.remove(stream) {
                None => {
                    seen.remove(&key);
                }
                Some(state) if seen.get(&key).is_some_and(|seen| seen.state == state) => {}
                Some(state) => {
                    seen.insert(key, Seen { state, since: Instant::now() });
                }
            }
        }
    }
}
