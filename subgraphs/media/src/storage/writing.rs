//! Bytes on their way in.

use bytes::{Bytes, BytesMut};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload};
use sha2::{Digest, Sha256};

use super::{Storage, StorageError};
use crate::domain::{FIRST_BYTES, Sha256Hash};

/// An object that is being written. Dropped unfinished, it leaves nothing behind.
pub(crate) struct Receiving {
    storage: Storage,
    key: Path,
    /// From the first part on: what is smaller is written at once.
    writer: Option<Box<dyn MultipartUpload>>,
    part: BytesMut,
    examined: Examined,
}

/// What bytes in a row make.
#[derive(Default)]
pub(super) struct Examined {
    hash: Sha256,
    byte_size: i64,
    first: Vec<u8>,
}

/// What has been written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) byte_size: i64,
    pub(crate) sha256: Sha256Hash,
    /// The first bytes, to see what it is.
    pub(crate) first: Vec<u8>,
}

impl Storage {
    /// Begins to write an object.
    pub(crate) fn begin(&self, key: &str) -> Receiving {
        Receiving {
            storage: self.clone(),
            key: Path::from(key),
            writer: None,
            part: BytesMut::new(),
            examined: Examined::default(),
        }
    }

    /// Writes an object that is in memory already, and that its key describes: one that is there is the same.
    pub(crate) async fn write_whole(&self, key: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let mut receiving = self.begin(key);
        let written = match receiving.write(&Bytes::copy_from_slice(bytes)).await {
            Ok(()) => receiving.finish().await.map(drop),
            Err(error) => Err(error),
        };
        match written {
            Err(error) if error.is_taken() => Ok(()),
            written => written,
        }
    }

    /// Keys are made of ids that are never given out twice: this finds mistakes, it decides no race.
    async fn require_free(&self, key: &Path) -> Result<(), StorageError> {
        match self.byte_size(key.as_ref()).await? {
            None => Ok(()),
            Some(_) => {
                let source = "objects are written once".into();
                Err(object_store::Error::AlreadyExists { path: key.to_string(), source }.into())
            }
        }
    }
}

impl Receiving {
    /// How many bytes have come.
    pub(crate) fn byte_size(&self) -> i64 {
        self.examined.byte_size
    }

    /// Takes the next bytes.
    pub(crate) async fn write(&mut self, bytes: &Bytes) -> Result<(), StorageError> {
        self.examined.add(bytes);
        let mut left = &bytes[..];
        while !left.is_empty() {
            let (taken, rest) = left.split_at(left.len().min(self.storage.part_bytes - self.part.len()));
            self.part.extend_from_slice(taken);
            left = rest;
            if self.part.len() == self.storage.part_bytes {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Makes the object appear under its key. An error when something is there.
    pub(crate) async fn finish(mut self) -> Result<Received, StorageError> {
        if self.writer.is_some() {
            self.flush().await?;
        }
        match &mut self.writer {
            Some(writer) => {
                let completed = writer.complete().await;
                // The answer may be lost when all is done: the key is ours alone, so that what is there is it.
                if let Err(error) = completed
                    && self.storage.byte_size(self.key.as_ref()).await? != u64::try_from(self.examined.byte_size).ok()
                {
                    return Err(error.into());
                }
                self.writer = None;
            }
            None => {
                let whole = PutPayload::from(self.part.split().freeze());
                let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
                self.storage.store.put_opts(&self.key, whole, options).await?;
            }
        }
        Ok(self.so_far())
    }

    /// What has come so far, without an end to it.
    pub(crate) fn so_far(&self) -> Received {
        self.examined.so_far()
    }

    /// Leaves it.
    pub(crate) async fn abandon(mut self) {
        if let Some(writer) = self.writer.take() {
            leave(writer).await;
        }
    }

    /// Writes a part.
    async fn flush(&mut self) -> Result<(), StorageError> {
        if self.part.is_empty() {
            return Ok(());
        }
        let part = PutPayload::from(self.part.split().freeze());
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => {
                self.storage.require_free(&self.key).await?;
                let options = PutMultipartOptions::default();
                let writer = self.storage.store.put_multipart_opts(&self.key, options).await?;
                self.writer.insert(writer)
            }
        };
        Ok(writer.put_part(part).await?)
    }
}

impl Examined {
    /// Takes the next bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let missing = FIRST_BYTES.saturating_sub(self.first.len()).min(bytes.len());
        self.first.extend_from_slice(&bytes[..missing]);
        self.hash.update(bytes);
        self.byte_size += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    }

    /// What they make so far.
    pub(super) fn so_far(&self) -> Received {
        let sha256 = Sha256Hash(self.hash.clone().finalize().into());
        Received { byte_size: self.byte_size, sha256, first: self.first.clone() }
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        // Whoever waited for the end may have gone in the middle, as requests do.
        if let Some(writer) = self.writer.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(leave(writer));
        }
    }
}

async fn leave(mut writer: Box<dyn MultipartUpload>) {
    if let Err(error) = writer.abort().await {
        tracing::warn!(%error, "the beginning of a file that was left could not be removed");
    }
}
