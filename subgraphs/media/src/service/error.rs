//! Why a use case does not do what was asked.

use kit_database::DatabaseError;
use kit_database::idempotency::IdempotencyError;
use kit_service::TooOften;
use kit_viewer::Refusal;
use thiserror::Error;

use crate::storage::StorageError;

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
    /// What there is none of, and the input field that names it.
    #[error("there is no such {what}, or it is not yours to see")]
    NotFound { what: &'static str, field: &'static str },
    #[error("the file is someone else's")]
    NotOwner,
    /// The media type, those that are taken, and the input field that says which.
    #[error("`{found}` is not taken here; send one of: {taken}")]
    TypeNotAllowed { found: String, taken: String, field: &'static str },
    #[error("the file has {found} bytes, and at most {max} are taken")]
    TooLarge { found: i64, max: i64 },
    #[error("you keep as many files as you may; delete some first")]
    QuotaUsedUp,
    #[error(transparent)]
    TooOften(#[from] TooOften),
    #[error("the time to send the file is over; announce it again")]
    UploadExpired,
    #[error("{0}")]
    NotAsAnnounced(&'static str),
    #[error("the upload was completed")]
    AlreadyCompleted,
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Storage(#[from] StorageError),
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
