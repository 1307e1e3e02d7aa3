//! Charges.

use kit_ids::{OrderId, UserId};

use super::Price;
use super::named::named;

named! {
    /// What became of a charge.
    OrderStatus {
        /// Written before the payment provider is asked: a charge never goes unrecorded.
        Pending = "PENDING",
        Paid = "PAID",
        Failed = "FAILED",
        Refunded = "REFUNDED",
    }
}

/// A charge for one course or period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) user_id: UserId,
    pub(crate) amount: Price,
    pub(crate) status: OrderStatus,
    pub(crate) created_at: i64,
}
