//! Charging, and paying back.
//!
//! A charge cannot be undone by a rollback, so paying takes three steps: an order is written as pending, the provider is
//! asked outside of any transaction, and one transaction then writes what the charge bought. When that fails, the charge
//! is paid back; when the process dies in between, [`super::abandoned`] pays it back later.

use std::sync::Arc;

use kit_database::{Database, Transaction};
use kit_events::{Origin, outbox};
use kit_ids::{Clock, IdGenerator, OrderId, UserId};

use super::payment::{Payer, PaymentError, PaymentPort};
use super::{ServiceError, ServiceResult};
use crate::domain::{Order, OrderStatus, OrderSubject, Price};
use crate::events;
use crate::store::orders;

/// How long after it was opened an order can be paid: half an hour, in microseconds. Whoever pays back what was abandoned
/// waits for longer, so that no order is paid and paid back at once.
pub(super) const SETTLED_WITHIN_US: i64 = 30 * 60 * 1_000_000;

/// Charges and pays back; with what every use case needs beside.
#[derive(Clone)]
pub(crate) struct Till {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: IdGenerator,
    pub(crate) payments: Arc<dyn PaymentPort>,
}

/// What a request has come to.
pub(super) enum Settled<T, Id> {
    Done(T),
    /// The same request had been carried out before.
    Repeated(Id),
}

impl Till {
    /// Writes an order before the provider is asked: a charge never goes unrecorded.
    pub(super) async fn open(
        &self,
        transaction: &mut Transaction,
        user_id: UserId,
        amount: Price,
        subject: OrderSubject,
    ) -> ServiceResult<Order> {
        let (id, created_at): (OrderId, i64) = (self.ids.mint(), self.clock.now());
        let order = Order { id, user_id, amount, subject, status: OrderStatus::Pending, created_at };
        orders::insert(transaction, &order).await?;
        Ok(order)
    }

    /// Charges a pending order and answers the provider's reference. When it declines, the order has failed.
    pub(super) async fn charge(&self, order: &Order, token: &str, payer: Payer) -> ServiceResult<String> {
        let charged = if token.is_empty() {
            Err(PaymentError::Declined)
        } else {
            self.payments.charge(order.id, order.amount, token, payer).await
        };
        match charged {
            Ok(reference) => Ok(reference),
            Err(PaymentError::Declined) => {
                orders::settle(&self.database, order.id, OrderStatus::Failed, None).await?;
                Err(ServiceError::PaymentDeclined)
            }
        }
    }

    /// Writes an order as paid and tells of it, in the transaction of what it bought: the one never stands without the
    /// other.
    pub(super) async fn paid(
        &self,
        transaction: &mut Transaction,
        order: &Order,
        reference: &str,
        origin: &Origin,
    ) -> ServiceResult<()> {
        let now = self.clock.now();
        let is_late = now - order.created_at > SETTLED_WITHIN_US;
        if is_late || !orders::settle(&mut *transaction, order.id, OrderStatus::Paid, Some(reference)).await? {
            return Err(ServiceError::OrderClosed);
        }
        outbox::append(transaction, origin, events::order_paid(order, now)).await?;
        Ok(())
    }

    /// Ends a purchase: a charge that bought nothing is paid back.
    pub(super) async fn close<T, Id>(
        &self,
        order: &Order,
        reference: &str,
        bought: ServiceResult<Settled<T, Id>>,
    ) -> ServiceResult<Settled<T, Id>> {
        if !matches!(bought, Ok(Settled::Done(_))) {
            self.pay_back(order, reference).await?;
        }
        bought
    }

    /// Pays back a charge that bought nothing.
    pub(super) async fn pay_back(&self, order: &Order, reference: &str) -> ServiceResult<()> {
        if let Err(PaymentError::Declined) = self.payments.refund(order.id).await {
            // The order stays pending, and is tried again with those that were abandoned.
            tracing::error!(order = %order.id, "a charge that bought nothing could not be paid back; trying again");
            return Ok(());
        }
        orders::settle(&self.database, order.id, OrderStatus::Refunded, Some(reference)).await?;
        Ok(())
    }
}
