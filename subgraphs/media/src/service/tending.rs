//! What becomes of files by themselves: uploads that never came are given up, parts whose process died are put together,
//! and the bytes of deleted files go after seven days.

use std::time::Duration;

use async_trait::async_trait;
use kit_database::in_transaction;
use kit_events::Origin;
use kit_service::{WorkError, Worker};

use super::{Archive, ServiceError, ServiceResult};
use crate::domain::{MediaFile, Upload};
use crate::store::{files, uploads};

const INTERVAL: Duration = Duration::from_secs(60);
/// How long the bytes of a deleted file are kept, in microseconds.
const KEPT_US: i64 = 7 * 24 * 60 * 60 * 1_000_000;
/// Things that are looked at together.
const CHUNK: i64 = 100;

/// Tends all files. Each step is claimed in a transaction, so that several replicas do it once.
pub(crate) struct Tending(pub(crate) Archive);

#[async_trait]
impl Worker for Tending {
    fn name(&self) -> &'static str {
        "files"
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let mut done = 0;
        for upload in uploads::overdue(&self.0.database, now, CHUNK).await? {
            done += u64::from(self.end(&upload).await?);
        }
        for file in files::due(&self.0.database, now - KEPT_US, CHUNK).await? {
            done += u64::from(self.purge(&file, now).await?);
        }
        Ok(done)
    }
}

impl Tending {
    async fn end(&self, upload: &Upload) -> ServiceResult<bool> {
        let origin = Origin::new(format!("upload-{}", upload.id), None);
        if upload.submitted_at.is_none() {
            return self.0.give_up(upload, "it did not come in time", &origin).await;
        }
        match self.0.assemble(upload, &origin).await {
            Ok(assembled) => Ok(assembled.is_some()),
            // That is what became of it.
            Err(ServiceError::NotAsAnnounced(_)) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Removes the bytes of a file, unless another file has the same.
    async fn purge(&self, file: &MediaFile, now: i64) -> ServiceResult<bool> {
        let left = in_transaction!(self.0.database, |transaction| {
            if !files::purge(transaction, file.id, now).await? {
                return Ok(None);
            }
            let Some(object_key) = file.object_key.as_deref() else { return Ok(Some(0)) };
            Ok::<Option<i64>, ServiceError>(Some(files::sharing(&mut *transaction, object_key).await?))
        })?;
        if let (Some(0), Some(object_key)) = (left, &file.object_key) {
            self.0.storage.remove(object_key).await?;
        }
        Ok(left.is_some())
    }
}
