//! Having verified files looked at before anybody may fetch them (AS-057).
//!
//! A file that waits is pending, as one that is not verified; one that is infected has failed, and its bytes stay for a
//! while where nobody fetches them. Without a scanner nothing waits.

use std::time::Duration;

use async_trait::async_trait;
use kit_database::{Transaction, in_transaction};
use kit_events::{Origin, outbox};
use kit_ids::MediaFileId;
use kit_service::{WorkError, Worker};

use super::completing::write_ready;
use super::{Archive, ServiceError, ServiceResult};
use crate::domain::{MediaFile, MediaStatus, QUARANTINE_US, Scan, Verdict};
use crate::events;
use crate::store::{files, scans, usage};

/// How long whoever completes an upload waits for the verdict; it comes as well when they do not.
const PROMPT: Duration = Duration::from_secs(3);
/// What a verdict needs beside the scanner's own time.
const MARGIN: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_secs(10);
/// Files that are looked at in one run.
const CHUNK: i64 = 20;

impl Archive {
    /// Notes that a verified file waits for the scanner; it stays pending.
    pub(super) async fn hold(
        &self,
        transaction: &mut Transaction,
        file: &MediaFile,
        object_key: &str,
        now: i64,
    ) -> ServiceResult<MediaFile> {
        let awaited = files::lock(transaction, file.id).await?.filter(|file| file.status == MediaStatus::Pending);
        let awaited = awaited.ok_or(ServiceError::NotFound { what: "file", field: "uploadId" })?;
        scans::insert(transaction, file.id, object_key, now).await?;
        Ok(MediaFile { object_key: Some(object_key.to_owned()), ..awaited })
    }

    /// What becomes of a file that waits, when that shows soon.
    pub(super) async fn scanned_soon(&self, held: MediaFile, origin: &Origin) -> ServiceResult<MediaFile> {
        let (archive, id, origin) = (self.clone(), held.id, origin.clone());
        let scanning = tokio::spawn(async move { archive.scan(id, &origin).await });
        match tokio::time::timeout(PROMPT, scanning).await {
            Ok(Ok(Ok(true))) => self.file(id).await,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, file = %id, "a file could not be scanned; trying later");
                Ok(held)
            }
            _ => Ok(held),
        }
    }

    /// Asks the scanner about a file, and does as it says; false when somebody else does, or it says nothing.
    async fn scan(&self, id: MediaFileId, origin: &Origin) -> ServiceResult<bool> {
        let now = self.clock.now();
        let lease = self.scanner.as_ref().map_or(MARGIN, |scanner| scanner.time_max() + MARGIN);
        let until = now + i64::try_from(lease.as_micros()).unwrap_or(i64::MAX / 2);
        let Some(scan) = scans::of_file(&self.database, id).await? else { return Ok(false) };
        if !scans::claim(&self.database, id, until, now).await? {
            return Ok(false);
        }
        let file = self.file(id).await?;
        if file.status != MediaStatus::Pending {
            return self.let_go(&scan).await;
        }
        match self.verdict(&scan, &file).await {
            Some(Verdict::Clean) => self.release(&scan, &file, origin).await,
            Some(Verdict::Infected(finding)) => self.quarantine(&file, &finding, origin).await,
            None => {
                scans::postpone(&self.database, id, now + scan.pause_us()).await?;
                Ok(false)
            }
        }
    }

    /// What the scanner says. Whatever waits when there is none any more is as good as what comes from then on.
    async fn verdict(&self, scan: &Scan, file: &MediaFile) -> Option<Verdict> {
        let Some(scanner) = &self.scanner else { return Some(Verdict::Clean) };
        let size = u64::try_from(file.byte_size).unwrap_or_default();
        let asked = match self.storage.read(&scan.object_key, 0..size).await {
            Ok(bytes) => scanner.ask(bytes, file.byte_size).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        asked.inspect_err(|error| tracing::warn!(error, file = %file.id, "a file was not scanned; trying later")).ok()
    }

    async fn release(&self, scan: &Scan, file: &MediaFile, origin: &Origin) -> ServiceResult<bool> {
        let found = self.inspect(file, &scan.object_key).await?;
        let now = self.clock.now();
        let released = in_transaction!(self.database, |transaction| {
            scans::remove(transaction, file.id).await?;
            write_ready(transaction, file, &scan.object_key, &found, now, origin).await
        });
        match released {
            Ok(_) => Ok(true),
            // It was deleted meanwhile.
            Err(ServiceError::NotFound { .. }) => self.let_go(scan).await,
            Err(error) => Err(error),
        }
    }

    /// The file has failed. Its bytes, and what they take of its sender's quota, stay until the quarantine ends.
    async fn quarantine(&self, file: &MediaFile, finding: &str, origin: &Origin) -> ServiceResult<bool> {
        let now = self.clock.now();
        let uploader = file.uploader_id;
        tracing::warn!(file = %file.id, %uploader, finding, "a file is infected; it is in quarantine");
        in_transaction!(self.database, |transaction| {
            scans::quarantine(transaction, file.id, finding, now + QUARANTINE_US).await?;
            if files::fail(transaction, file.id).await? {
                let failed = MediaFile { status: MediaStatus::Failed, ..file.clone() };
                let reason = format!("a scanner found: {finding}");
                outbox::append(transaction, origin, events::file_failed(&failed, &reason, now)).await?;
            }
            Ok::<bool, ServiceError>(true)
        })
    }

    /// Removes the bytes of a file that nobody waits for any more.
    async fn let_go(&self, scan: &Scan) -> ServiceResult<bool> {
        let file = self.file(scan.file_id).await?;
        self.storage.remove(&scan.object_key).await?;
        in_transaction!(self.database, |transaction| {
            let is_removed = scans::remove(transaction, scan.file_id).await?;
            // Of one that was deleted while it waited they were given back then.
            if is_removed && scan.finding.is_some() {
                usage::give_back(transaction, file.uploader_id, file.byte_size).await?;
            }
            Ok::<bool, ServiceError>(is_removed)
        })
    }
}

/// Asks again about files that wait, and ends quarantines.
pub(crate) struct Scanning(pub(crate) Archive);

#[async_trait]
impl Worker for Scanning {
    fn name(&self) -> &'static str {
        "scans"
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let mut done = 0;
        for scan in scans::due(&self.0.database, now, CHUNK).await? {
            let origin = Origin::new(format!("scan-{}", scan.file_id), None);
            let is_done = match scan.finding {
                Some(_) => self.0.let_go(&scan).await?,
                None => self.0.scan(scan.file_id, &origin).await?,
            };
            done += u64::from(is_done);
        }
        Ok(done)
    }
}
