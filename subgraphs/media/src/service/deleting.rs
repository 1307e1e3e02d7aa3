//! Deleting a file: it is gone at once, its bytes after seven days.

use kit_database::in_transaction;
use kit_events::outbox;
use kit_ids::MediaFileId;
use kit_service::Call;
use kit_viewer::Scope;

use super::{Archive, ServiceError, ServiceResult};
use crate::domain::{MediaFile, MediaStatus};
use crate::events;
use crate::store::{files, usage};

impl Archive {
    /// Deletes a file of the viewer's own, or any with `media:write`. Of a deleted one nothing changes.
    pub(crate) async fn delete(&self, id: MediaFileId, call: &Call) -> ServiceResult<MediaFile> {
        let user = call.viewer.require_user()?.id;
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            let file = files::lock(transaction, id).await?;
            let file = file.ok_or(ServiceError::NotFound { what: "file", field: "fileId" })?;
            if file.uploader_id != user && !call.viewer.has_scope(Scope::MediaWrite) {
                return Err(ServiceError::NotOwner);
            }
            let deleted = MediaFile { status: MediaStatus::Deleted, is_public: false, ..file.clone() };
            if files::delete(transaction, id, now).await? {
                files::publish(transaction, id, false).await?;
                usage::give_back(transaction, file.uploader_id, file.byte_size).await?;
                outbox::append(transaction, &call.origin, events::file_deleted(&deleted, now)).await?;
            }
            Ok::<MediaFile, ServiceError>(deleted)
        })
    }
}
