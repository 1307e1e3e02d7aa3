//! `course_progress` and `completed_lessons`.

use kit_database::{DatabaseError, Executor, Transaction};
use kit_ids::{CourseId, LessonId, UserId};

use crate::domain::CourseProgress;

const OF_USER: &str = "SELECT * FROM course_progress WHERE user_id = ? AND course_id IN (..)";
const UNCOUNT: &str = "UPDATE course_progress SET completed_lessons = completed_lessons - 1
  WHERE course_id = ? AND user_id IN (SELECT user_id FROM completed_lessons WHERE lesson_id = ?)";
const FORGET: &str = "DELETE FROM completed_lessons WHERE lesson_id = ?";

/// How far a person is in these courses; courses that were not begun are missing.
pub(crate) async fn of_user_in(
    on: impl Executor<'_>,
    user: UserId,
    courses: &[CourseId],
) -> Result<Vec<(CourseId, CourseProgress)>, DatabaseError> {
    let rows = on.query(OF_USER).bind(user).bind_list(courses.iter().copied()).fetch_all().await?;
    let read = |row: &kit_database::Row| {
        let progress = CourseProgress {
            completed_lessons: row.get("completed_lessons")?,
            watched_seconds: row.get("watched_seconds")?,
            last_activity_at: row.get("last_activity_at")?,
        };
        Ok((row.get("course_id")?, progress))
    };
    rows.iter().map(read).collect()
}

/// A lesson that is no longer part of its course counts for nobody.
pub(crate) async fn forget_lesson(
    transaction: &mut Transaction,
    course: CourseId,
    lesson: LessonId,
) -> Result<(), DatabaseError> {
    transaction.query(UNCOUNT).bind(course).bind(lesson).execute().await?;
    transaction.query(FORGET).bind(lesson).execute().await.map(drop)
}
