//! What mutations need.

use async_graphql::{ID, InputObject};
use kit_graph::Long;
use kit_ids::{MediaFileId, PlayableId, UploadId};

use super::values::MediaKind;
use crate::service::completing::CompleteRequest;
use crate::service::downloading::DownloadRequest;
use crate::service::uploading::UploadRequest;

/// What `createUpload` needs.
#[derive(InputObject)]
pub(crate) struct CreateUploadInput {
    /// What the file is.
    kind: MediaKind,
    /// Its name, for people.
    file_name: String,
    /// Its media type; verified against the bytes.
    content_type: String,
    /// Its exact size in bytes.
    byte_size: Long,
    /// SHA-256 of its bytes, in hexadecimal; verified.
    sha256: String,
    /// What it belongs to.
    owner_id: Option<PlayableId>,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    idempotency_key: Option<ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<CreateUploadInput> for UploadRequest {
    fn from(input: CreateUploadInput) -> Self {
        Self {
            kind: input.kind.into(),
            file_name: input.file_name,
            content_type: input.content_type,
            byte_size: input.byte_size.get(),
            sha256: input.sha256,
            owner: input.owner_id,
            idempotency_key: input.idempotency_key.map(|key| key.0),
        }
    }
}

/// A sent part of a multipart upload.
#[derive(InputObject)]
pub(crate) struct UploadPartInput {
    /// Its number, from 1.
    number: i32,
    /// What the storage answered for it.
    etag: String,
}

/// What `completeUpload` needs.
#[derive(InputObject)]
pub(crate) struct CompleteUploadInput {
    /// The upload.
    upload_id: UploadId,
    /// The parts of a multipart upload, in order.
    parts: Option<Vec<UploadPartInput>>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<CompleteUploadInput> for CompleteRequest {
    fn from(input: CompleteUploadInput) -> Self {
        // A tag is told as HTTP has it, in quotes, or without.
        let told = |part: UploadPartInput| (i64::from(part.number), part.etag.trim_matches('"').to_owned());
        let parts = input.parts.map(|parts| parts.into_iter().map(told).collect());
        Self { upload_id: input.upload_id, parts }
    }
}

/// What `deleteMediaFile` needs.
#[derive(InputObject)]
pub(crate) struct DeleteMediaFileInput {
    /// The file.
    pub(super) file_id: MediaFileId,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `attachMedia` needs.
#[derive(InputObject)]
pub(crate) struct AttachMediaInput {
    /// The file.
    pub(super) file_id: MediaFileId,
    /// The lesson, episode or movie.
    pub(super) owner_id: PlayableId,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `setAvatar` needs.
#[derive(InputObject)]
pub(crate) struct SetAvatarInput {
    /// The picture.
    pub(super) file_id: MediaFileId,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `createDownload` needs.
#[derive(InputObject)]
pub(crate) struct CreateDownloadInput {
    /// The file.
    file_id: MediaFileId,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    idempotency_key: Option<ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<CreateDownloadInput> for DownloadRequest {
    fn from(input: CreateDownloadInput) -> Self {
        Self { file_id: input.file_id, idempotency_key: input.idempotency_key.map(|key| key.0) }
    }
}
