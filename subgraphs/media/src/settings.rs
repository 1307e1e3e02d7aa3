//! What only media knows, as the configuration says it.

use std::path::PathBuf;

use serde::Deserialize;

/// The options of media.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Settings {
    /// The folder of files.
    pub(crate) folder: PathBuf,
    /// The origin of the addresses that are given out.
    pub(crate) public_url: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { folder: PathBuf::from("media"), public_url: "http://localhost:4000".to_owned() }
    }
}
