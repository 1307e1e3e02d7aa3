//! What learning can be told from outside.

use serde::Deserialize;

/// The options of learning.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct LearningOptions {
    /// The origin of the addresses of files: the pictures of the demonstration's courses have them.
    pub(crate) media_url: String,
}

impl Default for LearningOptions {
    fn default() -> Self {
        Self { media_url: "http://localhost:4000".to_owned() }
    }
}
