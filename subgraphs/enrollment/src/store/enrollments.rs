//! `enrollments`.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::{CourseId, EnrollmentId, UserId};
use kit_paging::{Order, Position, SortKey, Window};

use super::named;
use crate::domain::{Enrollment, Named};

const BY_ID: &str = "SELECT * FROM enrollments WHERE id IN (..)";
const OF_USER: &str = "SELECT * FROM enrollments WHERE user_id = ? AND course_id IN (..)";
const INSERT: &str = "INSERT INTO enrollments (id, user_id, course_id, source, enrolled_at, completed_at, order_id)
  VALUES (?, ?, ?, ?, ?, ?, ?)";

const COUNT_OF_USERS: &str = "SELECT user_id, COUNT(*) AS places FROM enrollments
  WHERE user_id IN (..) AND (? IS NULL OR (completed_at IS NOT NULL) = ?) GROUP BY user_id";
const COUNT_IN_COURSES: &str =
    "SELECT course_id, COUNT(*) AS places FROM enrollments WHERE course_id IN (..) GROUP BY course_id";

/// Newest first.
pub(crate) const NEWEST: Order = Order::new("enrollments.newest", &[SortKey::descending("e.enrolled_at")], "e.id");

/// Where an enrolment stands in [`NEWEST`].
pub(crate) fn position(enrollment: &Enrollment) -> Position {
    Position::new([enrollment.enrolled_at.into()], enrollment.id)
}

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

/// One page of each of these people's enrolments: all, or the completed or open ones only.
pub(crate) async fn windows(
    on: impl Executor<'_>,
    users: &[UserId],
    window: &Window<Option<bool>>,
) -> Result<Vec<(UserId, Enrollment)>, DatabaseError> {
    let keyset = NEWEST.keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (
           SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.user_id ORDER BY {}) AS place
           FROM enrollments e
           WHERE e.user_id IN (..) AND (? IS NULL OR (e.completed_at IS NOT NULL) = ?) AND {}
         ) ranked WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let query = on.query_assembled(sql).bind_list(users.iter().copied()).bind(window.filter).bind(window.filter);
    let rows = keyset.bind_to(query).bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row| enrollment(row).map(|enrollment| (enrollment.user_id, enrollment))).collect()
}

/// How many enrolments these people have, of all or of the completed or open ones; people without any are missing.
pub(crate) async fn count_of_users(
    on: impl Executor<'_>,
    users: &[UserId],
    completed: Option<bool>,
) -> Result<Vec<(UserId, i64)>, DatabaseError> {
    let query = on.query(COUNT_OF_USERS).bind_list(users.iter().copied()).bind(completed).bind(completed);
    query.fetch_all().await?.iter().map(|row| Ok((row.get("user_id")?, row.get("places")?))).collect()
}

/// How many are enrolled in these courses; courses without anybody are missing.
pub(crate) async fn count_in_courses(
    on: impl Executor<'_>,
    courses: &[CourseId],
) -> Result<Vec<(CourseId, i64)>, DatabaseError> {
    let rows = on.query(COUNT_IN_COURSES).bind_list(courses.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("course_id")?, row.get("places")?))).collect()
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
