//! Files that go straight between clients and an S3-compatible store (domain 4.3): announced, addressed and verified here,
//! their bytes never pass.
//!
//! A file in one piece is put where nothing is read from, and copied before it is verified: whoever still has the address
//! cannot change what was. The parts of a large one lose their addresses when they are put together.

use super::completing::NOTHING_RECEIVED;
use super::tickets::{ContentTicket, Use};
use super::uploading::Announced;
use super::{Archive, ServiceError, ServiceResult};
use crate::domain::{MediaFile, MediaKind, Upload, content_disposition, is_content, part_size, served_type};
use crate::storage::{Announcement, Bucket, Lifetime, Received, Served};

const NOT_THE_FILE: ServiceError = ServiceError::NotAsAnnounced(
    "what was sent is not what was announced: compare size, SHA-256 and media type, and send it again",
);
const PARTS_NOT_TOLD: ServiceError =
    ServiceError::NotAsAnnounced("tell all parts in order: the number of each, and the ETag that its address answered");
const PARTS_UNKNOWN: ServiceError = ServiceError::NotAsAnnounced(
    "the store does not have these parts; send each to its address, and tell the ETag that it answered",
);

impl Archive {
    /// Prepares the store for a file that its sender puts there; nothing where files come through us.
    pub(super) async fn open_at_store(&self, upload: &mut Upload, file: &MediaFile) -> ServiceResult<()> {
        let Some(bucket) = self.storage.addressed() else { return Ok(()) };
        let key = format!("{}.{}", file.storage_key, upload.id);
        if upload.part_count == 0 {
            upload.object_key = Some(Bucket::incoming(&key));
        } else {
            upload.storage_id = Some(bucket.open_parts(&key).await?);
            upload.object_key = Some(key);
        }
        Ok(())
    }

    /// An upload with its addresses at the store; the upload and its file are given back when they come through us.
    pub(super) async fn announced_at_store(
        &self,
        upload: Upload,
        file: MediaFile,
    ) -> ServiceResult<Result<Announced, (Upload, MediaFile)>> {
        let (Some(bucket), Some(key), true) =
            (self.storage.addressed(), upload.object_key.clone(), upload.comes_by_store())
        else {
            return Ok(Err((upload, file)));
        };
        let lifetime = Lifetime { now: self.clock.now() / 1_000_000, end: upload.expires_at / 1_000_000 };
        let Some(storage_id) = upload.storage_id.clone() else {
            let announced =
                Announcement { content_type: &file.content_type, byte_size: file.byte_size, sha256: file.sha256 };
            let (url, headers) = bucket.sending(&key, announced, lifetime).await?;
            return Ok(Ok(Announced { upload, file, url, parts: Vec::new(), headers }));
        };
        let sizes: Vec<i64> = (1..=upload.part_count).map(|number| part_size(upload.byte_size, number)).collect();
        let urls = bucket.sending_parts(&key, &storage_id, sizes.iter().copied(), lifetime).await?;
        let url = urls.first().cloned().unwrap_or_default();
        let parts = urls.into_iter().zip(sizes).collect();
        Ok(Ok(Announced { upload, file, url, parts, headers: Vec::new() }))
    }

    /// Copies what its sender has put into the store, verifies the copy, and answers where it lies. What is not as announced
    /// is removed, so that it can be sent again.
    pub(super) async fn take_from_store(&self, upload: &Upload, incoming: &str) -> ServiceResult<String> {
        let file = self.file(upload.file_id).await?;
        let byte_size = self.storage.byte_size(incoming).await?.ok_or(NOTHING_RECEIVED)?;
        if byte_size != file.byte_size.unsigned_abs() {
            self.storage.remove(incoming).await?;
            return Err(NOT_THE_FILE);
        }
        let object_key = self.new_object_key(&file.storage_key);
        match self.storage.copy(incoming, &object_key).await {
            Err(error) if error.is_missing() => return Err(NOTHING_RECEIVED),
            copied => copied?,
        }
        if !self.storage.examine(&object_key).await?.is(&file) {
            self.storage.remove(incoming).await?;
            self.storage.remove(&object_key).await?;
            return Err(NOT_THE_FILE);
        }
        Ok(object_key)
    }

    /// Has the store put the parts together. Those it does not know can be told again.
    pub(super) async fn join_at_store(
        &self,
        upload: &Upload,
        storage_id: &str,
        told: Option<&[(i64, String)]>,
    ) -> ServiceResult<()> {
        let (Some(bucket), Some(key)) = (self.storage.addressed(), &upload.object_key) else {
            return Err(ServiceError::UploadExpired);
        };
        let told = told.ok_or(PARTS_NOT_TOLD)?;
        if !told.iter().map(|(number, _)| *number).eq(1..=upload.part_count) {
            return Err(PARTS_NOT_TOLD);
        }
        // The store quotes its tags, and clients may or may not.
        let tags = told.iter().map(|(_, tag)| format!("\"{}\"", tag.trim_matches('"')));
        let Err(error) = bucket.join_parts(key, storage_id, tags).await else { return Ok(()) };
        // They may have been put together, and nobody came to know.
        if self.storage.byte_size(key).await? == u64::try_from(upload.byte_size).ok() {
            return Ok(());
        }
        match error.is_missing() || error.is_refusal() {
            true => Err(PARTS_UNKNOWN),
            false => Err(error.into()),
        }
    }

    /// Forgets what its sender has put into the store. What cannot be forgotten now is the store's own rules' to remove.
    pub(super) async fn forget_at_store(&self, upload: &Upload) {
        let (Some(bucket), Some(key)) = (self.storage.addressed(), &upload.object_key) else { return };
        let forgotten = match &upload.storage_id {
            Some(storage_id) => bucket.forget_parts(key, storage_id).await,
            None if upload.comes_by_store() => self.storage.remove(key).await,
            None => return,
        };
        if let Err(error) = forgotten {
            tracing::warn!(%error, upload = %upload.id, "what was sent to the store could not be removed");
        }
    }

    /// The address of a file at the store; nothing where files go through us, as playlists and their segments always do:
    /// their proof is part of the path.
    pub(super) async fn address_at_store(
        &self,
        file: &MediaFile,
        ticket: &ContentTicket,
    ) -> ServiceResult<Option<String>> {
        let (Some(bucket), Some(key)) = (self.storage.addressed(), &file.object_key) else { return Ok(None) };
        if ticket.purpose == Use::Segments {
            return Ok(None);
        }
        let is_attachment = ticket.purpose == Use::Download || file.kind == MediaKind::Attachment;
        let served = Served {
            content_type: served_type(&file.content_type),
            content_disposition: content_disposition(is_attachment, &file.file_name),
        };
        let lifetime = Lifetime { now: self.clock.now() / 1_000_000, end: ticket.expires_at };
        Ok(Some(bucket.reading(key, &served, lifetime).await?))
    }
}

impl Received {
    /// Whether it is what was announced.
    pub(super) fn is(&self, file: &MediaFile) -> bool {
        self.byte_size == file.byte_size && self.sha256 == file.sha256 && is_content(&file.content_type, &self.first)
    }
}
