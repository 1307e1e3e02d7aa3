//! Large files that clients send to a bucket in parts.

use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;

use super::{Bucket, StorageError};

impl Bucket {
    /// Opens an object for parts, and answers the store's name of it.
    pub(crate) async fn open_parts(&self, key: &str) -> Result<String, StorageError> {
        Ok(self.store().create_multipart(&Path::from(key)).await?)
    }

    /// Puts the parts together, by the tags that the store answered for each, in order. From then on no address of a part is
    /// good.
    pub(crate) async fn join_parts(
        &self,
        key: &str,
        upload: &str,
        tags: impl IntoIterator<Item = String>,
    ) -> Result<(), StorageError> {
        let parts = tags.into_iter().map(|content_id| PartId { content_id }).collect();
        self.store().complete_multipart(&Path::from(key), &upload.to_owned(), parts).await?;
        Ok(())
    }

    /// Forgets all parts; when the store has forgotten them before, nothing is left to do.
    pub(crate) async fn forget_parts(&self, key: &str, upload: &str) -> Result<(), StorageError> {
        match self.store().abort_multipart(&Path::from(key), &upload.to_owned()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
