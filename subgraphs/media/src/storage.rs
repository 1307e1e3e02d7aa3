//! Where the bytes of files lie.
//!
//! Bytes come and go in pieces: nothing here holds a whole file in memory. What is being written shows under its key only
//! when it is finished, and objects are never changed: a key is written once.

mod reading;
mod writing;

use std::path::Path as FolderPath;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use thiserror::Error;

pub(crate) use writing::{Received, Receiving};

/// The store failed. The text is for logs.
#[derive(Debug, Error)]
#[error("the file store failed: {0}")]
pub(crate) struct StorageError(#[from] object_store::Error);

impl StorageError {
    /// Reading broke off.
    pub(crate) fn broken(error: std::io::Error) -> Self {
        Self(object_store::Error::Generic { store: "file store", source: Box::new(error) })
    }
}

/// Where the bytes of files lie. Clones share it.
#[derive(Clone)]
pub(crate) struct Storage {
    store: Arc<dyn ObjectStore>,
}

impl Storage {
    /// A folder, which is made when it is not there. What is written there outlives a loss of power.
    pub(crate) fn folder(folder: &FolderPath) -> Result<Self, StorageError> {
        std::fs::create_dir_all(folder).map_err(StorageError::broken)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// The first bytes of an object, at most so many.
    pub(crate) async fn first_bytes(&self, key: &str, count: u64) -> Result<Bytes, StorageError> {
        Ok(self.store.get_range(&Path::from(key), 0..count).await?)
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
