//! What mutations answer, and why they refuse (P7).

use async_graphql::SimpleObject;
use kit_graph::{ErrorCode, GraphError, GraphResult};

use super::progress::WatchProgress;
use super::session::PlaybackSession;
use super::values::int;
use crate::domain::{BatchRefusal, Session};
use crate::service::entitlement::EntitlementError;
use crate::service::recording::Recorded;
use crate::service::{ServiceError, ServiceResult};

kit_graph::user_errors! {
    /// Why playback refused; new values may be added.
    pub enum PlaybackErrorCode {
        /// The viewer may not play it.
        NotEntitled,
        /// The session is over; begin another.
        SessionEnded,
        /// More than 100 events.
        BatchTooLarge,
        /// The numbers do not grow.
        SeqInvalid,
        /// A newer session took this one's place.
        Displaced,
        /// The idempotency key was used for another request.
        IdempotencyConflict,
        /// There is no such thing, or not for the viewer.
        NotFound,
    }
    /// A refusal by playback.
    pub struct PlaybackUserError;
}

macro_rules! session_payloads {
    ($($(#[$doc:meta])* $payload:ident, $(#[$session_doc:meta])+;)+) => {$(
        kit_graph::payload! {
            $(#[$doc])*
            pub struct $payload refusing PlaybackUserError {
                $(#[$session_doc])+
                session: PlaybackSession,
            }
        }

        impl $payload {
            /// What the service answered.
            pub(super) fn of(
                answer: ServiceResult<Session>,
                client_mutation_id: Option<String>,
            ) -> GraphResult<Option<Self>> {
                Ok(Some(match answer {
                    Ok(session) => Self::done(PlaybackSession(session), client_mutation_id),
                    Err(error) => Self::refused([user_error(&error)?], client_mutation_id),
                }))
            }
        }
    )+};
}

session_payloads! {
    /// What `startPlayback` answers.
    StartPlaybackPayload,
    /// The session; null when refused.
    ;
    /// What `endPlayback` answers.
    EndPlaybackPayload,
    /// The session, ended; null when refused.
    ;
}

/// What `recordPlaybackEvents` answers.
#[derive(SimpleObject)]
pub(crate) struct RecordPlaybackEventsPayload {
    /// Events taken.
    accepted: i32,
    /// The highest number taken so far.
    last_seq: i32,
    /// Numbers missing below it.
    gaps: i32,
    /// How far the viewer is; null when refused.
    progress: Option<WatchProgress>,
    /// Why the request was refused; empty when it was carried out.
    user_errors: Vec<PlaybackUserError>,
    /// The input's value.
    client_mutation_id: Option<String>,
}

impl RecordPlaybackEventsPayload {
    /// What the service answered.
    pub(super) fn of(answer: ServiceResult<Recorded>, client_mutation_id: Option<String>) -> GraphResult<Option<Self>> {
        Ok(Some(match answer {
            Ok(recorded) => Self {
                accepted: i32::try_from(recorded.accepted).unwrap_or(i32::MAX),
                last_seq: int(recorded.last_seq),
                gaps: int(recorded.gaps),
                progress: recorded.progress.map(WatchProgress::from),
                user_errors: Vec::new(),
                client_mutation_id,
            },
            Err(error) => Self {
                accepted: 0,
                last_seq: 0,
                gaps: 0,
                progress: None,
                user_errors: vec![user_error(&error)?],
                client_mutation_id,
            },
        }))
    }
}

/// A refusal as data, or an error of the request as a whole.
fn user_error(error: &ServiceError) -> GraphResult<PlaybackUserError> {
    let (code, field) = match error {
        ServiceError::Refused(refusal) => return Err(GraphError::from(*refusal)),
        ServiceError::Invalid(_) => return Err(GraphError::bad_user_input(error.to_string())),
        ServiceError::Entitlement(EntitlementError::Unavailable) => {
            return Err(GraphError::new(ErrorCode::SubgraphUnavailable, error.to_string()));
        }
        ServiceError::Database(error) => return Err(GraphError::internal(error)),
        ServiceError::IdempotencyConflict => (PlaybackErrorCode::IdempotencyConflict, "idempotencyKey"),
        ServiceError::NotFound { field } => (PlaybackErrorCode::NotFound, *field),
        ServiceError::NotEntitled => (PlaybackErrorCode::NotEntitled, "playableId"),
        ServiceError::Batch(BatchRefusal::TooLarge) => (PlaybackErrorCode::BatchTooLarge, "events"),
        ServiceError::Batch(BatchRefusal::SeqInvalid) => (PlaybackErrorCode::SeqInvalid, "events"),
        ServiceError::SessionEnded => (PlaybackErrorCode::SessionEnded, "sessionId"),
        ServiceError::Displaced => (PlaybackErrorCode::Displaced, "sessionId"),
    };
    Ok(PlaybackUserError::new(code, error.to_string()).at(["input", field]))
}
