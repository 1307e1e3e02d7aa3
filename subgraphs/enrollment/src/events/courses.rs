//! What enrollment hears of learning: the prices that it charges (domain 3.3).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::CourseId;
use kit_names::UnknownName;
use serde::Deserialize;

use crate::domain::Price;
use crate::store::courses;

/// Keeps the replica of prices.
pub(crate) struct CoursePrices;

#[derive(Deserialize)]
struct CourseData {
    price: i64,
    currency: String,
    status: String,
}

#[async_trait]
impl Consumer for CoursePrices {
    fn name(&self) -> &'static str {
        "enrollment.course_prices"
    }

    fn wants(&self, kind: &str) -> bool {
        kind.starts_with("learning.course.")
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let course: CourseId =
            event.subject.parse().map_err(|error| HandlerError::Rejected(format!("the subject: {error}")))?;
        let data: CourseData = event.data()?;
        let currency = data
            .currency
            .parse()
            .map_err(|UnknownName| HandlerError::Rejected(format!("the currency of {course} is not accepted here")))?;
        let price = Price { amount_minor: data.price, currency };
        Ok(courses::keep_offer(transaction, course, price, &data.status, event.seq).await?)
    }
}
