//! A person's place in a course.

use kit_ids::{CourseId, EnrollmentId, OrderId, UserId};

kit_names::named! {
    /// How a place in a course was come by.
    pub(crate) enum EnrollmentSource {
        Purchase = "PURCHASE",
        Subscription = "SUBSCRIPTION",
        Free = "FREE",
        AdminGrant = "ADMIN_GRANT",
    }
}

/// A place in a course: one per person and course, never deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Enrollment {
    pub(crate) id: EnrollmentId,
    pub(crate) user_id: UserId,
    pub(crate) course_id: CourseId,
    pub(crate) source: EnrollmentSource,
    /// UTC microseconds, as every time here.
    pub(crate) enrolled_at: i64,
    pub(crate) completed_at: Option<i64>,
    /// When it was taken back. It opens nothing then, and can be given again.
    pub(crate) revoked_at: Option<i64>,
    pub(crate) order_id: Option<OrderId>,
}
