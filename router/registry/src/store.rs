use std::fmt::Debug;

use async_trait::async_trait;

use crate::{ClientName, RegisteredOperation, RegistryError, Snapshot};

/// A state of a store. Another one means that something may have changed; they have no order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version(pub String);

/// What publishing has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Published {
    /// So many operations are new.
    pub added: usize,
    /// So many were registered before.
    pub known: usize,
}

/// Keeps registered operations. Any number of processes may use the same store at once.
#[async_trait]
pub trait RegistryStore: Debug + Send + Sync + 'static {
    /// Which state the store is in. Cheap: it is asked every few seconds.
    ///
    /// # Errors
    /// When it cannot be told.
    async fn version(&self) -> Result<Version, RegistryError>;

    /// All that is registered.
    ///
    /// # Errors
    /// When it cannot be read whole.
    async fn load(&self) -> Result<Snapshot, RegistryError>;

    /// Registers operations of a client beside those that it has: all of them, or none.
    ///
    /// # Errors
    /// When one is in conflict with what is there, or the store fails.
    async fn publish(
        &self,
        client: &ClientName,
        operations: Vec<RegisteredOperation>,
    ) -> Result<Published, RegistryError>;

    /// Takes a client's operations away; the ids of those that were there.
    ///
    /// # Errors
    /// When the store fails; then all of them stay.
    async fn revoke(&self, client: &ClientName, ids: &[String]) -> Result<Vec<String>, RegistryError>;
}
