//! What learning hears of identity: accounts that were closed (domain 3.2).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::UserId;
use serde::Deserialize;

use crate::service::take_leave;

/// Takes people whose accounts were closed off the instructors of courses.
#[derive(Debug, Clone, Copy)]
pub struct Departures;

#[derive(Deserialize)]
struct UserData {
    id: UserId,
}

#[async_trait]
impl Consumer for Departures {
    fn name(&self) -> &'static str {
        "learning.departures"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "identity.user.deactivated.v1"
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let user: UserData = event.data()?;
        Ok(take_leave(transaction, user.id, (event.time, &event.consequence())).await?)
    }
}
