//! `course_progress` and `completed_lessons`.

use kit_database::{DatabaseError, Executor, Transaction, Upsert};
use kit_ids::{CourseId, LessonId, UserId};

use crate::domain::{CompletedLesson, CourseProgress};

const OF_USER: &str = "SELECT * FROM course_progress WHERE user_id = ? AND course_id IN (..)";
const UNCOUNT: &str = "UPDATE course_progress SET completed_lessons = completed_lessons - 1
  WHERE course_id = ? AND user_id IN (SELECT user_id FROM completed_lessons WHERE lesson_id = ?)";
const KNOWN: &str = "SELECT lesson_id FROM completed_lessons WHERE user_id = ? AND lesson_id = ?";
const COMPLETE: &str =
    "INSERT INTO completed_lessons (user_id, lesson_id, course_id, completed_at) VALUES (?, ?, ?, ?)";
const COUNT: Upsert = Upsert::into("course_progress")
    .key(&["user_id", "course_id"])
    .replace(&["last_activity_at"])
    .add(&["completed_lessons", "watched_seconds"]);
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

/// Notes that a person has completed a lesson; false when that was known.
pub(crate) async fn note_completed(
    transaction: &mut Transaction,
    course: CourseId,
    done: &CompletedLesson,
) -> Result<bool, DatabaseError> {
    if transaction.query(KNOWN).bind(done.user_id).bind(done.lesson_id).fetch_optional().await?.is_some() {
        return Ok(false);
    }
    let complete = transaction.query(COMPLETE).bind(done.user_id).bind(done.lesson_id).bind(course);
    complete.bind(done.at).execute().await?;
    let count = transaction.upsert(&COUNT).bind(done.user_id).bind(course).bind(done.at);
    count.bind(1_i64).bind(done.watched_seconds).execute().await?;
    Ok(true)
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
