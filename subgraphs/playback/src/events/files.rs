//! What playback hears of media: how long files are, where their owners do not say it (domain 3.5).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::PlayableId;
use serde::Deserialize;

use crate::store::playables;

/// Keeps the lengths of films that belong to something that is played.
pub(crate) struct FileLengths;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileData {
    /// Of anything that can own a file.
    owner_id: Option<String>,
    kind: String,
    duration_seconds: Option<i64>,
}

#[async_trait]
impl Consumer for FileLengths {
    fn name(&self) -> &'static str {
        "playback.file_lengths"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "media.file.ready.v1"
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let file: FileData = event.data()?;
        let owner = file.owner_id.and_then(|id| id.parse::<PlayableId>().ok()).filter(|_| file.kind == "VIDEO");
        let seconds = file.duration_seconds.filter(|seconds| *seconds > 0);
        if let (Some(owner), Some(seconds)) = (owner, seconds) {
            playables::keep_file(transaction, owner, seconds).await?;
        }
        Ok(())
    }
}
