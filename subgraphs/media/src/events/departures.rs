//! What media hears of identity: accounts that were closed (PS-17).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::UserId;
use serde::Deserialize;

use crate::store::departures;

/// Keeps who has left: their addresses end at once.
pub(crate) struct Departures;

#[derive(Deserialize)]
struct UserData {
    id: UserId,
}

#[async_trait]
impl Consumer for Departures {
    fn name(&self) -> &'static str {
        "media.departures"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "identity.user.deactivated.v1"
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let user: UserData = event.data()?;
        Ok(departures::keep(transaction, user.id, event.time).await?)
    }
}
