//! What learning hears of media: the recordings of lessons (domain 3.2).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::LessonId;
use serde::Deserialize;

use crate::service::take_duration;

/// Gives lessons the length of their recordings.
#[derive(Debug, Clone, Copy)]
pub struct Recordings;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileData {
    /// A lesson, or something of another subgraph, or nothing.
    owner_id: Option<String>,
    kind: String,
    duration_seconds: Option<i64>,
}

#[async_trait]
impl Consumer for Recordings {
    fn name(&self) -> &'static str {
        "learning.recordings"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "media.file.ready.v1"
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let file: FileData = event.data()?;
        let lesson = file.owner_id.and_then(|id| id.parse::<LessonId>().ok());
        let (Some(lesson), Some(duration)) = (lesson, file.duration_seconds) else { return Ok(()) };
        if !matches!(file.kind.as_str(), "VIDEO" | "AUDIO") {
            return Ok(());
        }
        take_duration(transaction, lesson, duration, (event.time, &event.consequence())).await
    }
}
