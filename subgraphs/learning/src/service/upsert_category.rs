//! `upsertCategory`.

use kit_database::idempotency::{Claim, claim};
use kit_database::{DatabaseError, Transaction, in_transaction};
use kit_ids::CategoryId;
use kit_service::Call;
use kit_viewer::Scope;
use serde::Serialize;

use super::create_course::idempotency_key;
use super::{Catalogue, ServiceError, ServiceResult, validation};
use crate::domain::{Category, Rejection};
use crate::{events, store};

/// What a category is to be.
#[derive(Debug, Clone, Serialize)]
pub struct CategoryDraft {
    /// The category to change; a new one when left out.
    pub id: Option<CategoryId>,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The category above it.
    pub parent_id: Option<CategoryId>,
}

impl Catalogue {
    /// Makes or changes a category; under an idempotency key only once (P7). One that is so already stays as it is, and
    /// nothing is told.
    ///
    /// # Errors
    /// [`ServiceError`]: the viewer may not, `NOT_FOUND` for the category or the one above it, `SLUG_TAKEN`,
    /// `CATEGORY_CYCLE`, or values that cannot be used.
    pub async fn upsert_category(
        &self,
        call: &Call,
        draft: &CategoryDraft,
        key: Option<&str>,
    ) -> ServiceResult<Category> {
        call.viewer.require_scope(Scope::CourseWrite)?;
        validation::slug(&draft.slug)?;
        validation::category_name(&draft.name)?;
        let key = idempotency_key(call, key, "upsertCategory", draft)?;
        let now = self.clock.now();
        let category = Category {
            id: draft.id.unwrap_or_else(|| self.ids.mint()),
            slug: draft.slug.clone(),
            name: draft.name.clone(),
            parent_id: draft.parent_id,
        };
        let is_new = draft.id.is_none();
        in_transaction!(self.database, |transaction| {
            match claim::<CategoryId>(transaction, key.as_ref(), now).await? {
                Claim::First(ticket) => {
                    let written = write(transaction, call, &category, is_new, now).await?;
                    ticket.store(transaction, &written.id).await?;
                    Ok(written)
                }
                Claim::Repeated(id) => found(transaction, id, "idempotencyKey").await,
            }
        })
    }
}

async fn write(
    transaction: &mut Transaction,
    call: &Call,
    category: &Category,
    is_new: bool,
    now: i64,
) -> ServiceResult<Category> {
    let mut tree = store::category::locked_tree(transaction).await?;
    if !is_new && found(transaction, category.id, "categoryId").await? == *category {
        return Ok(category.clone());
    }
    tree.place(category.id, category.parent_id)?;
    let written = match is_new {
        true => store::category::insert(transaction, category, now).await,
        false => store::category::update(transaction, category).await,
    };
    written.map_err(slug_taken)?;
    events::category(transaction, &call.origin, category, now).await?;
    Ok(category.clone())
}

async fn found(transaction: &mut Transaction, id: CategoryId, field: &'static str) -> ServiceResult<Category> {
    let found = store::category::by_ids(transaction, &[id]).await?.pop();
    Ok(found.ok_or(Rejection::NotFound { what: "category", field })?)
}

fn slug_taken(error: DatabaseError) -> ServiceError {
    match error {
        DatabaseError::Unique { constraint } if constraint == "categories_slug_unique" => Rejection::SlugTaken.into(),
        other => other.into(),
    }
}
