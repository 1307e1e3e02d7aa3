//! Completing an upload: what has come is verified, and its file becomes ready.

use futures_util::StreamExt;
use kit_database::{Transaction, in_transaction};
use kit_events::{Origin, outbox};
use kit_ids::{MediaFileId, UploadId};
use kit_service::Call;

use super::inspecting::Found;
use super::{Archive, ServiceError, ServiceResult};
use crate::domain::{MediaFile, MediaStatus, Upload, UploadPart};
use crate::events;
use crate::storage::{Received, Receiving, StorageError};
use crate::store::{files, parts, segments, uploads, usage};

/// What `completeUpload` needs.
#[derive(Clone)]
pub(crate) struct CompleteRequest {
    pub(crate) upload_id: UploadId,
    /// Number and tag of each part, when the client wants them compared.
    pub(crate) parts: Option<Vec<(i64, String)>>,
}

pub(super) const NOTHING_RECEIVED: ServiceError =
    ServiceError::NotAsAnnounced("nothing was received yet; send the file, and complete it then");

/// Up to this size parts are put together while the client waits, in bytes.
const AT_ONCE_BYTES_MAX: i64 = 64 * 1024 * 1024;
/// How long parts may take to be put together before another process tries, in microseconds.
const CLAIM_US: i64 = 10 * 60 * 1_000_000;

impl Archive {
    /// Completes an upload. Large files in parts are put together after the answer: their files are pending until then.
    pub(crate) async fn complete(&self, request: &CompleteRequest, call: &Call) -> ServiceResult<MediaFile> {
        let user = call.viewer.require_user()?.id;
        let missing = || ServiceError::NotFound { what: "upload", field: "uploadId" };
        let upload = uploads::by_id(&self.database, request.upload_id).await?.ok_or_else(missing)?;
        if upload.uploader_id != user {
            return Err(missing());
        }
        self.require_open(&upload)?;
        if upload.part_count == 0 {
            let object_key = match upload.object_key.clone() {
                Some(incoming) if upload.comes_by_store() => self.take_from_store(&upload, &incoming).await?,
                Some(received) => received,
                None => return Err(NOTHING_RECEIVED),
            };
            return self.made_ready(&upload, &object_key, &call.origin).await;
        }
        if let Some(storage_id) = &upload.storage_id {
            self.join_at_store(&upload, storage_id, request.parts.as_deref()).await?;
        }
        self.submit(&upload, request.parts.as_deref()).await?;
        if upload.byte_size <= AT_ONCE_BYTES_MAX {
            return self.assemble(&upload, &call.origin).await?.ok_or(ServiceError::AlreadyCompleted);
        }
        let (archive, origin) = (self.clone(), call.origin.clone());
        let file = self.file(upload.file_id).await?;
        tokio::spawn(async move {
            // What fails here is tried again by the worker that tends uploads.
            if let Err(error) = archive.assemble(&upload, &origin).await {
                tracing::warn!(%error, upload = %upload.id, "the parts of a file could not be put together; trying later");
            }
        });
        Ok(file)
    }

    fn require_open(&self, upload: &Upload) -> ServiceResult<()> {
        if upload.completed_at.is_some() || upload.submitted_at.is_some() {
            return Err(ServiceError::AlreadyCompleted);
        }
        let is_over = upload.received_at.is_none() && self.clock.now() >= upload.expires_at;
        if upload.failed_at.is_some() || is_over {
            return Err(ServiceError::UploadExpired);
        }
        Ok(())
    }

    /// Notes that all parts are there; no other part is taken from then on.
    async fn submit(&self, upload: &Upload, told: Option<&[(i64, String)]>) -> ServiceResult<()> {
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            let upload = uploads::lock(transaction, upload.id).await?;
            let upload = upload.ok_or(ServiceError::NotFound { what: "upload", field: "uploadId" })?;
            self.require_open(&upload)?;
            if !upload.comes_by_store() {
                let there = parts::of(&mut *transaction, upload.id).await?;
                require_parts(&upload, &there, told)?;
            }
            Ok::<(), ServiceError>(uploads::submit(transaction, upload.id, now).await?)
        })
    }

    /// Puts the parts of a submitted upload together; nothing when somebody else does.
    pub(super) async fn assemble(&self, upload: &Upload, origin: &Origin) -> ServiceResult<Option<MediaFile>> {
        let now = self.clock.now();
        if !uploads::claim(&self.database, upload.id, now + CLAIM_US, now).await? {
            return Ok(None);
        }
        let file = self.file(upload.file_id).await?;
        let (object_key, whole) = match upload.object_key.clone() {
            Some(joined) if upload.comes_by_store() => {
                let whole = self.storage.examine(&joined).await?;
                (joined, whole)
            }
            _ => {
                let object_key = self.new_object_key(&file.storage_key);
                let whole = self.put_together(upload, &object_key).await?;
                (object_key, whole)
            }
        };
        if !whole.is(&file) {
            let reason = "the parts together are not what was announced: compare size, SHA-256 and media type";
            self.give_up(upload, reason, origin).await?;
            return Err(ServiceError::NotAsAnnounced(reason));
        }
        self.made_ready(upload, &object_key, origin).await.map(Some)
    }

    /// Writes the parts one after the other into one object.
    async fn put_together(&self, upload: &Upload, object_key: &str) -> ServiceResult<Received> {
        let mut receiving = self.storage.begin(object_key);
        for part in &parts::of(&self.database, upload.id).await? {
            self.copy(part, &mut receiving).await?;
        }
        Ok(receiving.finish().await?)
    }

    async fn copy(&self, part: &UploadPart, receiving: &mut Receiving) -> ServiceResult<()> {
        let size = u64::try_from(part.byte_size).unwrap_or_default();
        let mut bytes = self.storage.read(&part.object_key, 0..size).await?;
        while let Some(next) = bytes.next().await {
            receiving.write(&next.map_err(StorageError::broken)?).await?;
        }
        Ok(())
    }

    /// Makes a verified file ready, and removes whatever else came of its upload; the object, when somebody else was first.
    async fn made_ready(&self, upload: &Upload, object_key: &str, origin: &Origin) -> ServiceResult<MediaFile> {
        match self.make_ready(upload, object_key, origin).await {
            Ok(ready) => {
                self.clear(upload, &ready).await?;
                if ready.status == MediaStatus::Ready { Ok(ready) } else { self.scanned_soon(ready, origin).await }
            }
            Err(error @ (ServiceError::AlreadyCompleted | ServiceError::NotFound { .. })) => {
                let now = self.file(upload.file_id).await?;
                if now.object_key.as_deref() != Some(object_key) {
                    self.storage.remove(object_key).await?;
                }
                Err(error)
            }
            // Another try may do; what it leaves is removed with its upload.
            Err(error) => Err(error),
        }
    }

    /// Makes a verified file ready, and tells of it; where there is a scanner, the file waits for that.
    async fn make_ready(&self, upload: &Upload, object_key: &str, origin: &Origin) -> ServiceResult<MediaFile> {
        let file = self.file(upload.file_id).await?;
        let found = self.inspect(&file, object_key).await?;
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            if !uploads::complete(transaction, upload.id, now).await? {
                return Err(ServiceError::AlreadyCompleted);
            }
            if self.scanner.is_some() {
                return self.hold(transaction, &file, object_key, now).await;
            }
            write_ready(transaction, &file, object_key, &found, now, origin).await
        })
    }

    /// Ends an upload of which nothing will come, and gives its place back.
    pub(super) async fn give_up(&self, upload: &Upload, reason: &str, origin: &Origin) -> ServiceResult<bool> {
        let file = self.file(upload.file_id).await?;
        let now = self.clock.now();
        let ended = in_transaction!(self.database, |transaction| {
            if !uploads::fail(transaction, upload.id, now).await? {
                return Ok(false);
            }
            if files::fail(transaction, file.id).await? {
                usage::give_back(transaction, file.uploader_id, file.byte_size).await?;
                let failed = MediaFile { status: MediaStatus::Failed, ..file.clone() };
                outbox::append(transaction, origin, events::file_failed(&failed, reason, now)).await?;
            }
            Ok::<bool, ServiceError>(true)
        })?;
        if ended {
            self.clear(upload, &file).await?;
        }
        Ok(ended)
    }

    /// Removes everything that was written for a file but the file itself: parts, and what a process left that died.
    pub(super) async fn clear(&self, upload: &Upload, file: &MediaFile) -> ServiceResult<()> {
        self.forget_at_store(upload).await;
        let tries = format!("{}.", file.storage_key);
        let folder = file.storage_key.rsplit_once('/').map_or("", |(folder, _)| folder);
        for key in self.storage.keys_in(folder).await? {
            if key.starts_with(&tries) && Some(&key) != file.object_key.as_ref() {
                self.storage.remove(&key).await?;
            }
        }
        in_transaction!(self.database, |transaction| {
            Ok::<(), ServiceError>(parts::forget(transaction, upload.id).await?)
        })
    }

    pub(super) async fn file(&self, id: MediaFileId) -> ServiceResult<MediaFile> {
        let found = files::by_ids(&self.database, &[id]).await?.pop();
        found.ok_or(ServiceError::NotFound { what: "file", field: "fileId" })
    }
}

pub(super) async fn write_ready(
    transaction: &mut Transaction,
    file: &MediaFile,
    object_key: &str,
    found: &Found,
    now: i64,
    origin: &Origin,
) -> ServiceResult<MediaFile> {
    if !files::make_ready(transaction, file.id, object_key, found.duration_seconds, now).await? {
        return Err(ServiceError::NotFound { what: "file", field: "uploadId" });
    }
    if let Some(index) = &found.segments {
        segments::keep(transaction, file.id, index).await?;
    }
    let ready = MediaFile {
        status: MediaStatus::Ready,
        object_key: Some(object_key.to_owned()),
        duration_seconds: found.duration_seconds,
        ready_at: Some(now),
        ..file.clone()
    };
    outbox::append(transaction, origin, events::file_ready(&ready, now)).await?;
    Ok(ready)
}

/// All parts must be there, and be those that the client means.
fn require_parts(upload: &Upload, there: &[UploadPart], told: Option<&[(i64, String)]>) -> ServiceResult<()> {
    let count = usize::try_from(upload.part_count).unwrap_or(usize::MAX);
    if there.len() != count {
        return Err(ServiceError::NotAsAnnounced("parts are missing; send each to its address, and complete it then"));
    }
    let Some(told) = told else { return Ok(()) };
    let agree = told.len() == there.len()
        && told.iter().zip(there).all(|((number, etag), part)| *number == part.number && *etag == part.etag);
    if agree {
        Ok(())
    } else {
        Err(ServiceError::NotAsAnnounced("the parts told are not those received; compare numbers and tags"))
    }
}
