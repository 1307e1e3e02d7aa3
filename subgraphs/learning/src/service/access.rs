//! Who may change a course: its instructors, and administrators any (domain 3.2).

use kit_database::Transaction;
use kit_ids::{CourseId, LessonId, UserId};
use kit_viewer::{Refusal, Scope, Viewer};

use super::ServiceResult;
use crate::domain::{Course, Lesson, Rejection};
use crate::store;

/// Whether a draft with these instructors is shown to this viewer.
pub(crate) fn may_see_drafts(viewer: &Viewer, instructors: &[UserId]) -> bool {
    viewer.has_scope(Scope::Admin) || viewer.user_id().is_some_and(|id| instructors.contains(&id))
}

/// Whether this viewer may make these the instructors: one of them, or an administrator.
pub(super) fn check_instructors(viewer: &Viewer, instructors: &[UserId]) -> Result<(), Refusal> {
    viewer.require_scope(Scope::CourseWrite)?;
    if may_see_drafts(viewer, instructors) { Ok(()) } else { Err(Refusal::NotOwner(Scope::Admin)) }
}

/// The course, locked, with its instructors, if the viewer may change it.
pub(super) async fn course_to_change(
    transaction: &mut Transaction,
    viewer: &Viewer,
    id: CourseId,
) -> ServiceResult<(Course, Vec<UserId>)> {
    viewer.require_scope(Scope::CourseWrite)?;
    let course = store::course::locked(transaction, id).await?;
    let course = course.ok_or(Rejection::NotFound { what: "course", field: "courseId" })?;
    let instructors = store::instructor::of_courses(&mut *transaction, &[id]).await?;
    let instructors: Vec<UserId> = instructors.into_iter().map(|(_, user)| user).collect();
    check_instructors(viewer, &instructors)?;
    Ok((course, instructors))
}

/// The lesson and its course, locked, if the viewer may change them.
pub(super) async fn lesson_to_change(
    transaction: &mut Transaction,
    viewer: &Viewer,
    id: LessonId,
) -> ServiceResult<(Lesson, Course)> {
    viewer.require_scope(Scope::CourseWrite)?;
    let missing = || Rejection::NotFound { what: "lesson", field: "lessonId" };
    let seen = store::lesson::by_ids(&mut *transaction, &[id]).await?.pop().ok_or_else(missing)?;
    let (course, _) = course_to_change(transaction, viewer, seen.course_id).await?;
    // Read again under the lock of the course: another change may have shifted it meanwhile.
    let lesson = store::lesson::locked(transaction, id).await?.ok_or_else(missing)?;
    Ok((lesson, course))
}
