//! What {{name}} tells its sisters (P13).

use kit_database::{DatabaseError, Transaction};
use kit_events::{NewEvent, Origin, outbox};
use kit_ids::UserId;
use serde_json::json;

use crate::domain::Motto;

/// A person has another motto; subject is the person.
const MOTTO_CHANGED: &str = "{{name}}.motto.changed.v1";

pub(crate) async fn motto_changed(
    transaction: &mut Transaction,
    origin: &Origin,
    user: UserId,
    motto: &Motto,
    time: i64,
) -> Result<(), DatabaseError> {
    let data = json!({ "userId": user, "motto": motto.as_str() });
    let event = NewEvent { kind: MOTTO_CHANGED, subject: user.to_string(), time, data };
    outbox::append(transaction, origin, event).await.map(drop)
}
