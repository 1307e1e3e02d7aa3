//! What mutations answer, and why they refuse (P7).

use kit_graph::{GraphError, GraphResult};

use super::enrollment::Enrollment;
use crate::service::enrolling::EnrollError;

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
        /// The idempotency key was used for another request.
        IdempotencyConflict,
        /// There is no such thing, or not for the viewer.
        NotFound,
    }
    /// A refusal by enrollment.
    pub struct EnrollmentUserError;
}

kit_graph::payload! {
    /// What `enrollInCourse` answers.
    pub struct EnrollInCoursePayload refusing EnrollmentUserError {
        /// The enrolment; null when refused.
        enrollment: Enrollment,
    }
}

/// A refusal as data, or an error of the request as a whole.
pub(crate) fn user_error(error: &EnrollError) -> GraphResult<EnrollmentUserError> {
    let (code, field) = match error {
        EnrollError::Refused(refusal) => return Err(GraphError::from(*refusal)),
        EnrollError::InvalidIdempotencyKey => return Err(GraphError::bad_user_input(error.to_string())),
        EnrollError::Database(error) => return Err(GraphError::internal(error)),
        EnrollError::IdempotencyConflict => (EnrollmentErrorCode::IdempotencyConflict, "idempotencyKey"),
        EnrollError::NotFound => (EnrollmentErrorCode::NotFound, "courseId"),
        EnrollError::NotPublished => (EnrollmentErrorCode::NotPublished, "courseId"),
        EnrollError::AlreadyEnrolled => (EnrollmentErrorCode::AlreadyEnrolled, "courseId"),
        EnrollError::PriceChanged => (EnrollmentErrorCode::PriceChanged, "expectedPrice"),
        EnrollError::PaymentDeclined => (EnrollmentErrorCode::PaymentDeclined, "paymentToken"),
    };
    Ok(EnrollmentUserError::new(code, error.to_string()).at(["input", field]))
}
