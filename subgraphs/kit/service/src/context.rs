//! What a subgraph builds its services from.

use std::sync::Arc;

use kit_database::Database;
use kit_ids::{Clock, IdGenerator, Randomness};
use kit_live::{LiveBus, LiveFeed};
use kit_paging::CursorKey;
use kit_viewer::{KeyRing, RequestSigner};
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::{Neighbour, Neighbours};

/// What a subgraph builds its services from. Clones share everything.
#[derive(Clone)]
pub struct ServiceContext {
    /// The subgraph's name.
    pub name: &'static str,
    /// Its database, open and migrated.
    pub database: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: IdGenerator,
    /// Chance, fit for secrets.
    pub randomness: Arc<dyn Randomness>,
    pub(crate) live: LiveBus,
    pub(crate) neighbours: Neighbours,
    pub(crate) keys: KeyRing,
    pub(crate) options: serde_json::Value,
}

impl ServiceContext {
    /// The key of the subgraph's cursors: `schema(…).data(context.cursor_key())`.
    ///
    /// Derived from the current key of signed requests. When that one is rotated, cursors of before become invalid, and
    /// clients begin their lists anew.
    #[must_use]
    pub fn cursor_key(&self) -> CursorKey {
        CursorKey::derive(self.keys.current().expose(), self.name)
    }

    /// What the subgraph tells those who listen to it now, on whichever replica.
    #[must_use]
    pub fn live(&self) -> LiveFeed {
        self.live.feed(self.name)
    }

    /// A sister subgraph, to ask what must be known at once. Whether she is there shows when she is asked.
    #[must_use]
    pub fn neighbour(&self, asked: &'static str) -> Neighbour {
        let signer = RequestSigner::new(self.keys.current().clone());
        Neighbour::new(self.name, asked, self.neighbours.clone(), signer, Arc::clone(&self.clock))
    }

    /// The keys that all subgraphs share: to derive from, for what one subgraph writes and another believes.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// The subgraph's own options; the defaults when none were configured.
    ///
    /// # Errors
    /// [`OptionsError`] when they are not of this form.
    pub fn options<T: DeserializeOwned + Default>(&self) -> Result<T, OptionsError> {
        if self.options.is_null() {
            return Ok(T::default());
        }
        T::deserialize(&self.options).map_err(|source| OptionsError { subgraph: self.name, source })
    }
}

impl std::fmt::Debug for ServiceContext {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ServiceContext").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The options of a subgraph are not of the form that it expects.
#[derive(Debug, Error)]
#[error("the options of `{subgraph}` cannot be read: {source}; correct them in the configuration")]
pub struct OptionsError {
    subgraph: &'static str,
    source: serde_json::Error,
}
