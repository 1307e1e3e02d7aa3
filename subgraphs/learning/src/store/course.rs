//! Courses, one by one and by their keys.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::CourseId;

use super::known;
use crate::domain::{Course, CourseLevel, CourseStatus, Price};

/// The columns of a [`Course`], of a table that the statement calls `c`.
pub(super) const COLUMNS: &str = "c.id, c.slug, c.title, c.description, c.level, c.language, c.status, c.category_id,
  c.thumbnail_url, c.list_price_minor, c.currency, c.lesson_count, c.total_duration, c.version, c.created_at,
  c.published_at, c.updated_at";

const INSERT: &str = "INSERT INTO courses (id, slug, title, description, level, language, status, category_id,
  thumbnail_url, list_price_minor, currency, lesson_count, total_duration, version, created_at, published_at,
  updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const UPDATE: &str = "UPDATE courses SET slug = ?, title = ?, description = ?, level = ?, language = ?, status = ?,
  category_id = ?, thumbnail_url = ?, list_price_minor = ?, currency = ?, version = ?, published_at = ?, updated_at = ?
  WHERE id = ?";
const COUNT_LESSONS: &str = "UPDATE courses SET
  lesson_count = (SELECT COUNT(*) FROM lessons WHERE course_id = ?),
  total_duration = (SELECT COALESCE(SUM(duration_seconds), 0) FROM lessons WHERE course_id = ?), updated_at = ?
  WHERE id = ?";

pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[CourseId]) -> Result<Vec<Course>, DatabaseError> {
    let query = on.query_assembled(format!("SELECT {COLUMNS} FROM courses c WHERE c.id IN (..)"));
    query.bind_list(ids.iter().copied()).fetch_all().await?.iter().map(read).collect()
}

pub(crate) async fn by_slugs(on: impl Executor<'_>, slugs: &[String]) -> Result<Vec<Course>, DatabaseError> {
    let query = on.query_assembled(format!("SELECT {COLUMNS} FROM courses c WHERE c.slug IN (..)"));
    query.bind_list(slugs).fetch_all().await?.iter().map(read).collect()
}

/// The course, locked until the transaction ends: changes of a course and its lessons come one after the other.
pub(crate) async fn locked(transaction: &mut Transaction, id: CourseId) -> Result<Option<Course>, DatabaseError> {
    let query = transaction.query_assembled(format!("SELECT {COLUMNS} FROM courses c WHERE c.id = ?"));
    query.bind(id).locking().fetch_optional().await?.as_ref().map(read).transpose()
}

pub(crate) async fn insert(transaction: &mut Transaction, course: &Course) -> Result<(), DatabaseError> {
    let query = transaction.query(INSERT).bind(course.id).bind(&course.slug).bind(&course.title);
    let query = query.bind(&course.description).bind(course.level.name()).bind(&course.language);
    let query = query.bind(course.status.name()).bind(course.category_id).bind(course.thumbnail_url.clone());
    let query = query.bind(course.list_price.amount_minor).bind(&course.list_price.currency);
    let query = query.bind(course.lesson_count).bind(course.total_duration).bind(course.version);
    query.bind(course.created_at).bind(course.published_at).bind(course.updated_at).execute().await.map(drop)
}

/// Writes what belongs to the course itself; its lessons are counted by [`count_lessons`].
pub(crate) async fn update(transaction: &mut Transaction, course: &Course) -> Result<(), DatabaseError> {
    let query = transaction.query(UPDATE).bind(&course.slug).bind(&course.title).bind(&course.description);
    let query = query.bind(course.level.name()).bind(&course.language).bind(course.status.name());
    let query = query.bind(course.category_id).bind(course.thumbnail_url.clone());
    let query = query.bind(course.list_price.amount_minor).bind(&course.list_price.currency).bind(course.version);
    query.bind(course.published_at).bind(course.updated_at).bind(course.id).execute().await.map(drop)
}

/// Makes count and length equal to the lessons that there are.
pub(crate) async fn count_lessons(
    transaction: &mut Transaction,
    course: CourseId,
    now: i64,
) -> Result<(), DatabaseError> {
    transaction.query(COUNT_LESSONS).bind(course).bind(course).bind(now).bind(course).execute().await.map(drop)
}

pub(super) fn read(row: &Row) -> Result<Course, DatabaseError> {
    let (level, status): (String, String) = (row.get("level")?, row.get("status")?);
    Ok(Course {
        id: row.get("id")?,
        slug: row.get("slug")?,
        title: row.get("title")?,
        description: row.get("description")?,
        level: known(CourseLevel::from_name(&level), "level")?,
        language: row.get("language")?,
        status: known(CourseStatus::from_name(&status), "status")?,
        category_id: row.get("category_id")?,
        thumbnail_url: row.get("thumbnail_url")?,
        list_price: Price { amount_minor: row.get("list_price_minor")?, currency: row.get("currency")? },
        lesson_count: row.get("lesson_count")?,
        total_duration: row.get("total_duration")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        published_at: row.get("published_at")?,
        updated_at: row.get("updated_at")?,
    })
}
