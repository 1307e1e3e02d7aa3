//! Who does something about events.

use async_trait::async_trait;
use kit_database::{DatabaseError, Transaction};
use thiserror::Error;

use crate::Event;

/// Does something about some types of events.
#[async_trait]
pub trait Consumer: Send + Sync + 'static {
    /// Names the group, and its notes in the inbox: `<subgraph>` or `<subgraph>.<purpose>`. Never change it: under a new
    /// name all events come again. 64 bytes at most.
    fn name(&self) -> &'static str;

    /// Whether it does something about this type of event; others are passed over.
    fn wants(&self, kind: &str) -> bool;

    /// Does it, in a transaction that commits together with the note that it has been done. Everything that it changes
    /// must go through the transaction; it may be called again after a failure.
    ///
    /// # Errors
    /// [`HandlerError`]: everything is undone, and the event comes again or is put away.
    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError>;
}

/// Why an event could not be dealt with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// The database failed; the event comes again.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Something else failed that may work later; the event comes again.
    #[error("{0}")]
    Failed(String),
    /// The event can never be dealt with; it becomes a dead letter at once.
    #[error("rejected: {0}")]
    Rejected(String),
}
