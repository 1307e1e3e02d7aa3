//! What identity hears that people are to be told of (domain.md 3.1).

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_ids::{IdGenerator, UserId};
use kit_live::LiveFeed;
use serde::Deserialize;

use crate::domain::MembershipChange;
use crate::service::notifying::notify;

const EXPIRING_SOON: &str = "enrollment.membership.expiring_soon.v1";
const RENEWED: &str = "enrollment.membership.renewed.v1";
const PAYMENT_FAILED: &str = "enrollment.membership.payment_failed.v1";
const EXPIRED: &str = "enrollment.membership.expired.v1";

/// Makes notices of events.
pub(crate) struct Notices {
    pub(crate) ids: IdGenerator,
    pub(crate) live: LiveFeed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MembershipData {
    user_id: UserId,
    auto_renew: bool,
    current_period_end: String,
    access_end: String,
}

#[async_trait]
impl Consumer for Notices {
    fn name(&self) -> &'static str {
        "identity.notices"
    }

    fn wants(&self, kind: &str) -> bool {
        matches!(kind, EXPIRING_SOON | RENEWED | PAYMENT_FAILED | EXPIRED)
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let membership: MembershipData = event.data()?;
        let ends_at = moment("currentPeriodEnd", &membership.current_period_end)?;
        let access_ends_at = moment("accessEnd", &membership.access_end)?;
        let change = match event.kind.as_str() {
            EXPIRING_SOON => MembershipChange::ExpiringSoon { ends_at, is_renewed: membership.auto_renew },
            RENEWED => MembershipChange::Renewed { ends_at },
            PAYMENT_FAILED => MembershipChange::PaymentFailed { access_ends_at },
            _ => MembershipChange::Expired,
        };
        // What is long done is told to nobody.
        if event.replay {
            return Ok(());
        }
        Ok(notify(transaction, &self.ids, &self.live, (membership.user_id, change.notice()), event.time).await?)
    }
}

fn moment(field: &str, text: &str) -> Result<i64, HandlerError> {
    let moment = DateTime::parse_from_rfc3339(text);
    let moment = moment.map_err(|error| HandlerError::Rejected(format!("`{field}` is no moment: {error}")))?;
    Ok(moment.with_timezone(&Utc).timestamp_micros())
}
