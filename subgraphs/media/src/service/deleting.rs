//! Deleting a file: it is gone at once, its bytes after seven days.

use kit_database::in_transaction;
use kit_events::outbox;
use kit_ids::MediaFileId;
use kit_service::Call;
use kit_viewer::Scope;

use super::{Archive, ServiceError, ServiceResult};
use crate::domain::{MediaFile, MediaStatus, Upload};
use crate::events;
use crate::store::{files, uploads, usage};

const NO_FILE: ServiceError = ServiceError::NotFound { what: "file", field: "fileId" };

impl Archive {
    /// Deletes a file of the viewer's own, or any with `media:write`. Of a deleted one nothing changes; one that is awaited
    /// is awaited no longer, so that nothing lies here that counts for nobody.
    pub(crate) async fn delete(&self, id: MediaFileId, call: &Call) -> ServiceResult<MediaFile> {
        let user = call.viewer.require_user()?.id;
        let now = self.clock.now();
        let deletion = in_transaction!(self.database, |transaction| {
            let file = files::lock(transaction, id).await?;
            let file = file.ok_or(NO_FILE)?;
            if file.uploader_id != user && !call.viewer.has_scope(Scope::MediaWrite) {
                return Err(ServiceError::NotOwner);
            }
            let deleted = MediaFile { status: MediaStatus::Deleted, is_public: false, ..file.clone() };
            if !files::delete(transaction, id, now).await? {
                return Ok((deleted, None));
            }
            files::publish(transaction, id, false).await?;
            if matches!(file.status, MediaStatus::Pending | MediaStatus::Ready) {
                usage::give_back(transaction, file.uploader_id, file.byte_size).await?;
            }
            outbox::append(transaction, &call.origin, events::file_deleted(&deleted, now)).await?;
            if file.is_avatar() {
                outbox::append(transaction, &call.origin, events::avatar_changed(file.uploader_id, None, now)).await?;
            }
            let ended = match uploads::of_file(&mut *transaction, id).await? {
                Some(upload) => uploads::fail(transaction, upload.id, now).await?.then_some(upload),
                None => None,
            };
            Ok::<(MediaFile, Option<Upload>), ServiceError>((deleted, ended))
        });
        let (deleted, ended) = match deletion {
            Err(ServiceError::NotOwner) => return Err(self.not_theirs(&call.viewer, id, NO_FILE).await),
            deletion => deletion?,
        };
        if let Some(upload) = ended {
            self.clear(&upload, &deleted).await?;
        }
        Ok(deleted)
    }
}
