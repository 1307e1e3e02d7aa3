//! Why a use case does not do what was asked.

use kit_database::DatabaseError;
use kit_database::idempotency::IdempotencyError;
use kit_viewer::Refusal;
use thiserror::Error;

use crate::domain::Rejection;

/// Why a use case does not do what was asked.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// A rule is against it: data in the graph.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The viewer may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A value cannot be used: `BAD_USER_INPUT`.
    #[error("{0}")]
    Invalid(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<IdempotencyError> for ServiceError {
    fn from(error: IdempotencyError) -> Self {
        match error {
            IdempotencyError::Length => Self::Invalid(error.to_string()),
            IdempotencyError::Conflict => Rejection::IdempotencyConflict.into(),
            IdempotencyError::Database(error) => Self::Database(error),
        }
    }
}
