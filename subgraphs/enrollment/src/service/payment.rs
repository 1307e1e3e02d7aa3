//! Charging: the port to a payment provider, and the provider of demonstrations.

use async_trait::async_trait;
use kit_ids::OrderId;
use thiserror::Error;

use crate::domain::Price;

/// The token with which the demonstration provider declines.
pub(crate) const DECLINED_TOKEN: &str = "tok_decline";

/// The token with which the demonstration provider declines charges in the payer's absence, such as renewals: a card that
/// has been closed since.
pub(crate) const DECLINED_LATER_TOKEN: &str = "tok_decline_later";

/// Whether the payer waits for the charge. Providers hold charges in absence to other rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payer {
    Present,
    Absent,
}

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
    async fn charge(&self, order: OrderId, amount: Price, token: &str, payer: Payer) -> Result<String, PaymentError>;

    /// Pays an order back. One that was never charged is not charged any more, either.
    async fn refund(&self, order: OrderId) -> Result<(), PaymentError>;
}

/// Moves no money: declines [`DECLINED_TOKEN`], and [`DECLINED_LATER_TOKEN`] in absence; accepts anything else.
pub(crate) struct DemonstrationPayments;

#[async_trait]
impl PaymentPort for DemonstrationPayments {
    async fn charge(&self, order: OrderId, _: Price, token: &str, payer: Payer) -> Result<String, PaymentError> {
        let is_declined = token == DECLINED_TOKEN || (token == DECLINED_LATER_TOKEN && payer == Payer::Absent);
        if is_declined { Err(PaymentError::Declined) } else { Ok(format!("demonstration:{order}")) }
    }

    async fn refund(&self, _: OrderId) -> Result<(), PaymentError> {
        Ok(())
    }
}
