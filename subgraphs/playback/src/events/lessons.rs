//! What playback hears of learning: how long lessons are, and which are gone (domain 3.5).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::{CourseId, LessonId};
use serde::Deserialize;

use crate::store::playables::{self, PlayableMeta};

const REMOVED: &str = "learning.lesson.removed.v1";

/// Keeps the replica of lessons. A change of length completes nobody by itself: that is looked at when somebody watches.
pub(crate) struct LessonLengths;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LessonData {
    id: LessonId,
    course_id: CourseId,
    duration_seconds: Option<i64>,
}

#[async_trait]
impl Consumer for LessonLengths {
    fn name(&self) -> &'static str {
        "playback.lesson_lengths"
    }

    fn wants(&self, kind: &str) -> bool {
        kind.starts_with("learning.lesson.")
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let lesson: LessonData = event.data()?;
        let meta = PlayableMeta {
            duration_seconds: lesson.duration_seconds.filter(|seconds| *seconds > 0),
            course_id: Some(lesson.course_id),
            is_removed: event.kind == REMOVED,
        };
        Ok(playables::keep(transaction, lesson.id.into(), meta, event.seq).await?)
    }
}
