//! What mutations need.

use async_graphql::{ID, InputObject};
use kit_graph::Money;
use kit_ids::{CourseId, OrderId, PlanId, UserId};

use super::values::price;
use crate::service::enrolling::{EnrollRequest, GrantRequest};
use crate::service::refunding::RefundRequest;
use crate::service::subscribing::SubscribeRequest;

/// What `enrollInCourse` needs.
#[derive(InputObject)]
pub(crate) struct EnrollInCourseInput {
    /// The course.
    course_id: CourseId,
    /// The price shown to the viewer; another one is refused rather than charged.
    expected_price: Option<Money>,
    /// From the payment provider; needed when there is something to pay.
    payment_token: Option<String>,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    idempotency_key: Option<ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<EnrollInCourseInput> for EnrollRequest {
    fn from(input: EnrollInCourseInput) -> Self {
        Self {
            course_id: input.course_id,
            expected_price: input.expected_price.map(price),
            payment_token: input.payment_token,
            idempotency_key: input.idempotency_key.map(|key| key.0),
        }
    }
}

/// What `subscribe` needs.
#[derive(InputObject)]
pub(crate) struct SubscribeInput {
    /// The plan.
    plan_id: PlanId,
    /// From the payment provider.
    payment_token: String,
    /// Whether to pay again at the end of each period.
    #[graphql(default_with = "Some(true)")]
    auto_renew: Option<bool>,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    idempotency_key: Option<ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<SubscribeInput> for SubscribeRequest {
    fn from(input: SubscribeInput) -> Self {
        Self {
            plan_id: input.plan_id,
            payment_token: input.payment_token,
            auto_renew: input.auto_renew.unwrap_or(true),
            idempotency_key: input.idempotency_key.map(|key| key.0),
        }
    }
}

/// What `cancelSubscription` needs.
#[derive(InputObject)]
pub(crate) struct CancelSubscriptionInput {
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `resumeSubscription` needs.
#[derive(InputObject)]
pub(crate) struct ResumeSubscriptionInput {
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `grantEnrollment` needs.
#[derive(InputObject)]
pub(crate) struct GrantEnrollmentInput {
    /// The person.
    user_id: UserId,
    /// The course.
    course_id: CourseId,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    idempotency_key: Option<ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<GrantEnrollmentInput> for GrantRequest {
    fn from(input: GrantEnrollmentInput) -> Self {
        let idempotency_key = input.idempotency_key.map(|key| key.0);
        Self { user_id: input.user_id, course_id: input.course_id, idempotency_key }
    }
}

/// What `refundOrder` needs.
#[derive(InputObject)]
pub(crate) struct RefundOrderInput {
    /// The order.
    order_id: OrderId,
    /// Why, for the record.
    reason: Option<String>,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    idempotency_key: Option<ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<RefundOrderInput> for RefundRequest {
    fn from(input: RefundOrderInput) -> Self {
        let idempotency_key = input.idempotency_key.map(|key| key.0);
        Self { order_id: input.order_id, reason: input.reason, idempotency_key }
    }
}
