//! Paying for a place.

use kit_database::idempotency::IdempotencyKey;
use kit_database::in_transaction;
use kit_events::outbox;
use kit_service::Call;

use super::{Claimed, EnrollError, EnrollRequest, Enrolling, claimed, write};
use crate::domain::{Enrollment, EnrollmentSource, Order, OrderStatus};
use crate::events;
use crate::service::payment::PaymentError;
use crate::store::orders;

/// What a settled charge has come to.
enum Settled {
    Bought(Enrollment),
    /// The same request had been carried out meanwhile.
    Repeated(kit_ids::EnrollmentId),
}

impl Enrolling {
    /// Charges a pending order and enrols its owner. A charge that bought nothing is paid back.
    pub(super) async fn purchase(
        &self,
        order: Order,
        request: &EnrollRequest,
        key: Option<&IdempotencyKey>,
        call: &Call,
    ) -> Result<Enrollment, EnrollError> {
        let token = request.payment_token.as_deref().unwrap_or_default();
        let reference = match self.charge(&order, token).await {
            Ok(reference) => reference,
            Err(PaymentError::Declined) => {
                orders::settle(&self.database, order.id, OrderStatus::Failed, None).await?;
                return Err(EnrollError::PaymentDeclined);
            }
        };
        match self.settle(&order, &reference, request, key, call).await {
            Ok(Settled::Bought(enrollment)) => Ok(enrollment),
            Ok(Settled::Repeated(id)) => {
                self.pay_back(&order, &reference).await?;
                self.known(id).await
            }
            Err(error) => {
                self.pay_back(&order, &reference).await?;
                Err(error)
            }
        }
    }

    async fn charge(&self, order: &Order, token: &str) -> Result<String, PaymentError> {
        if token.is_empty() {
            return Err(PaymentError::Declined);
        }
        self.payments.charge(order.id, order.amount, token).await
    }

    /// Writes the order as paid, together with the place that it bought: the one never stands without the other.
    async fn settle(
        &self,
        order: &Order,
        reference: &str,
        request: &EnrollRequest,
        key: Option<&IdempotencyKey>,
        call: &Call,
    ) -> Result<Settled, EnrollError> {
        in_transaction!(self.database, |transaction| {
            let now = self.clock.now();
            let ticket = match claimed(transaction, key, now).await? {
                Claimed::First(ticket) => ticket,
                Claimed::Repeated(id) => return Ok(Settled::Repeated(id)),
            };
            let enrollment = self.place(order.user_id, request.course_id, EnrollmentSource::Purchase, Some(order.id));
            orders::settle(&mut *transaction, order.id, OrderStatus::Paid, Some(reference)).await?;
            outbox::append(transaction, &call.origin, events::order_paid(order, now)).await?;
            write(transaction, &enrollment, ticket, call).await?;
            Ok(Settled::Bought(enrollment))
        })
    }

    async fn pay_back(&self, order: &Order, reference: &str) -> Result<(), EnrollError> {
        if let Err(PaymentError::Declined) = self.payments.refund(order.id).await {
            // The order stays pending, which tells an administrator that money is owed.
            tracing::error!(order = %order.id, "a charge that bought nothing could not be paid back; pay it back by hand");
            return Ok(());
        }
        Ok(orders::settle(&self.database, order.id, OrderStatus::Refunded, Some(reference)).await?)
    }
}
