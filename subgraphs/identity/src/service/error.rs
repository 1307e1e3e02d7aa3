//! Why signing up, in or out is refused.

use kit_database::DatabaseError;
use thiserror::Error;

use super::attempts::AttemptError;
use crate::domain::PasswordFault;

/// Why an authentication path refuses, or fails.
#[derive(Debug, Error)]
pub(crate) enum AuthError {
    #[error("this is no address; write one such as name@example.org")]
    InvalidEmail,
    #[error("the name must have 1 to 100 characters")]
    InvalidName,
    #[error("{}", .0.advice())]
    WeakPassword(PasswordFault),
    #[error("an account with this address exists; sign in, or reset its password")]
    EmailTaken,
    #[error("address and password do not belong together")]
    InvalidCredentials,
    #[error("this account is suspended; ask for help")]
    Suspended,
    #[error("too many attempts; wait {retry_after_seconds} seconds")]
    TooManyAttempts { retry_after_seconds: i64 },
    #[error("the refresh token is unknown, expired or of a session that has ended; sign in again")]
    InvalidRefreshToken,
    #[error("the refresh token was used before; its session has been ended for safety, sign in again")]
    RefreshTokenReused,
    #[error("nobody is signed in")]
    NotSignedIn,
    #[error("the token is none of ours; ask for another mail")]
    InvalidResetToken,
    #[error("the token was used, or is too old; ask for another mail")]
    ResetTokenEnded,
    #[error("this is no telephone number; write it with its country, such as +82 10 1234 5678")]
    InvalidPhone,
    #[error("an account with this number exists; sign in to it")]
    PhoneTaken,
    #[error("the message could not be sent; try again in a moment")]
    SmsNotDelivered(String),
    #[error("this is not the code that was sent")]
    CodeMismatch,
    #[error("the code was used, or is too old; ask for another one")]
    VerificationEnded,
    #[error("the token does not prove a number, was used, or is too old; verify the number again")]
    InvalidPhoneToken,
    #[error("there is no such session, or it has ended")]
    NoSuchSession,
    #[error("passwords cannot be checked now; try again in a moment")]
    Busy,
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("a password hash cannot be made or read: {0}")]
    Hash(String),
}

impl From<AttemptError> for AuthError {
    fn from(error: AttemptError) -> Self {
        match error {
            AttemptError::TooMany { retry_after_seconds } => Self::TooManyAttempts { retry_after_seconds },
            AttemptError::Database(error) => error.into(),
        }
    }
}
