//! Orders: what was paid for courses and memberships, and what failed.

use kit_ids::{CourseId, MembershipId, OrderId, UserId};
use serde::Serialize;

use super::super::{Course, User, WorldKey, mint};
use super::membership::{Membership, MembershipStatus, Plan};
use crate::{
    random::RowRandom,
    timeline::{DAY, MINUTE, UtcMicros},
};

/// Purchases in a thousand whose first payment was declined.
const DECLINED_PER_MILLE: u64 = 40;
/// Orders of one membership or enrolment are numbered below this; it keeps their generators apart.
const ROWS_PER_ORIGIN: usize = 1_000;
/// Where the numbers of failed orders begin within their origin.
const FIRST_FAILED: usize = 900;

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "values of enrollment's `OrderStatus` (domain.md 2.3)")]
pub enum OrderStatus {
    Paid,
    Failed,
}

impl OrderStatus {
    /// The GraphQL and SQL name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "PAID",
            Self::Failed => "FAILED",
        }
    }
}

/// What an order is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum OrderSubject {
    /// Access to one course.
    Course(CourseId),
    /// One period of a membership.
    Membership(MembershipId),
}

/// An order. Every PAID one gives access to its subject.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of enrollment's `orders`; the amount is in won")]
pub struct Order {
    pub row: usize,
    pub id: OrderId,
    pub created_at: UtcMicros,
    pub user_row: usize,
    pub user_id: UserId,
    pub subject: OrderSubject,
    pub amount_minor: i64,
    pub currency: &'static str,
    pub status: OrderStatus,
    /// The demonstration payment provider's unique reference.
    pub payment_ref: String,
}

/// The orders, collected while memberships and enrolments arise.
#[derive(Default)]
pub(super) struct Orders(Vec<Order>);

struct Buyer {
    row: usize,
    id: UserId,
}

impl Orders {
    pub(super) fn into_rows(self) -> Vec<Order> {
        self.0
    }

    /// The order that paid for an enrolment, and sometimes one before it that was declined.
    pub(super) fn for_course(
        &mut self,
        key: &WorldKey,
        enrollment_row: usize,
        user: &User,
        course: &Course,
        enrolled_at: UtcMicros,
    ) -> OrderId {
        let number = enrollment_row * ROWS_PER_ORIGIN;
        let mut random = key.random("enrollment_orders", number);
        let subject = OrderSubject::Course(course.id);
        let buyer = Buyer { row: user.row, id: user.id };
        let price = (course.list_price_minor, course.currency);
        let declined_at = enrolled_at - 4 * MINUTE;
        let could_buy = user.created_at < declined_at && course.published_at.is_some_and(|at| at < declined_at);
        if random.chance(DECLINED_PER_MILLE) && could_buy {
            let mut failed = key.random("enrollment_orders", number + FIRST_FAILED);
            self.push(&buyer, subject, price, OrderStatus::Failed, declined_at, &mut failed);
        }
        self.push(&buyer, subject, price, OrderStatus::Paid, enrolled_at, &mut random)
    }

    /// A paid order per period, and a failed one per attempt at renewal.
    pub(super) fn for_membership(
        &mut self,
        key: &WorldKey,
        membership: &Membership,
        plan: &Plan,
        period_starts: impl Iterator<Item = UtcMicros>,
    ) {
        let number = membership.row * ROWS_PER_ORIGIN;
        let subject = OrderSubject::Membership(membership.id);
        let buyer = Buyer { row: membership.user_row, id: membership.user_id };
        let price = (plan.price_minor, plan.currency);
        for (period, start) in period_starts.enumerate() {
            let mut random = key.random("membership_orders", number + period);
            self.push(&buyer, subject, price, OrderStatus::Paid, start, &mut random);
        }
        if membership.status == MembershipStatus::PastDue {
            for attempt in 0..membership.renew_attempts {
                let mut random = key.random("membership_orders", number + FIRST_FAILED + attempt as usize);
                let at = membership.current_period_end + i64::from(attempt) * DAY;
                self.push(&buyer, subject, price, OrderStatus::Failed, at, &mut random);
            }
        }
    }

    fn push(
        &mut self,
        buyer: &Buyer,
        subject: OrderSubject,
        (amount_minor, currency): (i64, &'static str),
        status: OrderStatus,
        created_at: UtcMicros,
        random: &mut RowRandom,
    ) -> OrderId {
        let id = mint(created_at, random);
        self.0.push(Order {
            row: self.0.len(),
            id,
            created_at,
            user_row: buyer.row,
            user_id: buyer.id,
            subject,
            amount_minor,
            currency,
            status,
            payment_ref: format!("demo_{:016x}", random.bits()),
        });
        id
    }
}
