//! What enrollment hears of identity: accounts that were closed (domain 3.3).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::UserId;
use serde::Deserialize;

use crate::service::departing::depart;

/// Stops the memberships of people whose accounts were closed.
pub(crate) struct Departures;

#[derive(Deserialize)]
struct UserData {
    id: UserId,
}

#[async_trait]
impl Consumer for Departures {
    fn name(&self) -> &'static str {
        "enrollment.departures"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "identity.user.deactivated.v1"
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let user: UserData = event.data()?;
        Ok(depart(transaction, user.id, (event.time, &event.consequence())).await?)
    }
}
