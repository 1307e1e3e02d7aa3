//! Making a file belong to something that can be played, and a picture to its sender.

use kit_database::in_transaction;
use kit_events::outbox;
use kit_ids::{MediaFileId, PlayableId};
use kit_service::Call;
use kit_viewer::Scope;

use super::{Archive, ServiceError, ServiceResult};
use crate::domain::{MediaFile, MediaStatus};
use crate::events;
use crate::store::{files, playables};

const NO_FILE: ServiceError = ServiceError::NotFound { what: "verified file", field: "fileId" };

impl Archive {
    /// Makes a verified file belong to a lesson, an episode or a movie; for holders of `media:write`.
    pub(crate) async fn attach(&self, id: MediaFileId, owner: PlayableId, call: &Call) -> ServiceResult<MediaFile> {
        call.viewer.require_scope(Scope::MediaWrite)?;
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            let file = files::lock(transaction, id).await?.filter(is_ready).ok_or(NO_FILE)?;
            if playables::facts(&mut *transaction, &[owner]).await?.is_empty() {
                return Err(ServiceError::NotFound { what: "lesson, episode or movie", field: "ownerId" });
            }
            let attached = MediaFile { owner: Some(owner), ..file.clone() };
            if file.owner != attached.owner {
                files::attach(transaction, id, owner).await?;
                outbox::append(transaction, &call.origin, events::file_ready(&attached, now)).await?;
            }
            Ok::<MediaFile, ServiceError>(attached)
        })
    }

    /// Makes a picture that the viewer has sent theirs, for everyone to see; the one before it is so no longer.
    pub(crate) async fn set_avatar(&self, id: MediaFileId, call: &Call) -> ServiceResult<()> {
        let user = call.viewer.require_user()?.id;
        let now = self.clock.now();
        let setting = in_transaction!(self.database, |transaction| {
            let file = files::lock(transaction, id).await?.filter(is_ready).ok_or(NO_FILE)?;
            if file.uploader_id != user {
                return Err(ServiceError::NotOwner);
            }
            if !file.kind.is_picture() || file.owner.is_some() {
                let (found, taken) = (file.content_type, "a POSTER or a THUMBNAIL that belongs to nothing else");
                return Err(ServiceError::TypeNotAllowed { found, taken: taken.to_owned(), field: "fileId" });
            }
            files::close_avatars(transaction, user, id).await?;
            files::publish(transaction, id, true).await?;
            let url = self.tickets.public_url(id);
            outbox::append(transaction, &call.origin, events::avatar_changed(user, Some(&url), now)).await?;
            Ok::<(), ServiceError>(())
        });
        match setting {
            Err(ServiceError::NotOwner) => Err(self.not_theirs(&call.viewer, id, NO_FILE).await),
            setting => setting,
        }
    }
}

fn is_ready(file: &MediaFile) -> bool {
    file.status == MediaStatus::Ready
}
