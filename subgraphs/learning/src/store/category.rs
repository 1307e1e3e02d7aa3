//! Categories.

use kit_database::{DatabaseError, Executor, Row};
use kit_ids::CategoryId;

use crate::domain::Category;

/// Most categories below one: what a plain list of the graph may hold (P6).
const SIBLINGS_MAX: i64 = 100;

pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[CategoryId]) -> Result<Vec<Category>, DatabaseError> {
    let query = on.query("SELECT id, slug, name, parent_id FROM categories WHERE id IN (..)");
    read(&query.bind_list(ids.iter().copied()).fetch_all().await?)
}

pub(crate) async fn by_slugs(on: impl Executor<'_>, slugs: &[String]) -> Result<Vec<Category>, DatabaseError> {
    let query = on.query("SELECT id, slug, name, parent_id FROM categories WHERE slug IN (..)");
    read(&query.bind_list(slugs).fetch_all().await?)
}

/// The categories directly below one, or the top ones, by name.
pub(crate) async fn below(on: impl Executor<'_>, parent: Option<CategoryId>) -> Result<Vec<Category>, DatabaseError> {
    let query = match parent {
        Some(id) => on
            .query("SELECT id, slug, name, parent_id FROM categories WHERE parent_id = ? ORDER BY name, id LIMIT ?")
            .bind(id),
        None => on.query(
            "SELECT id, slug, name, parent_id FROM categories WHERE parent_id IS NULL ORDER BY name, id LIMIT ?",
        ),
    };
    read(&query.bind(SIBLINGS_MAX).fetch_all().await?)
}

pub(crate) async fn exists(on: impl Executor<'_>, id: CategoryId) -> Result<bool, DatabaseError> {
    Ok(on.query("SELECT 1 FROM categories WHERE id = ?").bind(id).fetch_optional().await?.is_some())
}

fn read(rows: &[Row]) -> Result<Vec<Category>, DatabaseError> {
    let category = |row: &Row| {
        Ok(Category {
            id: row.get("id")?,
            slug: row.get("slug")?,
            name: row.get("name")?,
            parent_id: row.get("parent_id")?,
        })
    };
    rows.iter().map(category).collect()
}
