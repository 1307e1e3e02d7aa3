//! What a subgraph needs from outside.

use std::sync::Arc;

use kit_database::DatabaseSettings;
use kit_events::EventLog;
use kit_ids::{Clock, Randomness, SystemClock, SystemRandomness};
use kit_live::LiveBus;
use kit_viewer::KeyRing;

use crate::Neighbours;

/// What a subgraph needs from outside.
#[derive(Clone)]
pub struct ServiceSettings {
    /// Where its data lies.
    pub database: DatabaseSettings,
    /// Where its events go to and come from. All subgraphs of a process share one.
    pub event_log: Arc<dyn EventLog>,
    /// How it reaches those who listen to it. All subgraphs of a process share one. Default: in this process alone.
    pub live: LiveBus,
    /// Where its sisters are.
    pub neighbours: Neighbours,
    /// The keys of signed requests. Cursors are sealed with a key derived from the current one.
    pub keys: KeyRing,
    /// What only this subgraph knows: see [`crate::ServiceContext::options`]. `null` for its defaults.
    pub options: serde_json::Value,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance, fit for secrets.
    pub randomness: Arc<dyn Randomness>,
}

impl ServiceSettings {
    /// Settings with the machine's clock and chance, and without options.
    #[must_use]
    pub fn new(database: DatabaseSettings, event_log: Arc<dyn EventLog>, keys: KeyRing) -> Self {
        Self {
            database,
            event_log,
            live: LiveBus::in_process(),
            neighbours: Neighbours::default(),
            keys,
            options: serde_json::Value::Null,
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
        }
    }
}

impl std::fmt::Debug for ServiceSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Options may hold secrets.
        formatter.debug_struct("ServiceSettings").field("database", &self.database).finish_non_exhaustive()
    }
}
