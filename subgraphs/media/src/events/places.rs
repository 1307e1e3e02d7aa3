//! What media hears of enrolments: who has a place in which course (S0-ENR-2).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::{CourseId, UserId};
use serde::Deserialize;

use crate::store::access;

const CREATED: &str = "enrollment.enrollment.created.v1";
const REVOKED: &str = "enrollment.enrollment.revoked.v1";

/// Keeps the replica of places.
pub(crate) struct Places;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlaceData {
    user_id: UserId,
    course_id: CourseId,
    source: String,
}

#[async_trait]
impl Consumer for Places {
    fn name(&self) -> &'static str {
        "media.places"
    }

    fn wants(&self, kind: &str) -> bool {
        matches!(kind, CREATED | REVOKED)
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let PlaceData { user_id, course_id, source } = event.data()?;
        let is_revoked = event.kind == REVOKED;
        Ok(access::keep_place(transaction, (user_id, course_id), &source, is_revoked, event.seq).await?)
    }
}
