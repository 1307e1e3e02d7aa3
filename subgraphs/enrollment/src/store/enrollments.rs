//! `enrollments`.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::{CourseId, EnrollmentId, UserId};

use super::named;
use crate::domain::Enrollment;

const BY_ID: &str = "SELECT * FROM enrollments WHERE id IN (..)";
const OF_USER: &str = "SELECT * FROM enrollments WHERE user_id = ? AND course_id IN (..)";
const INSERT: &str = "INSERT INTO enrollments (id, user_id, course_id, source, enrolled_at, completed_at, order_id)
  VALUES (?, ?, ?, ?, ?, ?, ?)";

/// The constraint that a second enrolment of a person in a course breaks.
pub(crate) const USER_COURSE_UNIQUE: &str = "enrollments_user_course_unique";

/// The enrolments of these ids, in no order.
pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[EnrollmentId]) -> Result<Vec<Enrollment>, DatabaseError> {
    on.query(BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(enrollment).collect()
}

/// A person's enrolments in these courses, in no order.
pub(crate) async fn of_user_in(
    on: impl Executor<'_>,
    user: UserId,
    courses: &[CourseId],
) -> Result<Vec<Enrollment>, DatabaseError> {
    let rows = on.query(OF_USER).bind(user).bind_list(courses.iter().copied()).fetch_all().await?;
    rows.iter().map(enrollment).collect()
}

/// Writes a new enrolment.
pub(crate) async fn insert(transaction: &mut Transaction, enrollment: &Enrollment) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(enrollment.id).bind(enrollment.user_id).bind(enrollment.course_id);
    let insert = insert.bind(enrollment.source.name()).bind(enrollment.enrolled_at).bind(enrollment.completed_at);
    insert.bind(enrollment.order_id).execute().await.map(drop)
}

fn enrollment(row: &Row) -> Result<Enrollment, DatabaseError> {
    Ok(Enrollment {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        course_id: row.get("course_id")?,
        source: named(row, "source")?,
        enrolled_at: row.get("enrolled_at")?,
        completed_at: row.get("completed_at")?,
        order_id: row.get("order_id")?,
    })
}
