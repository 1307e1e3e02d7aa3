use thiserror::Error;

use crate::{Conflict, InvalidClientName};

/// Why the registry cannot be read or changed.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// The store cannot be reached, or fails.
    #[error("{place}: {reason}\n  remedy: {remedy}")]
    Unavailable {
        /// The file or the server.
        place: String,
        /// What happened.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// What is kept is not what this store writes.
    #[error("{place}: {reason}\n  remedy: correct it, or restore it from a copy")]
    Corrupt {
        /// Where.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// The operations do not fit beside those that are there. Nothing has changed.
    #[error("{0}")]
    Conflict(#[from] Conflict),
    /// The name is no client's.
    #[error("{0}")]
    Client(#[from] InvalidClientName),
}
