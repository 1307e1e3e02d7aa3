//! Why a partner is not changed.

use kit_database::DatabaseError;
use kit_database::idempotency::IdempotencyError;
use kit_viewer::Refusal;
use thiserror::Error;

use crate::domain::{PartnerFault, TooManySecrets, moment};

/// Why a partner is not changed.
#[derive(Debug, Error)]
pub(crate) enum PartnerChangeError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{}", .0.iter().map(|fault| fault.advice()).collect::<Vec<_>>().join("; "))]
    Faults(Vec<PartnerFault>),
    #[error("a partner has this client id; choose another")]
    ClientIdTaken,
    #[error("there is no such partner; check the id")]
    NoSuchPartner,
    #[error("the partner has no such secret; take the id from the list of its secrets")]
    NoSuchSecret,
    #[error(
        "two secrets are valid already{}; revoke the one that nobody uses any more, or let none overlap",
        .until.map(|until| format!(", one of them until {}", moment(until))).unwrap_or_default()
    )]
    TooManySecrets { until: Option<i64> },
    #[error("the old secret may stay valid for 0 seconds to 30 days")]
    Overlap,
    #[error("{0}")]
    Invalid(String),
    #[error("the idempotency key was used for another request; choose a new one")]
    IdempotencyConflict,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<TooManySecrets> for PartnerChangeError {
    fn from(TooManySecrets { until }: TooManySecrets) -> Self {
        Self::TooManySecrets { until }
    }
}

impl From<IdempotencyError> for PartnerChangeError {
    fn from(error: IdempotencyError) -> Self {
        match error {
            IdempotencyError::Length => Self::Invalid(error.to_string()),
            IdempotencyError::Conflict => Self::IdempotencyConflict,
            IdempotencyError::Database(error) => error.into(),
        }
    }
}
