//! Why a use case does not do what was asked.

use kit_database::DatabaseError;
use kit_database::idempotency::IdempotencyError;
use kit_viewer::Refusal;
use thiserror::Error;

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
    #[error("there is no such {what}")]
    NotFound { what: &'static str, field: &'static str },
    #[error("the course is not open for enrolment")]
    NotPublished,
    #[error("you have a place in this course already")]
    AlreadyEnrolled,
    #[error("the price has changed; read it again and confirm")]
    PriceChanged,
    #[error("the payment was declined; use another means of payment")]
    PaymentDeclined,
    #[error("there is a membership already; resume it if it was cancelled")]
    MembershipExists,
    #[error("the charge took too long and is paid back; try again")]
    OrderClosed,
    #[error("there is no membership to change")]
    NoMembership,
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
