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
    /// How often each person may ask.
    pub(crate) limits: LimitSettings,
    /// The origin of the addresses that are given out.
    pub(crate) public_url: String,
}

/// How often each person may ask, in a minute; 0 is no bound. More than anybody does who means well.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct LimitSettings {
    /// To announce a file.
    pub(crate) uploads_per_minute: u32,
    /// For an address to play or fetch a file from.
    pub(crate) addresses_per_minute: u32,
    /// For a file, or a part of it.
    pub(crate) downloads_per_minute: u32,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self { uploads_per_minute: 300, addresses_per_minute: 1_200, downloads_per_minute: 6_000 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("media"),
            bucket: None,
            scan: None,
            limits: LimitSettings::default(),
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
