//! What media hears of learning: which lessons there are, and whether their courses are open.

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::{CourseId, LessonId};
use serde::Deserialize;

use crate::store::playables;

const REMOVED: &str = "learning.lesson.removed.v1";

/// Keeps the replica of lessons.
pub(crate) struct Lessons;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LessonData {
    id: LessonId,
    course_id: CourseId,
    #[serde(default)]
    is_free_preview: bool,
}

#[async_trait]
impl Consumer for Lessons {
    fn name(&self) -> &'static str {
        "media.lessons"
    }

    fn wants(&self, kind: &str) -> bool {
        kind.starts_with("learning.lesson.")
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let lesson: LessonData = event.data()?;
        if event.kind == REMOVED {
            Ok(playables::forget(transaction, lesson.id.into()).await?)
        } else {
            Ok(playables::keep(transaction, lesson.id.into(), lesson.course_id, lesson.is_free_preview).await?)
        }
    }
}

/// Keeps the replica of courses.
pub(crate) struct Courses;

#[derive(Deserialize)]
struct CourseData {
    status: String,
}

#[async_trait]
impl Consumer for Courses {
    fn name(&self) -> &'static str {
        "media.courses"
    }

    fn wants(&self, kind: &str) -> bool {
        kind.starts_with("learning.course.")
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let course: CourseId =
            event.subject.parse().map_err(|error| HandlerError::Rejected(format!("the subject: {error}")))?;
        let data: CourseData = event.data()?;
        Ok(playables::keep_course(transaction, course, &data.status, event.seq).await?)
    }
}
