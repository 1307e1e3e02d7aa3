//! Refusals as problems (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use kit_service::{Problem, TooOften};

use crate::service::ServiceError;
use crate::service::receiving::ReceiveError;
use crate::service::tickets::TicketFault;

/// What is refused before anything of a file is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The address has no ticket, and the file, if there is one, is not open to everyone.
    TicketNeeded,
    Ticket(TicketFault),
    /// The ticket is good, and its holder may no longer have the file.
    AccessOver,
    NoFile,
    Deleted,
    NotChanged,
    ConditionFailed,
    RangeAmbiguous,
    RangeNotSatisfiable,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, detail) = match self {
            Self::TicketNeeded => {
                (StatusCode::FORBIDDEN, "ticket-needed", "ask the graph for an address: `stream`, or `createDownload`")
            }
            Self::Ticket(TicketFault::Invalid) => (
                StatusCode::FORBIDDEN,
                "ticket-invalid",
                "use the address as it was given, for what it was given; or ask the graph for another one",
            ),
            Self::Ticket(TicketFault::Expired) => (
                StatusCode::FORBIDDEN,
                "ticket-expired",
                "the time of the address is over; ask the graph for another one",
            ),
            Self::AccessOver => {
                (StatusCode::FORBIDDEN, "access-over", "you may no longer have this file; ask the graph why")
            }
            Self::NoFile => (StatusCode::NOT_FOUND, "file-not-found", "there is no such file, or no such part of it"),
            Self::Deleted => (StatusCode::GONE, "file-deleted", "the file was deleted"),
            Self::NotChanged => return StatusCode::NOT_MODIFIED.into_response(),
            Self::ConditionFailed => {
                (StatusCode::PRECONDITION_FAILED, "precondition-failed", "the file is not the one that you have")
            }
            Self::RangeAmbiguous => {
                (StatusCode::BAD_REQUEST, "range-ambiguous", "send one Range header; it may name several ranges")
            }
            Self::RangeNotSatisfiable => (
                StatusCode::RANGE_NOT_SATISFIABLE,
                "range-not-satisfiable",
                "the file has none of these bytes; Content-Range says how many it has",
            ),
        };
        not_stored(Problem::new(status, code).with_detail(detail).into_response())
    }
}

/// Why something could not be answered: what is wrong here goes to the log.
pub(super) fn failed(error: &ServiceError) -> Response {
    tracing::error!(%error, "a file could not be served");
    internal()
}

pub(super) fn internal() -> Response {
    let detail = "something is wrong on our side; the trace id finds it in our logs";
    let problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").with_detail(detail);
    not_stored(problem.into_response())
}

/// Somebody has asked too often.
pub(super) fn too_often(refusal: TooOften) -> Response {
    let mut response = refused(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", &refusal.to_string());
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(refusal.retry_after_seconds));
    response
}

/// Why what was sent is not taken.
pub(super) fn not_taken(error: &ReceiveError) -> Response {
    let (status, code) = match error {
        ReceiveError::NoUpload | ReceiveError::NoPart => (StatusCode::NOT_FOUND, "upload-not-found"),
        ReceiveError::OtherForm(_) => (StatusCode::BAD_REQUEST, "upload-form"),
        ReceiveError::Ended => (StatusCode::FORBIDDEN, "upload-ended"),
        ReceiveError::AlreadyReceived => (StatusCode::CONFLICT, "already-received"),
        ReceiveError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        ReceiveError::OtherSize { .. } => (StatusCode::BAD_REQUEST, "other-size"),
        ReceiveError::OtherType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "other-type"),
        ReceiveError::OtherDigest(_) => (StatusCode::BAD_REQUEST, "other-digest"),
        ReceiveError::BrokenOff => (StatusCode::BAD_REQUEST, "broken-off"),
        ReceiveError::Database(_) | ReceiveError::Storage(_) => {
            tracing::error!(%error, "a file could not be received");
            return internal();
        }
    };
    refused(status, code, &error.to_string())
}

/// A refusal of what was sent.
pub(super) fn refused(status: StatusCode, code: &str, detail: &str) -> Response {
    not_stored(Problem::new(status, code).with_detail(detail).into_response())
}

fn not_stored(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
