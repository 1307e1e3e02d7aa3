//! The length of a lesson, once its video or sound is ready.

use kit_database::Transaction;
use kit_events::{HandlerError, Origin};
use kit_ids::LessonId;

use super::validation;
use crate::domain::Lesson;
use crate::{events, store};

/// Gives a lesson the length of its recording. One that is gone or has this length stays as it is, and nothing is told.
///
/// # Errors
/// [`HandlerError::Rejected`]: no lesson is that long.
pub(crate) async fn take_duration(
    transaction: &mut Transaction,
    id: LessonId,
    duration_seconds: i64,
    (at, origin): (i64, &Origin),
) -> Result<(), HandlerError> {
    validation::duration(duration_seconds).map_err(|error| HandlerError::Rejected(error.to_string()))?;
    let Some(seen) = store::lesson::by_ids(&mut *transaction, &[id]).await?.pop() else { return Ok(()) };
    let Some(course) = store::course::locked(transaction, seen.course_id).await? else { return Ok(()) };
    // Read again under the lock of the course, as editors do.
    let Some(lesson) = store::lesson::locked(transaction, id).await? else { return Ok(()) };
    if lesson.duration_seconds == duration_seconds {
        return Ok(());
    }
    let now = at.max(course.updated_at);
    let changed = Lesson { duration_seconds, ..lesson };
    store::lesson::update(transaction, &changed, now).await?;
    store::course::count_lessons(transaction, course.id, now).await?;
    Ok(events::lesson(transaction, origin, events::LESSON_UPDATED, &changed, now).await?)
}
