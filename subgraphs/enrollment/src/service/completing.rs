//! Completing lessons, and courses with them (domain 3.3).

#[cfg(test)]
mod tests;

use kit_database::Transaction;
use kit_events::{HandlerError, Origin, outbox};

use crate::domain::CompletedLesson;
use crate::events;
use crate::store::{enrollments, lessons, progress};

/// Counts a lesson once per person. The course is completed with the last of its lessons, once. A lesson of no course,
/// such as a film, counts for none.
pub(crate) async fn complete_lesson(
    transaction: &mut Transaction,
    done: CompletedLesson,
    origin: &Origin,
) -> Result<(), HandlerError> {
    let Some(course) = lessons::course_of(&mut *transaction, done.lesson_id).await? else { return Ok(()) };
    if !progress::note_completed(transaction, course, &done).await? {
        return Ok(());
    }
    let completed = progress::of_user_in(&mut *transaction, done.user_id, &[course]).await?.pop();
    let completed = completed.map_or(0, |(_, progress)| progress.completed_lessons);
    if completed >= lessons::count(&mut *transaction, course).await?
        && enrollments::complete(transaction, done.user_id, course, done.at).await?
    {
        let place = enrollments::of_user_in(&mut *transaction, done.user_id, &[course]).await?.pop();
        if let Some(place) = place {
            outbox::append(transaction, origin, events::enrollment_completed(&place, done.at)).await?;
        }
    }
    Ok(())
}
