//! What enrollment publishes and hears (domain 3.3). No event carries a payment token.

mod completions;
mod courses;
mod departures;
mod lessons;

use chrono::{DateTime, SecondsFormat};
use kit_events::NewEvent;
use kit_names::Named;
use serde_json::{Value, json};

pub(crate) use self::completions::Completions;
pub(crate) use self::courses::CoursePrices;
pub(crate) use self::departures::Departures;
pub(crate) use self::lessons::CourseLessons;
use crate::domain::{Enrollment, Membership, Order, OrderSubject};

/// What can happen to a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MembershipEvent {
    Started,
    ExpiringSoon,
    Renewed,
    PaymentFailed,
    Canceled,
    Resumed,
    Expired,
}

impl MembershipEvent {
    const fn kind(self) -> &'static str {
        match self {
            Self::Started => "enrollment.membership.started.v1",
            Self::ExpiringSoon => "enrollment.membership.expiring_soon.v1",
            Self::Renewed => "enrollment.membership.renewed.v1",
            Self::PaymentFailed => "enrollment.membership.payment_failed.v1",
            Self::Canceled => "enrollment.membership.canceled.v1",
            Self::Resumed => "enrollment.membership.resumed.v1",
            Self::Expired => "enrollment.membership.expired.v1",
        }
    }
}

/// Something happened to a membership. `accessEnd` is when it stops opening courses unless it is renewed before.
pub(crate) fn membership(event: MembershipEvent, membership: &Membership, time: i64) -> NewEvent {
    let data = json!({
        "id": membership.id, "userId": membership.user_id, "planId": membership.plan_id,
        "status": membership.status.name(), "autoRenew": membership.auto_renew,
        "currentPeriodEnd": moment(membership.current_period_end), "accessEnd": moment(membership.access_end()),
    });
    NewEvent { kind: event.kind(), subject: membership.id.to_string(), time, data }
}

/// Somebody has a place in a course.
pub(crate) fn enrollment_created(enrollment: &Enrollment) -> NewEvent {
    of_enrollment("enrollment.enrollment.created.v1", enrollment, enrollment.enrolled_at)
}

/// Somebody has completed every lesson of a course.
pub(crate) fn enrollment_completed(enrollment: &Enrollment, time: i64) -> NewEvent {
    of_enrollment("enrollment.enrollment.completed.v1", enrollment, time)
}

/// Somebody's place was taken back.
pub(crate) fn enrollment_revoked(enrollment: &Enrollment, time: i64) -> NewEvent {
    of_enrollment("enrollment.enrollment.revoked.v1", enrollment, time)
}

fn of_enrollment(kind: &'static str, enrollment: &Enrollment, time: i64) -> NewEvent {
    let data = json!({
        "id": enrollment.id, "userId": enrollment.user_id, "courseId": enrollment.course_id,
        "source": enrollment.source.name(), "orderId": enrollment.order_id,
    });
    NewEvent { kind, subject: enrollment.id.to_string(), time, data }
}

/// A charge was paid.
pub(crate) fn order_paid(order: &Order, time: i64) -> NewEvent {
    NewEvent { kind: "enrollment.order.paid.v1", subject: order.id.to_string(), time, data: of_order(order) }
}

/// A charge was paid back.
pub(crate) fn order_refunded(order: &Order, reason: Option<&str>, time: i64) -> NewEvent {
    let mut data = of_order(order);
    data["reason"] = reason.into();
    NewEvent { kind: "enrollment.order.refunded.v1", subject: order.id.to_string(), time, data }
}

fn of_order(order: &Order) -> Value {
    let (course, membership) = match order.subject {
        OrderSubject::Course(id) => (Some(id), None),
        OrderSubject::Membership(id) => (None, Some(id)),
    };
    json!({
        "id": order.id, "userId": order.user_id, "courseId": course, "membershipId": membership,
        "amount": { "amountMinor": order.amount.amount_minor, "currency": order.amount.currency.name() },
    })
}

fn moment(micros: i64) -> String {
    let moment = DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<chrono::Utc>::MAX_UTC);
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}
