//! What enrollment publishes (domain 3.3). No event carries a payment token.

mod courses;
mod lessons;

use kit_events::NewEvent;
use serde_json::json;

pub(crate) use self::courses::CoursePrices;
pub(crate) use self::lessons::CourseLessons;
use crate::domain::{Enrollment, Named, Order};

/// Somebody has a place in a course.
pub(crate) fn enrollment_created(enrollment: &Enrollment) -> NewEvent {
    let data = json!({
        "id": enrollment.id, "userId": enrollment.user_id, "courseId": enrollment.course_id,
        "source": enrollment.source.name(), "orderId": enrollment.order_id,
    });
    NewEvent {
        kind: "enrollment.enrollment.created.v1",
        subject: enrollment.id.to_string(),
        time: enrollment.enrolled_at,
        data,
    }
}

/// A charge was paid.
pub(crate) fn order_paid(order: &Order, time: i64) -> NewEvent {
    let data = json!({
        "id": order.id, "userId": order.user_id,
        "amount": { "amountMinor": order.amount.amount_minor, "currency": order.amount.currency.name() },
    });
    NewEvent { kind: "enrollment.order.paid.v1", subject: order.id.to_string(), time, data }
}
