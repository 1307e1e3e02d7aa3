//! Who teaches a course.

use kit_database::{DatabaseError, Executor, ToColumn, Transaction};
use kit_ids::{CourseId, UserId};

/// The instructors of these courses, in order of appearance.
pub(crate) async fn of_courses(
    on: impl Executor<'_>,
    courses: &[CourseId],
) -> Result<Vec<(CourseId, UserId)>, DatabaseError> {
    let select = "SELECT course_id, user_id FROM course_instructors WHERE course_id IN (..) ORDER BY position";
    let rows = on.query(select).bind_list(courses.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("course_id")?, row.get("user_id")?))).collect()
}

/// The courses that a person teaches, in the order of their ids.
pub(crate) async fn courses_of(on: impl Executor<'_>, person: UserId) -> Result<Vec<CourseId>, DatabaseError> {
    let select = "SELECT course_id FROM course_instructors WHERE user_id = ? ORDER BY course_id";
    on.query(select).bind(person).fetch_all().await?.iter().map(|row| row.get("course_id")).collect()
}

/// Replaces the instructors of a course.
pub(crate) async fn replace(
    transaction: &mut Transaction,
    course: CourseId,
    instructors: &[UserId],
) -> Result<(), DatabaseError> {
    transaction.query("DELETE FROM course_instructors WHERE course_id = ?").bind(course).execute().await?;
    if instructors.is_empty() {
        return Ok(());
    }
    let rows = instructors.iter().zip(1_i64..);
    let rows = rows.map(|(user, position)| [course.to_column(), user.to_column(), position.to_column()]);
    let insert = "INSERT INTO course_instructors (course_id, user_id, position) VALUES (..)";
    transaction.query(insert).bind_rows(rows).execute().await.map(drop)
}
