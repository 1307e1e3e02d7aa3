//! The tables of enrollment: the only place that knows their SQL.

pub(crate) mod courses;
pub(crate) mod enrollments;
pub(crate) mod lessons;
pub(crate) mod memberships;
pub(crate) mod orders;
pub(crate) mod progress;

use kit_database::{DatabaseError, Row};

use crate::domain::Price;

fn price(row: &Row) -> Result<Price, DatabaseError> {
    Ok(Price { amount_minor: row.get("amount_minor")?, currency: row.get_named("currency")? })
}
