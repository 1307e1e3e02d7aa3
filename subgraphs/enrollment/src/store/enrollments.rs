//! `enrollments`.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::{CourseId, EnrollmentId, OrderId, UserId};
use kit_names::Named;
use kit_paging::{Order, Position, SortKey, Window};

use crate::domain::Enrollment;

const BY_ID: &str = "SELECT * FROM enrollments WHERE id IN (..) AND revoked_at IS NULL";
const OF_USER: &str = "SELECT * FROM enrollments
  WHERE user_id = ? AND course_id IN (..) AND revoked_at IS NULL";
const INSERT: &str = "INSERT INTO enrollments (id, user_id, course_id, source, enrolled_at, order_id)
  VALUES (?, ?, ?, ?, ?, ?)";
const GIVE_AGAIN: &str = "UPDATE enrollments SET source = ?, enrolled_at = ?, order_id = ?, revoked_at = NULL
  WHERE user_id = ? AND course_id = ? AND revoked_at IS NOT NULL";
const BOUGHT_BY: &str = "SELECT * FROM enrollments WHERE order_id = ? AND revoked_at IS NULL";
const REVOKE: &str = "UPDATE enrollments SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL";
const COMPLETE: &str = "UPDATE enrollments SET completed_at = ?
  WHERE user_id = ? AND course_id = ? AND completed_at IS NULL AND revoked_at IS NULL";
const COUNT_OF_USERS: &str = "SELECT user_id, COUNT(*) AS places FROM enrollments
  WHERE user_id IN (..) AND revoked_at IS NULL AND (? IS NULL OR (completed_at IS NOT NULL) = ?) GROUP BY user_id";
const COUNT_IN_COURSES: &str = "SELECT course_id, COUNT(*) AS places FROM enrollments WHERE course_id IN (..) AND revoked_at IS NULL GROUP BY course_id";

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
           WHERE e.user_id IN (..) AND e.revoked_at IS NULL AND (? IS NULL OR (e.completed_at IS NOT NULL) = ?) AND {}
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

/// Writes a new enrolment. One that was taken back is given again, and keeps its id.
pub(crate) async fn give(transaction: &mut Transaction, new: Enrollment) -> Result<Enrollment, DatabaseError> {
    let again = transaction.query(GIVE_AGAIN).bind(new.source.name()).bind(new.enrolled_at).bind(new.order_id);
    if again.bind(new.user_id).bind(new.course_id).execute().await?.rows > 0 {
        let given = of_user_in(&mut *transaction, new.user_id, &[new.course_id]).await?.pop();
        return Ok(given.unwrap_or(new));
    }
    let insert = transaction.query(INSERT).bind(new.id).bind(new.user_id).bind(new.course_id);
    insert.bind(new.source.name()).bind(new.enrolled_at).bind(new.order_id).execute().await?;
    Ok(new)
}

/// The enrolment that an order bought.
pub(crate) async fn bought_by(on: impl Executor<'_>, order: OrderId) -> Result<Option<Enrollment>, DatabaseError> {
    on.query(BOUGHT_BY).bind(order).fetch_optional().await?.as_ref().map(enrollment).transpose()
}

/// Takes an enrolment back.
pub(crate) async fn revoke(transaction: &mut Transaction, id: EnrollmentId, now: i64) -> Result<(), DatabaseError> {
    transaction.query(REVOKE).bind(now).bind(id).execute().await.map(drop)
}

/// Notes that a person has completed a course; false when that was known.
pub(crate) async fn complete(
    transaction: &mut Transaction,
    user: UserId,
    course: CourseId,
    at: i64,
) -> Result<bool, DatabaseError> {
    Ok(transaction.query(COMPLETE).bind(at).bind(user).bind(course).execute().await?.rows > 0)
}

fn enrollment(row: &Row) -> Result<Enrollment, DatabaseError> {
    Ok(Enrollment {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        course_id: row.get("course_id")?,
        source: row.get_named("source")?,
        enrolled_at: row.get("enrolled_at")?,
        completed_at: row.get("completed_at")?,
        revoked_at: row.get("revoked_at")?,
        order_id: row.get("order_id")?,
    })
}
