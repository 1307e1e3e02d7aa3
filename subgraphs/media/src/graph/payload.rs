//! What mutations answer, and why they refuse (P7).

use kit_graph::{ErrorCode, GraphError, GraphResult};

use super::file::MediaFile;
use super::stream::StreamTicket;
use super::upload::Upload;
use super::user::User;
use crate::service::{ServiceError, ServiceResult};

kit_graph::user_errors! {
    /// Why media refused; new values may be added.
    pub enum MediaErrorCode {
        /// Files of that type are not taken, or not for that use.
        TypeNotAllowed,
        /// The file is larger than allowed.
        TooLarge,
        /// The time to send it is over; announce it again.
        UploadExpired,
        /// What was sent is not what was announced.
        DigestMismatch,
        /// The upload was completed.
        AlreadyCompleted,
        /// The file is someone else's.
        NotOwner,
        /// The idempotency key was used for another request.
        IdempotencyConflict,
        /// There is no such thing, or not for the viewer.
        NotFound,
    }
    /// A refusal by media.
    pub struct MediaUserError;
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident, $(#[$entity_doc:meta])* $entity:ident: $type:ty;)+) => {$(
        kit_graph::payload! {
            $(#[$doc])*
            pub struct $payload refusing MediaUserError {
                $(#[$entity_doc])*
                $entity: $type,
            }
        }

        impl $payload {
            /// What the service answered.
            pub(super) fn of(
                answer: ServiceResult<$type>,
                client_mutation_id: Option<String>,
            ) -> GraphResult<Option<Self>> {
                Ok(Some(match answer {
                    Ok(done) => Self::done(done, client_mutation_id),
                    Err(error) => Self::refused([user_error(&error)?], client_mutation_id),
                }))
            }
        }
    )+};
}

payloads! {
    /// What `createUpload` answers.
    CreateUploadPayload,
    /// Where and how to send it; null when refused.
    upload: Upload;
    /// What `completeUpload` answers.
    CompleteUploadPayload,
    /// The file; null when refused.
    file: MediaFile;
    /// What `deleteMediaFile` answers.
    DeleteMediaFilePayload,
    /// The file, deleted; null when refused.
    file: MediaFile;
    /// What `attachMedia` answers.
    AttachMediaPayload,
    /// The file, attached; null when refused.
    file: MediaFile;
    /// What `setAvatar` answers.
    SetAvatarPayload,
    /// The viewer; null when refused.
    user: User;
    /// What `createDownload` answers.
    CreateDownloadPayload,
    /// The address and its limits; null when refused.
    ticket: StreamTicket;
}

/// Questions have no user errors: what is wrong with one is an error of its field.
pub(crate) fn graph_error(error: &ServiceError) -> GraphError {
    match error {
        ServiceError::Refused(refusal) => GraphError::from(*refusal),
        ServiceError::Database(error) => GraphError::internal(error),
        ServiceError::Storage(error) => GraphError::internal(error),
        ServiceError::TooOften(error) => GraphError::new(ErrorCode::RateLimited, error.to_string()),
        _ => GraphError::bad_user_input(error.to_string()),
    }
}

/// A refusal as data, or an error of the request as a whole.
fn user_error(error: &ServiceError) -> GraphResult<MediaUserError> {
    let (code, field) = match error {
        ServiceError::Refused(_)
        | ServiceError::Invalid(_)
        | ServiceError::TooOften(_)
        | ServiceError::Database(_)
        | ServiceError::Storage(_) => {
            return Err(graph_error(error));
        }
        ServiceError::IdempotencyConflict => (MediaErrorCode::IdempotencyConflict, Some("idempotencyKey")),
        ServiceError::NotFound { field, .. } => (MediaErrorCode::NotFound, Some(*field)),
        ServiceError::NotOwner => (MediaErrorCode::NotOwner, Some("fileId")),
        ServiceError::TypeNotAllowed { field, .. } => (MediaErrorCode::TypeNotAllowed, Some(*field)),
        ServiceError::TooLarge { .. } => (MediaErrorCode::TooLarge, Some("byteSize")),
        ServiceError::QuotaUsedUp => (MediaErrorCode::TooLarge, None),
        ServiceError::UploadExpired => (MediaErrorCode::UploadExpired, Some("uploadId")),
        ServiceError::NotAsAnnounced(_) => (MediaErrorCode::DigestMismatch, Some("uploadId")),
        ServiceError::AlreadyCompleted => (MediaErrorCode::AlreadyCompleted, Some("uploadId")),
    };
    let refusal = MediaUserError::new(code, error.to_string());
    Ok(match field {
        Some(field) => refusal.at(["input", field]),
        None => refusal,
    })
}
