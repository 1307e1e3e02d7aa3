//! What is registered, as the router knows it: in memory, so that no request waits for the store.

use std::sync::{Arc, PoisonError, RwLock};

use router_registry::{OperationSet, RegistryError, RegistryStore, Snapshot};

/// A store of registered operations and what it held when it was last read.
#[derive(Debug)]
pub struct Registry {
    store: Arc<dyn RegistryStore>,
    current: RwLock<Arc<Snapshot>>,
}

impl Registry {
    /// Reads the store.
    ///
    /// # Errors
    /// When it cannot be read: a router that knows nothing would refuse everything.
    pub async fn open(store: Arc<dyn RegistryStore>) -> Result<Self, RegistryError> {
        let current = RwLock::new(Arc::new(store.load().await?));
        Ok(Self { store, current })
    }

    /// Reads the store again if it has changed; tells whether it had. Requests see the old state or the new one.
    ///
    /// # Errors
    /// When it cannot be read; the router goes on with what it knows.
    pub async fn refresh(&self) -> Result<bool, RegistryError> {
        if self.store.version().await? == self.snapshot().version {
            return Ok(false);
        }
        let read = Arc::new(self.store.load().await?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(true)
    }

    /// Whether this client has registered anything.
    pub(crate) fn has_client(&self, client: &str) -> bool {
        self.snapshot().clients.contains_key(client)
    }

    /// All that is registered.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A client's operations.
    pub(super) fn operations_of(&self, client: &str) -> Option<Arc<OperationSet>> {
        self.snapshot().clients.get(client).cloned()
    }
}
