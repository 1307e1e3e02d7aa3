//! Memberships of people whose accounts were closed: nobody is charged who cannot sign in any more.

#[cfg(test)]
mod tests;

use kit_database::{DatabaseError, Transaction};
use kit_events::{Origin, outbox};
use kit_ids::UserId;

use crate::domain::{Membership, SubscriptionStatus};
use crate::events::{self, MembershipEvent};
use crate::store::memberships;

/// Stops renewing a person's membership, and forgets what it was charged with. Places in courses stay on record.
pub(crate) async fn depart(
    transaction: &mut Transaction,
    user: UserId,
    (at, origin): (i64, &Origin),
) -> Result<(), DatabaseError> {
    for found in memberships::lock_of_user(transaction, user).await? {
        let stopped = Membership { status: SubscriptionStatus::Canceled, auto_renew: false, ..found.clone() };
        if stopped != found && memberships::change(transaction, &found, &stopped).await? {
            outbox::append(transaction, origin, events::membership(MembershipEvent::Canceled, &stopped, at)).await?;
        }
    }
    memberships::forget_payment(transaction, user).await
}
