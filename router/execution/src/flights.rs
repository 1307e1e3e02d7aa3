//! Exchanges under way, so that whoever asks the same at the same time waits for the same answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::fetch::failure::FetchFailure;
use crate::fetch::reply::SubgraphReply;

/// What one exchange gave.
pub(crate) type Landed = Result<SubgraphReply, FetchFailure>;
type Key = [u8; 32];

/// Exchanges under way in this process.
#[derive(Debug, Clone, Default)]
pub struct Flights(Arc<Mutex<HashMap<Key, watch::Receiver<Option<Landed>>>>>);

/// Takes the flight off the list when it has landed, and when whoever led it was dropped on the way.
struct Leader<'f> {
    flights: &'f Flights,
    key: Key,
    landed: watch::Sender<Option<Landed>>,
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        self.flights.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl Flights {
    /// The answer to what `key` stands for, and whether it is that of `exchange` and not of one that was under way. Whoever
    /// leads may be dropped; one of those who waited then leads.
    pub(crate) async fn join(&self, key: Key, exchange: impl Future<Output = Landed>) -> (Landed, bool) {
        loop {
            let (leader, mut followed) = {
                let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                match under_way.get(&key) {
                    Some(flight) => (None, flight.clone()),
                    None => {
                        let (landed, flight) = watch::channel(None);
                        under_way.insert(key, flight.clone());
                        (Some(Leader { flights: self, key, landed }), flight)
                    }
                }
            };
            if let Some(leader) = leader {
                let outcome = exchange.await;
                leader.landed.send_replace(Some(outcome.clone()));
                return (outcome, true);
            }
            // An error here means that the leader is gone without an answer.
            if let Ok(landed) = followed.wait_for(Option::is_some).await {
                return (landed.clone().expect("invariant: it was waited for"), false);
            }
        }
    }

    /// How many exchanges are under way.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
