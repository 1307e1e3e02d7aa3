//! What enrollment hears of playback: lessons that were watched to their end (domain 3.3).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::{LessonId, UserId};
use serde::Deserialize;

use crate::domain::CompletedLesson;
use crate::service::completing::complete_lesson;

/// Counts completed lessons, and completes courses.
pub(crate) struct Completions;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompletionData {
    user_id: UserId,
    /// Of a lesson, an episode or a film.
    playable_id: String,
    watched_seconds: i64,
}

#[async_trait]
impl Consumer for Completions {
    fn name(&self) -> &'static str {
        "enrollment.completions"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "playback.playable.completed.v1"
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let data: CompletionData = event.data()?;
        // What is not a lesson belongs to no course.
        let Ok(lesson_id) = data.playable_id.parse::<LessonId>() else { return Ok(()) };
        let watched_seconds = data.watched_seconds.max(0);
        let done = CompletedLesson { user_id: data.user_id, lesson_id, watched_seconds, at: event.time };
        complete_lesson(transaction, done, &event.consequence()).await
    }
}
