//! What playback hears of identity: people who left (domain 3.5).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::UserId;
use serde::Deserialize;

use crate::service::ending;
use crate::store::sessions;

/// Ends the sessions of people who left, and forgets what they watched on. What they watched stays in the statistics.
pub(crate) struct Departures;

#[derive(Deserialize)]
struct PersonData {
    id: UserId,
}

#[async_trait]
impl Consumer for Departures {
    fn name(&self) -> &'static str {
        "playback.departures"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "identity.user.deactivated.v1"
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let person: PersonData = event.data()?;
        ending::end_all(transaction, person.id, event.time, &event.consequence()).await?;
        Ok(sessions::forget_devices(transaction, person.id).await?)
    }
}
