//! `course_lessons`: the lessons of each course in their order, as learning has told of them.

use kit_database::{DatabaseError, Executor, Transaction};
use kit_ids::{CourseId, LessonId, UserId};

const PLACE: &str = "SELECT course_id, position FROM course_lessons WHERE lesson_id = ?";
const MAKE_ROOM: &str = "UPDATE course_lessons SET position = position + 1 WHERE course_id = ? AND position >= ?";
const INSERT: &str = "INSERT INTO course_lessons (lesson_id, course_id, position) VALUES (?, ?, ?)";
const DELETE: &str = "DELETE FROM course_lessons WHERE lesson_id = ?";
const CLOSE_RANKS: &str = "UPDATE course_lessons SET position = position - 1 WHERE course_id = ? AND position > ?";
const COUNT: &str = "SELECT COUNT(*) AS lessons FROM course_lessons WHERE course_id = ?";
const NEXT: &str = "SELECT course_id, lesson_id FROM (
    SELECT l.course_id, l.lesson_id, ROW_NUMBER() OVER (PARTITION BY l.course_id ORDER BY l.position) AS place
    FROM course_lessons l LEFT JOIN completed_lessons c ON c.user_id = ? AND c.lesson_id = l.lesson_id
    WHERE l.course_id IN (..) AND c.lesson_id IS NULL
  ) remaining WHERE place = 1";

/// Puts a lesson at its place, wherever it was before.
pub(crate) async fn place(
    transaction: &mut Transaction,
    course: CourseId,
    lesson: LessonId,
    position: i64,
) -> Result<(), DatabaseError> {
    remove(transaction, lesson).await?;
    transaction.query(MAKE_ROOM).bind(course).bind(position).execute().await?;
    transaction.query(INSERT).bind(lesson).bind(course).bind(position).execute().await.map(drop)
}

/// Takes a lesson out; those behind it close ranks.
pub(crate) async fn remove(transaction: &mut Transaction, lesson: LessonId) -> Result<(), DatabaseError> {
    let Some(row) = transaction.query(PLACE).bind(lesson).fetch_optional().await? else { return Ok(()) };
    let (course, position): (CourseId, i64) = (row.get("course_id")?, row.get("position")?);
    transaction.query(DELETE).bind(lesson).execute().await?;
    transaction.query(CLOSE_RANKS).bind(course).bind(position).execute().await.map(drop)
}

/// The course that a lesson belongs to.
pub(crate) async fn course_of(on: impl Executor<'_>, lesson: LessonId) -> Result<Option<CourseId>, DatabaseError> {
    let row = on.query(PLACE).bind(lesson).fetch_optional().await?;
    row.map(|row| row.get("course_id")).transpose()
}

/// How many lessons a course has.
pub(crate) async fn count(on: impl Executor<'_>, course: CourseId) -> Result<i64, DatabaseError> {
    on.query(COUNT).bind(course).fetch_one().await?.get("lessons")
}

/// The first lesson of each of these courses that the person has not completed; completed courses are missing.
pub(crate) async fn next_of_user_in(
    on: impl Executor<'_>,
    user: UserId,
    courses: &[CourseId],
) -> Result<Vec<(CourseId, LessonId)>, DatabaseError> {
    let rows = on.query(NEXT).bind(user).bind_list(courses.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("course_id")?, row.get("lesson_id")?))).collect()
}
