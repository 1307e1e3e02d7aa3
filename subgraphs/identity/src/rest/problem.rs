//! Refusals as problems (RFC 9457), with the slugs of domain.md 4.2 as codes.

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use kit_service::Problem;

use crate::service::AuthError;

pub(super) fn problem(error: &AuthError) -> Response {
    let (status, code) = match error {
        AuthError::InvalidEmail => (StatusCode::BAD_REQUEST, "invalid-email"),
        AuthError::InvalidName => (StatusCode::BAD_REQUEST, "invalid-name"),
        AuthError::WeakPassword(_) => (StatusCode::UNPROCESSABLE_ENTITY, "weak-password"),
        AuthError::EmailTaken => (StatusCode::CONFLICT, "email-taken"),
        AuthError::InvalidCredentials => (StatusCode::UNAUTHORIZED, "invalid-credentials"),
        AuthError::Suspended => (StatusCode::FORBIDDEN, "suspended"),
        AuthError::TooManyAttempts { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts"),
        AuthError::InvalidRefreshToken => (StatusCode::UNAUTHORIZED, "refresh-token-invalid"),
        AuthError::RefreshTokenReused => (StatusCode::UNAUTHORIZED, "refresh-token-reused"),
        AuthError::NotSignedIn => (StatusCode::UNAUTHORIZED, "unauthenticated"),
        AuthError::InvalidResetToken => (StatusCode::BAD_REQUEST, "reset-token-invalid"),
        AuthError::ResetTokenEnded => (StatusCode::GONE, "reset-token-ended"),
        AuthError::InvalidPhone => (StatusCode::BAD_REQUEST, "invalid-phone"),
        AuthError::PhoneTaken => (StatusCode::CONFLICT, "phone-taken"),
        AuthError::CodeMismatch => (StatusCode::BAD_REQUEST, "code-mismatch"),
        AuthError::VerificationEnded => (StatusCode::GONE, "verification-ended"),
        AuthError::InvalidPhoneToken => (StatusCode::BAD_REQUEST, "phone-token-invalid"),
        AuthError::SmsNotDelivered(reason) => {
            tracing::warn!(reason, "a short message was not delivered");
            (StatusCode::BAD_GATEWAY, "sms-delivery-failed")
        }
        AuthError::NoSuchSession => (StatusCode::NOT_FOUND, "session-not-found"),
        AuthError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        AuthError::Database(_) | AuthError::Hash(_) => {
            tracing::error!(%error, "an authentication path failed");
            let detail = "something is wrong on our side; the trace id finds it in our logs";
            return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").with_detail(detail).into_response();
        }
    };
    let mut problem = Problem::new(status, code).with_detail(error.to_string());
    if let Some(pointer) = pointer(error) {
        problem = problem.with_error(pointer, error.to_string());
    }
    let mut response = problem.into_response();
    let retry_after = match error {
        AuthError::TooManyAttempts { retry_after_seconds } => Some(*retry_after_seconds),
        AuthError::Busy => Some(1),
        _ => None,
    };
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn pointer(error: &AuthError) -> Option<&'static str> {
    match error {
        AuthError::InvalidEmail | AuthError::EmailTaken => Some("/email"),
        AuthError::InvalidName => Some("/name"),
        AuthError::InvalidPhone => Some("/phone"),
        AuthError::CodeMismatch => Some("/code"),
        AuthError::InvalidPhoneToken | AuthError::PhoneTaken => Some("/phoneToken"),
        AuthError::InvalidResetToken | AuthError::ResetTokenEnded => Some("/token"),
        AuthError::WeakPassword(_) => Some("/password"),
        _ => None,
    }
}
