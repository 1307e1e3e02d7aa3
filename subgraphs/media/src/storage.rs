//! Where the bytes of files lie: in a folder, or in a bucket of an S3-compatible store.
//!
//! Bytes come and go in pieces: nothing here holds a whole file in memory. What is being written shows under its key only
//! when it is finished, and objects are never changed: a key is written once. Of a bucket clients read and write objects
//! themselves, by addresses that carry their own proof.

mod addresses;
mod bucket;
mod error;
mod multipart;
mod reading;
#[cfg(test)]
mod tests;
mod writing;

use std::path::Path as FolderPath;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

pub(crate) use addresses::{Announcement, Lifetime, Served};
pub(crate) use bucket::{Bucket, BucketSettings, Patience};
pub(crate) use error::StorageError;
pub(crate) use reading::ByteStream;
pub(crate) use writing::{Received, Receiving};

/// How much of an object is written to a folder at a time.
const FOLDER_PART_BYTES: usize = 1024 * 1024;
/// How much of an object is written to a bucket at a time: S3 takes parts of 5 MiB or more, and 10,000 of them.
const BUCKET_PART_BYTES: usize = 8 * 1024 * 1024;

/// Where the bytes of files lie. Clones share it.
#[derive(Clone)]
pub(crate) struct Storage {
    store: Arc<dyn ObjectStore>,
    /// The store, when it is a folder.
    folder: Option<Arc<LocalFileSystem>>,
    bucket: Option<Arc<Bucket>>,
    part_bytes: usize,
}

impl Storage {
    /// A folder, which is made when it is not there. What is written there outlives a loss of power.
    pub(crate) fn folder(folder: &FolderPath) -> Result<Self, StorageError> {
        std::fs::create_dir_all(folder).map_err(StorageError::broken)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        let folder = Arc::new(store);
        let store = Arc::clone(&folder) as Arc<dyn ObjectStore>;
        Ok(Self { store, folder: Some(folder), bucket: None, part_bytes: FOLDER_PART_BYTES })
    }

    /// A bucket, which must be there and be open to the credentials.
    pub(crate) async fn bucket(settings: &BucketSettings, patience: &Patience) -> Result<Self, StorageError> {
        let bucket = Bucket::open(settings, patience)?;
        let store = Arc::new(bucket.store().clone());
        let storage = Self { store, folder: None, bucket: Some(Arc::new(bucket)), part_bytes: BUCKET_PART_BYTES };
        storage.keys_in(addresses::INCOMING).await?;
        Ok(storage)
    }

    /// The bucket, when clients can read and write it themselves.
    pub(crate) fn addressed(&self) -> Option<&Bucket> {
        self.bucket.as_deref().filter(|bucket| bucket.is_direct)
    }

    /// The first bytes of an object, at most so many.
    pub(crate) async fn first_bytes(&self, key: &str, count: u64) -> Result<Bytes, StorageError> {
        Ok(self.store.get_range(&Path::from(key), 0..count).await?)
    }

    /// The size of an object; nothing when it is not there.
    pub(crate) async fn byte_size(&self, key: &str) -> Result<Option<u64>, StorageError> {
        match self.store.head(&Path::from(key)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Copies an object within the store, to a key of which nobody knows an address to write.
    pub(crate) async fn copy(&self, from: &str, to: &str) -> Result<(), StorageError> {
        Ok(self.store.copy(&Path::from(from), &Path::from(to)).await?)
    }

    /// Removes an object; one that is not there is none.
    pub(crate) async fn remove(&self, key: &str) -> Result<(), StorageError> {
        match self.store.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The keys of all objects whose key begins with that of a folder.
    pub(crate) async fn keys_in(&self, folder: &str) -> Result<Vec<String>, StorageError> {
        let folder = Path::from(folder);
        let listed = self.store.list(Some(&folder)).map(|object| object.map(|object| object.location.to_string()));
        Ok(listed.try_collect().await?)
    }
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Storage({})", self.store)
    }
}
