//! Bytes on their way in.

use bytes::{Bytes, BytesMut};
use object_store::path::Path;
use object_store::{MultipartUpload, PutMultipartOptions, PutPayload};
use sha2::{Digest, Sha256};

use super::{Storage, StorageError};
use crate::domain::{FIRST_BYTES, Sha256Hash};

/// How much is gathered before it is written.
const BLOCK_BYTES: usize = 1024 * 1024;

/// An object that is being written. Dropped unfinished, it leaves nothing behind.
pub(crate) struct Receiving {
    writer: Box<dyn MultipartUpload>,
    block: BytesMut,
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
    pub(crate) async fn begin(&self, key: &str) -> Result<Receiving, StorageError> {
        let writer = self.store.put_multipart_opts(&Path::from(key), PutMultipartOptions::default()).await?;
        Ok(Receiving { writer, block: BytesMut::new(), hash: Sha256::new(), byte_size: 0, first: Vec::new() })
    }
}

impl Storage {
    /// Writes an object that is in memory already; one that is there is written again.
    pub(crate) async fn write_whole(&self, key: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let mut receiving = self.begin(key).await?;
        receiving.write(&Bytes::copy_from_slice(bytes)).await?;
        receiving.finish().await.map(drop)
    }
}

impl Receiving {
    /// How many bytes have come.
    pub(crate) fn byte_size(&self) -> i64 {
        self.byte_size
    }

    /// Takes the next bytes.
    pub(crate) async fn write(&mut self, bytes: &Bytes) -> Result<(), StorageError> {
        let missing = FIRST_BYTES.saturating_sub(self.first.len()).min(bytes.len());
        self.first.extend_from_slice(&bytes[..missing]);
        self.hash.update(bytes);
        self.byte_size += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// Makes the object appear under its key.
    pub(crate) async fn finish(mut self) -> Result<Received, StorageError> {
        self.flush().await?;
        self.writer.complete().await?;
        let sha256 = Sha256Hash(self.hash.finalize().into());
        Ok(Received { byte_size: self.byte_size, sha256, first: self.first })
    }

    /// What has come so far, without an end to it.
    pub(crate) fn so_far(&self) -> Received {
        let sha256 = Sha256Hash(self.hash.clone().finalize().into());
        Received { byte_size: self.byte_size, sha256, first: self.first.clone() }
    }

    /// Leaves it.
    pub(crate) async fn abandon(mut self) {
        if let Err(error) = self.writer.abort().await {
            tracing::warn!(%error, "the beginning of a file that was left could not be removed");
        }
    }

    async fn flush(&mut self) -> Result<(), StorageError> {
        if !self.block.is_empty() {
            self.writer.put_part(PutPayload::from(self.block.split().freeze())).await?;
        }
        Ok(())
    }
}
