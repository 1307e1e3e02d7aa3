//! What media hears of memberships: until when they open every course (S0-SUB-1).

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::{MembershipId, UserId};
use serde::Deserialize;

use crate::store::access::{self, MembershipAccess};

/// Keeps the replica of memberships.
pub(crate) struct Memberships;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MembershipData {
    id: MembershipId,
    user_id: UserId,
    status: String,
    #[serde(deserialize_with = "kit_events::time::deserialize")]
    access_end: i64,
}

#[async_trait]
impl Consumer for Memberships {
    fn name(&self) -> &'static str {
        "media.memberships"
    }

    fn wants(&self, kind: &str) -> bool {
        kind.starts_with("enrollment.membership.")
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let data: MembershipData = event.data()?;
        let access = MembershipAccess { access_end: data.access_end, is_over: data.status == "EXPIRED" };
        Ok(access::keep_membership(transaction, data.id, data.user_id, access, event.seq).await?)
    }
}
