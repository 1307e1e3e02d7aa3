//! What mutations answer, and why they refuse (P7).

use kit_graph::{GraphError, GraphResult};

use super::enrollment::{Enrollment, Order};
use super::membership::Membership;
use crate::service::{ServiceError, ServiceResult};

kit_graph::user_errors! {
    /// Why enrollment refused; new values may be added.
    pub enum EnrollmentErrorCode {
        /// The viewer has a place in the course.
        AlreadyEnrolled,
        /// The course is not open.
        NotPublished,
        /// The payment provider refused.
        PaymentDeclined,
        /// The price is not the one expected; read it again.
        PriceChanged,
        /// The viewer has a membership.
        MembershipExists,
        /// The viewer has no membership.
        NoMembership,
        /// The idempotency key was used for another request.
        IdempotencyConflict,
        /// There is no such thing, or not for the viewer.
        NotFound,
    }
    /// A refusal by enrollment.
    pub struct EnrollmentUserError;
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident, $(#[$entity_doc:meta])* $entity:ident: $type:ident;)+) => {$(
        kit_graph::payload! {
            $(#[$doc])*
            pub struct $payload refusing EnrollmentUserError {
                $(#[$entity_doc])*
                $entity: $type,
            }
        }

        impl $payload {
            /// What the service answered.
            pub(super) fn of(
                answer: ServiceResult<crate::domain::$type>,
                client_mutation_id: Option<String>,
            ) -> GraphResult<Option<Self>> {
                Ok(Some(match answer {
                    Ok(done) => Self::done($type(done), client_mutation_id),
                    Err(error) => Self::refused([user_error(&error)?], client_mutation_id),
                }))
            }
        }
    )+};
}

payloads! {
    /// What `enrollInCourse` answers.
    EnrollInCoursePayload,
    /// The enrolment; null when refused.
    enrollment: Enrollment;
    /// What `subscribe` answers.
    SubscribePayload,
    /// The membership; null when refused.
    membership: Membership;
    /// What `cancelSubscription` answers.
    CancelSubscriptionPayload,
    /// The membership; null when refused.
    membership: Membership;
    /// What `resumeSubscription` answers.
    ResumeSubscriptionPayload,
    /// The membership; null when refused.
    membership: Membership;
    /// What `grantEnrollment` answers.
    GrantEnrollmentPayload,
    /// The enrolment; null when refused.
    enrollment: Enrollment;
    /// What `refundOrder` answers.
    RefundOrderPayload,
    /// The order, refunded; null when refused.
    order: Order;
}

/// A refusal as data, or an error of the request as a whole.
fn user_error(error: &ServiceError) -> GraphResult<EnrollmentUserError> {
    let (code, field) = match error {
        ServiceError::Refused(refusal) => return Err(GraphError::from(*refusal)),
        ServiceError::Invalid(_) => return Err(GraphError::bad_user_input(error.to_string())),
        ServiceError::Database(error) => return Err(GraphError::internal(error)),
        ServiceError::IdempotencyConflict => (EnrollmentErrorCode::IdempotencyConflict, Some("idempotencyKey")),
        ServiceError::NotFound { field, .. } => (EnrollmentErrorCode::NotFound, Some(*field)),
        ServiceError::NotPublished => (EnrollmentErrorCode::NotPublished, Some("courseId")),
        ServiceError::AlreadyEnrolled => (EnrollmentErrorCode::AlreadyEnrolled, Some("courseId")),
        ServiceError::PriceChanged => (EnrollmentErrorCode::PriceChanged, Some("expectedPrice")),
        ServiceError::PaymentDeclined | ServiceError::OrderClosed => {
            (EnrollmentErrorCode::PaymentDeclined, Some("paymentToken"))
        }
        ServiceError::MembershipExists => (EnrollmentErrorCode::MembershipExists, None),
        ServiceError::NoMembership => (EnrollmentErrorCode::NoMembership, None),
    };
    let refusal = EnrollmentUserError::new(code, error.to_string());
    Ok(match field {
        Some(field) => refusal.at(["input", field]),
        None => refusal,
    })
}
