//! Charging: the port to a payment provider, and the provider of demonstrations.

use async_trait::async_trait;
use kit_ids::OrderId;
use thiserror::Error;

use crate::domain::Price;

/// The token with which the demonstration provider declines.
pub(crate) const DECLINED_TOKEN: &str = "tok_decline";

/// Why nothing was charged or paid back.
#[derive(Debug, Error)]
pub(crate) enum PaymentError {
    #[error("the payment provider declined the charge")]
    Declined,
}

/// A payment provider. Both calls can be repeated with the same order and take effect once.
#[async_trait]
pub(crate) trait PaymentPort: Send + Sync {
    /// Charges the amount of an order and answers the provider's own reference.
    async fn charge(&self, order: OrderId, amount: Price, token: &str) -> Result<String, PaymentError>;

    /// Pays an order back. One that was never charged is not charged any more, either.
    async fn refund(&self, order: OrderId) -> Result<(), PaymentError>;
}

/// Moves no money: declines [`DECLINED_TOKEN`], accepts anything else.
pub(crate) struct DemonstrationPayments;

#[async_trait]
impl PaymentPort for DemonstrationPayments {
    async fn charge(&self, order: OrderId, _: Price, token: &str) -> Result<String, PaymentError> {
        if token == DECLINED_TOKEN { Err(PaymentError::Declined) } else { Ok(format!("demonstration:{order}")) }
    }

    async fn refund(&self, _: OrderId) -> Result<(), PaymentError> {
        Ok(())
    }
}
