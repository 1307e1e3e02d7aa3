//! Lessons and their places.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::{CourseId, LessonId};
use kit_paging::{Order, Position, SortKey, Window};

use crate::domain::{Lesson, Shift};

const COLUMNS: &str = "l.id, l.course_id, l.position, l.title, l.summary, l.duration_seconds, l.is_free_preview";
const INSERT: &str = "INSERT INTO lessons (id, course_id, position, title, summary, duration_seconds, is_free_preview,
  created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
const UPDATE: &str = "UPDATE lessons SET position = ?, title = ?, summary = ?, duration_seconds = ?,
  is_free_preview = ?, updated_at = ? WHERE id = ?";
/// Shifted places are negative for the moment, so that no two lessons ever share one.
const SHIFT: &str = "UPDATE lessons SET position = -(position + ?), updated_at = ?
  WHERE course_id = ? AND position BETWEEN ? AND ?";
const SETTLE: &str = "UPDATE lessons SET position = -position WHERE course_id = ? AND position < 0";

/// By place.
pub(crate) const BY_POSITION: Order = Order::new("lessons.by_position", &[SortKey::ascending("l.position")], "l.id");

/// Where a lesson stands in [`BY_POSITION`].
pub(crate) fn position(lesson: &Lesson) -> Position {
    Position::new([lesson.position.into()], lesson.id)
}

pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[LessonId]) -> Result<Vec<Lesson>, DatabaseError> {
    let query = on.query_assembled(format!("SELECT {COLUMNS} FROM lessons l WHERE l.id IN (..)"));
    query.bind_list(ids.iter().copied()).fetch_all().await?.iter().map(read).collect()
}

/// The lesson as it is committed now, locked until the transaction ends.
pub(crate) async fn locked(transaction: &mut Transaction, id: LessonId) -> Result<Option<Lesson>, DatabaseError> {
    let query = transaction.query_assembled(format!("SELECT {COLUMNS} FROM lessons l WHERE l.id = ?"));
    query.bind(id).locking().fetch_optional().await?.as_ref().map(read).transpose()
}

pub(crate) async fn of_courses(
    on: impl Executor<'_>,
    courses: &[CourseId],
    window: &Window<()>,
) -> Result<Vec<(CourseId, Lesson)>, DatabaseError> {
    let keyset = BY_POSITION.keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (SELECT {COLUMNS}, ROW_NUMBER() OVER (PARTITION BY l.course_id ORDER BY {}) AS place
           FROM lessons l WHERE l.course_id IN (..) AND {}) ranked WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let query = on.query_assembled(sql).bind_list(courses.iter().copied());
    let rows = keyset.bind_to(query).bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row| read(row).map(|lesson| (lesson.course_id, lesson))).collect()
}

pub(crate) async fn insert(transaction: &mut Transaction, lesson: &Lesson, now: i64) -> Result<(), DatabaseError> {
    let query = transaction.query(INSERT).bind(lesson.id).bind(lesson.course_id).bind(lesson.position);
    let query = query.bind(&lesson.title).bind(lesson.summary.clone()).bind(lesson.duration_seconds);
    query.bind(lesson.is_free_preview).bind(now).bind(now).execute().await.map(drop)
}

pub(crate) async fn update(transaction: &mut Transaction, lesson: &Lesson, now: i64) -> Result<(), DatabaseError> {
    let query = transaction.query(UPDATE).bind(lesson.position).bind(&lesson.title).bind(lesson.summary.clone());
    let query = query.bind(lesson.duration_seconds).bind(lesson.is_free_preview).bind(now).bind(lesson.id);
    query.execute().await.map(drop)
}

pub(crate) async fn remove(transaction: &mut Transaction, id: LessonId) -> Result<(), DatabaseError> {
    transaction.query("DELETE FROM lessons WHERE id = ?").bind(id).execute().await.map(drop)
}

/// Shifts the lessons of a course, and leaves them on negative places until [`settle`].
pub(crate) async fn shift(
    transaction: &mut Transaction,
    course: CourseId,
    shift: Shift,
    now: i64,
) -> Result<(), DatabaseError> {
    let query = transaction.query(SHIFT).bind(shift.by).bind(now).bind(course);
    query.bind(shift.first).bind(shift.last).execute().await.map(drop)
}

/// Gives shifted lessons their new places, once these are free.
pub(crate) async fn settle(transaction: &mut Transaction, course: CourseId) -> Result<(), DatabaseError> {
    transaction.query(SETTLE).bind(course).execute().await.map(drop)
}

fn read(row: &Row) -> Result<Lesson, DatabaseError> {
    Ok(Lesson {
        id: row.get("id")?,
        course_id: row.get("course_id")?,
        position: row.get("position")?,
        title: row.get("title")?,
        summary: row.get("summary")?,
        duration_seconds: row.get("duration_seconds")?,
        is_free_preview: row.get("is_free_preview")?,
    })
}
