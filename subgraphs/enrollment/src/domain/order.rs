//! Charges.

use kit_ids::{CourseId, MembershipId, OrderId, UserId};

use super::Price;

kit_names::named! {
    /// What became of a charge.
    pub(crate) enum OrderStatus {
        /// Written before the payment provider is asked: a charge never goes unrecorded.
        Pending = "PENDING",
        Paid = "PAID",
        Failed = "FAILED",
        Refunded = "REFUNDED",
    }
}

/// What a charge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderSubject {
    /// A place in a course.
    Course(CourseId),
    /// A period of a membership.
    Membership(MembershipId),
}

/// A charge for one course or period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) user_id: UserId,
    pub(crate) amount: Price,
    pub(crate) subject: OrderSubject,
    pub(crate) status: OrderStatus,
    pub(crate) created_at: i64,
}
