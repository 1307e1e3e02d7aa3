//! `course_prices`: what learning has published about courses.

use kit_database::{DatabaseError, Executor, Transaction, Upsert};
use kit_ids::CourseId;
use kit_names::Named;

use super::price;
use crate::domain::Price;

const OFFER: &str = "SELECT * FROM course_prices WHERE course_id = ?";
const KEEP: Upsert =
    Upsert::into("course_prices").key(&["course_id"]).replace(&["amount_minor", "currency", "status"]).newest_by("seq");

/// A course as it can be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CourseOffer {
    pub(crate) list_price: Price,
    pub(crate) is_published: bool,
}

/// What is known of a course.
pub(crate) async fn offer(on: impl Executor<'_>, course: CourseId) -> Result<Option<CourseOffer>, DatabaseError> {
    let Some(row) = on.query(OFFER).bind(course).fetch_optional().await? else { return Ok(None) };
    let status: String = row.get("status")?;
    Ok(Some(CourseOffer { list_price: price(&row)?, is_published: status == "PUBLISHED" }))
}

/// Keeps what an event says of a course, unless a later one has been heard.
pub(crate) async fn keep_offer(
    transaction: &mut Transaction,
    course: CourseId,
    list_price: Price,
    status: &str,
    seq: i64,
) -> Result<(), DatabaseError> {
    let keep = transaction.upsert(&KEEP).bind(course).bind(list_price.amount_minor);
    keep.bind(list_price.currency.name()).bind(status).bind(seq).execute().await.map(drop)
}
