//! Categories.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::CategoryId;

use crate::domain::{Category, CategoryTree};

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

/// The tree of all categories, locked until the transaction ends: it is changed by one after the other.
pub(crate) async fn locked_tree(transaction: &mut Transaction) -> Result<CategoryTree, DatabaseError> {
    let rows = transaction.query("SELECT id, parent_id FROM categories ORDER BY id").locking().fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("parent_id")?))).collect()
}

pub(crate) async fn insert(transaction: &mut Transaction, category: &Category, now: i64) -> Result<(), DatabaseError> {
    let insert = "INSERT INTO categories (id, slug, name, parent_id, created_at) VALUES (?, ?, ?, ?, ?)";
    let query = transaction.query(insert).bind(category.id).bind(&category.slug).bind(&category.name);
    query.bind(category.parent_id).bind(now).execute().await.map(drop)
}

pub(crate) async fn update(transaction: &mut Transaction, category: &Category) -> Result<(), DatabaseError> {
    let update = "UPDATE categories SET slug = ?, name = ?, parent_id = ? WHERE id = ?";
    let query = transaction.query(update).bind(&category.slug).bind(&category.name).bind(category.parent_id);
    query.bind(category.id).execute().await.map(drop)
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
