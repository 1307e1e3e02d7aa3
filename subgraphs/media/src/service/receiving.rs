//! Receiving what was announced, in one piece or in parts (domain 4.3).
//!
//! Each try writes an object of its own, so that two at once never mix; the first that is whole and verified counts.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use kit_database::{DatabaseError, in_transaction};
use kit_ids::UploadId;
use thiserror::Error;

use super::Archive;
use crate::domain::{MediaFile, Sha256Hash, Upload, UploadPart, is_content, part_size};
use crate::storage::{Received, Receiving, StorageError};
use crate::store::{departures, files, parts, uploads};

/// Longest pause of a sender.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// What the headers of a request say of its body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent<'h> {
    pub(crate) byte_size: i64,
    pub(crate) content_type: Option<&'h str>,
    /// `Content-Digest` (RFC 9530), when there is one.
    pub(crate) digest: Option<Sha256Hash>,
}

/// Why what was sent is not taken.
#[derive(Debug, Error)]
pub(crate) enum ReceiveError {
    #[error("there is no such upload")]
    NoUpload,
    #[error("this upload comes {}", if *.0 { "in parts; send each to its own address" } else { "in one piece" })]
    OtherForm(bool),
    #[error("there is no part of this number")]
    NoPart,
    #[error("the upload has ended; announce the file again")]
    Ended,
    #[error("something was received already")]
    AlreadyReceived,
    #[error("the body has {sent} bytes, and {announced} were announced")]
    TooLarge { sent: i64, announced: i64 },
    #[error("the body has {sent} bytes, and {announced} were announced")]
    OtherSize { sent: i64, announced: i64 },
    #[error("the bytes are not `{0}`, which was announced")]
    OtherType(String),
    #[error("the SHA-256 of what was received is {0}, and another one was announced")]
    OtherDigest(Sha256Hash),
    #[error("the body ended early, or paused for more than 30 seconds")]
    BrokenOff,
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Archive {
    /// Receives a file in one piece, and answers its hash.
    pub(crate) async fn receive<E>(
        &self,
        id: UploadId,
        sent: Sent<'_>,
        body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    ) -> Result<Sha256Hash, ReceiveError> {
        let (upload, file) = self.awaited(id).await?;
        if upload.part_count > 0 {
            return Err(ReceiveError::OtherForm(true));
        }
        if upload.received_at.is_some() {
            return Err(ReceiveError::AlreadyReceived);
        }
        require_size(sent.byte_size, file.byte_size)?;
        if !sent.content_type.is_some_and(|sent| sent.eq_ignore_ascii_case(&file.content_type)) {
            return Err(ReceiveError::OtherType(file.content_type));
        }
        let key = self.new_object_key(&file.storage_key);
        let mut receiving = self.storage.begin(&key);
        let verified = match self.collect(&upload, &mut receiving, body, file.byte_size).await {
            Ok(()) => verify(&receiving.so_far(), sent.digest, &file),
            Err(error) => Err(error),
        };
        if let Err(error) = verified {
            receiving.abandon().await;
            return Err(error);
        }
        let received = receiving.finish().await?;
        let now = self.clock.now();
        let counts =
            in_transaction!(self.database, |transaction| { uploads::receive(transaction, id, &key, now).await });
        if !matches!(counts, Ok(true)) {
            self.storage.remove(&key).await?;
        }
        if counts? {
            return Ok(received.sha256);
        }
        // It was given up meanwhile, or somebody else was faster.
        self.awaited(id).await?;
        Err(ReceiveError::AlreadyReceived)
    }

    /// Receives one part, and answers its tag. A part that is sent again takes the place of the earlier one.
    pub(crate) async fn receive_part<E>(
        &self,
        id: UploadId,
        number: i64,
        sent: Sent<'_>,
        body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    ) -> Result<String, ReceiveError> {
        let (upload, file) = self.awaited(id).await?;
        if upload.part_count == 0 {
            return Err(ReceiveError::OtherForm(false));
        }
        if !(1..=upload.part_count).contains(&number) {
            return Err(ReceiveError::NoPart);
        }
        let byte_size = part_size(upload.byte_size, number);
        require_size(sent.byte_size, byte_size)?;
        let key = self.new_object_key(&format!("{}.part{number}", file.storage_key));
        let mut receiving = self.storage.begin(&key);
        let verified = match self.collect(&upload, &mut receiving, body, byte_size).await {
            Ok(()) => verify_part(&receiving.so_far(), sent.digest, byte_size),
            Err(error) => Err(error),
        };
        if let Err(error) = verified {
            receiving.abandon().await;
            return Err(error);
        }
        let etag = receiving.finish().await?.sha256.to_string();
        let part = UploadPart { number, byte_size, etag: etag.clone(), object_key: key.clone() };
        let kept = self.keep_part(id, &part).await;
        match kept {
            Ok(Some(replaced)) => self.storage.remove(&replaced).await?,
            Ok(None) => {}
            Err(error) => {
                self.storage.remove(&key).await?;
                return Err(error);
            }
        }
        Ok(etag)
    }

    /// Writes what comes while the upload lasts: a sender who trickles must not hold a place for ever.
    async fn collect<E>(
        &self,
        upload: &Upload,
        receiving: &mut Receiving,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
        announced: i64,
    ) -> Result<(), ReceiveError> {
        let left = u64::try_from(upload.expires_at - self.clock.now()).unwrap_or_default();
        let collecting = collect(receiving, body, announced);
        tokio::time::timeout(Duration::from_micros(left), collecting).await.unwrap_or(Err(ReceiveError::Ended))
    }

    /// Keeps a part, and answers where the one before it lies.
    async fn keep_part(&self, id: UploadId, part: &UploadPart) -> Result<Option<String>, ReceiveError> {
        in_transaction!(self.database, |transaction| {
            let upload = uploads::lock(transaction, id).await?.ok_or(ReceiveError::NoUpload)?;
            if upload.submitted_at.is_some() || upload.failed_at.is_some() {
                return Err(ReceiveError::Ended);
            }
            let before = parts::of(&mut *transaction, id).await?;
            parts::keep(transaction, id, part).await?;
            let replaced = before.into_iter().find(|before| before.number == part.number);
            Ok(replaced.map(|before| before.object_key))
        })
    }

    /// An upload whose file is still awaited. Nothing is taken from who has left (PS-17).
    async fn awaited(&self, id: UploadId) -> Result<(Upload, MediaFile), ReceiveError> {
        let upload = uploads::by_id(&self.database, id).await?.ok_or(ReceiveError::NoUpload)?;
        if upload.completed_at.is_some() {
            return Err(ReceiveError::AlreadyReceived);
        }
        let is_over = upload.failed_at.is_some() || upload.submitted_at.is_some();
        if is_over || departures::has_left(&self.database, upload.uploader_id).await? {
            return Err(ReceiveError::Ended);
        }
        let file = files::by_ids(&self.database, &[upload.file_id]).await?.pop().ok_or(ReceiveError::NoUpload)?;
        Ok((upload, file))
    }
}

fn require_size(sent: i64, announced: i64) -> Result<(), ReceiveError> {
    match sent {
        _ if sent > announced => Err(ReceiveError::TooLarge { sent, announced }),
        _ if sent < announced => Err(ReceiveError::OtherSize { sent, announced }),
        _ => Ok(()),
    }
}

/// Writes what comes, and stops at more than was announced, whatever the headers said.
async fn collect<E>(
    receiving: &mut Receiving,
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    announced: i64,
) -> Result<(), ReceiveError> {
    loop {
        let next = tokio::time::timeout(PAUSE_MAX, body.next()).await.map_err(|_| ReceiveError::BrokenOff)?;
        let Some(bytes) = next else { return Ok(()) };
        receiving.write(&bytes.map_err(|_| ReceiveError::BrokenOff)?).await?;
        if receiving.byte_size() > announced {
            return Err(ReceiveError::TooLarge { sent: receiving.byte_size(), announced });
        }
    }
}

fn verify(received: &Received, digest: Option<Sha256Hash>, file: &MediaFile) -> Result<(), ReceiveError> {
    verify_part(received, digest, file.byte_size)?;
    if received.sha256 != file.sha256 {
        return Err(ReceiveError::OtherDigest(received.sha256));
    }
    if !is_content(&file.content_type, &received.first) {
        return Err(ReceiveError::OtherType(file.content_type.clone()));
    }
    Ok(())
}

fn verify_part(received: &Received, digest: Option<Sha256Hash>, announced: i64) -> Result<(), ReceiveError> {
    if received.byte_size != announced {
        return Err(ReceiveError::BrokenOff);
    }
    match digest {
        Some(digest) if digest != received.sha256 => Err(ReceiveError::OtherDigest(received.sha256)),
        _ => Ok(()),
    }
}
