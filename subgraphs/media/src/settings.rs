//! What only media knows, as the configuration says it.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

use crate::scanner::{Scanner, ScannerError, ScannerSettings};
use crate::storage::{BucketSettings, Patience, Storage, StorageError};

/// The options of media.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// The folder of files.
    pub(crate) folder: PathBuf,
    /// The bucket of files, in the folder's place.
    pub(crate) bucket: Option<BucketSettings>,
    /// What looks at files before anybody may fetch them.
    pub(crate) scan: Option<ScannerSettings>,
    /// The origin of the addresses that are given out.
    pub(crate) public_url: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("media"),
            bucket: None,
            scan: None,
            public_url: "http://localhost:4000".to_owned(),
        }
    }
}

impl Settings {
    /// What looks at files before anybody may fetch them.
    pub(crate) fn scanner(&self) -> Result<Option<Arc<Scanner>>, ScannerError> {
        self.scan.as_ref().map(Scanner::open).transpose().map(|scanner| scanner.map(Arc::new))
    }

    /// Where the bytes of files lie.
    pub(crate) async fn storage(&self) -> Result<Storage, StorageError> {
        match &self.bucket {
            Some(bucket) => Storage::bucket(bucket, &Patience::default()).await,
            None => Storage::folder(&self.folder),
        }
    }
}
