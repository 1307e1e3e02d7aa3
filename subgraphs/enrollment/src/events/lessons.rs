//! What enrollment hears of lessons: which a course has, and in what order (domain 3.3).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::{CourseId, LessonId};
use serde::Deserialize;

use crate::store::{lessons, progress};

const ADDED: &str = "learning.lesson.added.v1";
const MOVED: &str = "learning.lesson.moved.v1";
const REMOVED: &str = "learning.lesson.removed.v1";

/// Keeps the replica of lessons. The events of one course come in their order, so each change is made as learning made
/// it: the others move up, or close ranks.
pub(crate) struct CourseLessons;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LessonData {
    id: LessonId,
    course_id: CourseId,
    position: i64,
}

#[async_trait]
impl Consumer for CourseLessons {
    fn name(&self) -> &'static str {
        "enrollment.course_lessons"
    }

    fn wants(&self, kind: &str) -> bool {
        matches!(kind, ADDED | MOVED | REMOVED)
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let lesson: LessonData = event.data()?;
        if event.kind == REMOVED {
            lessons::remove(transaction, lesson.id).await?;
            progress::forget_lesson(transaction, lesson.course_id, lesson.id).await?;
        } else {
            lessons::place(transaction, lesson.course_id, lesson.id, lesson.position).await?;
        }
        Ok(())
    }
}
