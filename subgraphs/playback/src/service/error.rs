//! Why a use case does not do what was asked.

use kit_database::DatabaseError;
use kit_database::idempotency::IdempotencyError;
use kit_viewer::Refusal;
use thiserror::Error;

use super::entitlement::EntitlementError;
use crate::domain::BatchRefusal;

/// What a use case answers.
pub(crate) type ServiceResult<T> = Result<T, ServiceError>;

/// Why a use case does not do what was asked.
#[derive(Debug, Error)]
pub(crate) enum ServiceError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{0}")]
    Invalid(&'static str),
    #[error("the idempotency key was used for another request; choose a new one")]
    IdempotencyConflict,
    /// The input field that names a session that is not there, or not the viewer's.
    #[error("there is no such session")]
    NotFound { field: &'static str },
    #[error("you may not play this")]
    NotEntitled,
    #[error(transparent)]
    Entitlement(#[from] EntitlementError),
    #[error(transparent)]
    Batch(#[from] BatchRefusal),
    #[error("the session is over; begin another")]
    SessionEnded,
    #[error("a newer session took this one's place; begin another to go on here")]
    Displaced,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<IdempotencyError> for ServiceError {
    fn from(error: IdempotencyError) -> Self {
        match error {
            IdempotencyError::Length => Self::Invalid("the idempotency key must have 1 to 128 bytes"),
            IdempotencyError::Conflict => Self::IdempotencyConflict,
            IdempotencyError::Database(error) => Self::Database(error),
        }
    }
}
