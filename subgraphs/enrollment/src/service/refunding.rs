//! Paying back an order and taking back what it bought (domain 3.3).

#[cfg(test)]
mod tests;

use kit_database::idempotency::{Claim, IdempotencyKey, claim};
use kit_database::{Transaction, in_transaction};
use kit_events::outbox;
use kit_ids::OrderId;
use kit_service::Call;
use kit_viewer::Scope;

use super::payment::PaymentError;
use super::{ServiceError, ServiceResult, Till};
use crate::domain::{Membership, Order, OrderStatus, OrderSubject, SubscriptionStatus};
use crate::events::{self, MembershipEvent};
use crate::store::{enrollments, memberships, orders};

/// Longest reason, in characters.
const REASON_LENGTH_MAX: usize = 500;

/// What `refundOrder` needs.
#[derive(Clone)]
pub(crate) struct RefundRequest {
    pub(crate) order_id: OrderId,
    /// Why, for the record.
    pub(crate) reason: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

/// Pays back.
#[derive(Clone)]
pub(crate) struct Refunding {
    pub(crate) till: Till,
}

impl Refunding {
    /// Pays an order back, for administrators, and answers it. One that was paid back before is answered as it is, so
    /// the request can be repeated with and without a key.
    pub(crate) async fn refund(&self, request: &RefundRequest, call: &Call) -> ServiceResult<Order> {
        let admin = call.viewer.require_scope(Scope::Admin)?.id;
        if request.reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_LENGTH_MAX) {
            return Err(ServiceError::Invalid("the reason must have 500 characters at most"));
        }
        let input = (request.order_id, &request.reason);
        let key = IdempotencyKey::of_call(admin, request.idempotency_key.as_deref(), "refundOrder", &input)?;
        let order = in_transaction!(self.till.database, |transaction| {
            // Leaves the key without an answer: it is claimed again together with what the refund takes back.
            claim::<OrderId>(transaction, key.as_ref(), self.till.clock.now()).await?;
            refundable(transaction, request.order_id).await
        })?;
        if order.status == OrderStatus::Refunded {
            return Ok(order);
        }
        // The provider takes a repetition for the same refund, so what comes after may fail and be tried again.
        self.till.payments.refund(order.id).await.map_err(|PaymentError::Declined| ServiceError::PaymentDeclined)?;
        let refunded = Order { status: OrderStatus::Refunded, ..order };
        in_transaction!(self.till.database, |transaction| {
            let claimed = claim::<OrderId>(transaction, key.as_ref(), self.till.clock.now()).await?;
            if orders::refund(transaction, refunded.id).await? {
                let event = events::order_refunded(&refunded, request.reason.as_deref(), self.till.clock.now());
                outbox::append(transaction, &call.origin, event).await?;
                self.take_back(transaction, &refunded, call).await?;
            }
            if let Claim::First(ticket) = claimed {
                ticket.store(transaction, &refunded.id).await?;
            }
            Ok::<(), ServiceError>(())
        })?;
        Ok(refunded)
    }

    async fn take_back(&self, transaction: &mut Transaction, order: &Order, call: &Call) -> ServiceResult<()> {
        let now = self.till.clock.now();
        match order.subject {
            OrderSubject::Course(_) => {
                let Some(place) = enrollments::bought_by(&mut *transaction, order.id).await? else { return Ok(()) };
                enrollments::revoke(transaction, place.id, now).await?;
                outbox::append(transaction, &call.origin, events::enrollment_revoked(&place, now)).await?;
            }
            OrderSubject::Membership(id) => {
                // A period that is over is not taken back: only the last one that was paid gives access.
                if orders::last_paid(&mut *transaction, id)
                    .await?
                    .is_some_and(|last| last.created_at > order.created_at)
                {
                    return Ok(());
                }
                let Some(found) = memberships::by_ids(&mut *transaction, &[id]).await?.pop() else { return Ok(()) };
                let over = Membership { status: SubscriptionStatus::Expired, ..found.clone() };
                if memberships::change(transaction, &found, &over).await? {
                    let event = events::membership(MembershipEvent::Expired, &over, now);
                    outbox::append(transaction, &call.origin, event).await?;
                }
            }
        }
        Ok(())
    }
}

/// An order that was paid, or paid back before.
async fn refundable(transaction: &mut Transaction, id: OrderId) -> ServiceResult<Order> {
    let order = orders::by_ids(transaction, &[id]).await?.pop();
    let order = order.ok_or(ServiceError::NotFound { what: "order", field: "orderId" })?;
    match order.status {
        OrderStatus::Paid | OrderStatus::Refunded => Ok(order),
        OrderStatus::Pending | OrderStatus::Failed => {
            Err(ServiceError::NotFound { what: "paid order", field: "orderId" })
        }
    }
}
