//! Published courses of many categories or instructors at once (P16).

use kit_database::{DatabaseError, Executor, Row};
use kit_ids::{CategoryId, Id, UserId};
use kit_paging::Window;

use super::course::{COLUMNS, read};
use super::course_list::order;
use crate::domain::{Course, CourseSort, CourseStatus};

/// Each category with itself and all that lies below; they are three levels deep at most.
const OF_CATEGORY: &str = "(SELECT id AS owner, id AS member FROM categories
  UNION ALL SELECT parent_id, id FROM categories WHERE parent_id IS NOT NULL
  UNION ALL SELECT p.parent_id, k.id FROM categories k JOIN categories p ON p.id = k.parent_id
    WHERE p.parent_id IS NOT NULL) o JOIN courses c ON c.category_id = o.member";
const OF_INSTRUCTOR: &str =
    "(SELECT user_id AS owner, course_id FROM course_instructors) o JOIN courses c ON c.id = o.course_id";

pub(crate) async fn of_categories(
    on: impl Executor<'_>,
    ids: &[CategoryId],
    window: &Window<CourseSort>,
) -> Result<Vec<(CategoryId, Course)>, DatabaseError> {
    rows(on, OF_CATEGORY, ids, window).await
}

pub(crate) async fn of_instructors(
    on: impl Executor<'_>,
    ids: &[UserId],
    window: &Window<CourseSort>,
) -> Result<Vec<(UserId, Course)>, DatabaseError> {
    rows(on, OF_INSTRUCTOR, ids, window).await
}

pub(crate) async fn count_of_categories(
    on: impl Executor<'_>,
    ids: &[CategoryId],
) -> Result<Vec<(CategoryId, i64)>, DatabaseError> {
    counts(on, OF_CATEGORY, ids).await
}

pub(crate) async fn count_of_instructors(
    on: impl Executor<'_>,
    ids: &[UserId],
) -> Result<Vec<(UserId, i64)>, DatabaseError> {
    counts(on, OF_INSTRUCTOR, ids).await
}

async fn rows<K>(
    on: impl Executor<'_>,
    source: &'static str,
    ids: &[Id<K>],
    window: &Window<CourseSort>,
) -> Result<Vec<(Id<K>, Course)>, DatabaseError> {
    let keyset = order(window.filter, CourseStatus::Published).keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (SELECT o.owner, {COLUMNS}, ROW_NUMBER() OVER (PARTITION BY o.owner ORDER BY {}) AS place
           FROM {source} WHERE o.owner IN (..) AND c.status = 'PUBLISHED' AND {}) ranked
         WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let query = on.query_assembled(sql).bind_list(ids.iter().copied());
    let rows = keyset.bind_to(query).bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row: &Row| Ok((row.get("owner")?, read(row)?))).collect()
}

async fn counts<K>(
    on: impl Executor<'_>,
    source: &'static str,
    ids: &[Id<K>],
) -> Result<Vec<(Id<K>, i64)>, DatabaseError> {
    let sql = format!(
        "SELECT o.owner, COUNT(*) AS courses FROM {source} WHERE o.owner IN (..) AND c.status = 'PUBLISHED'
         GROUP BY o.owner"
    );
    let rows = on.query_assembled(sql).bind_list(ids.iter().copied()).fetch_all().await?;
    rows.iter().map(|row: &Row| Ok((row.get("owner")?, row.get("courses")?))).collect()
}
