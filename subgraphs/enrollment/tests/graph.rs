//! Enrollment over its graph, as the router asks it.

mod authorization;
mod entities;
mod hostile;
mod mutations;
mod paging;

use kit_ids::{CourseId, PlanId};
use kit_testing::{TestDatabase, TestSubgraph, person};
use kit_viewer::{Role, Viewer};
use serde_json::{Value, json};

pub(crate) const FREE: CourseId = CourseId::from_bytes([1; 16]);
pub(crate) const PAID: CourseId = CourseId::from_bytes([2; 16]);
pub(crate) const DRAFT: CourseId = CourseId::from_bytes([3; 16]);
pub(crate) const MISSING: CourseId = CourseId::from_bytes([4; 16]);
pub(crate) const PLAN: PlanId = PlanId::from_bytes([5; 16]);
/// What the paid course costs.
pub(crate) const PRICE: i64 = 10_000;

/// A running enrollment that has heard of courses, and sells a plan.
pub(crate) struct Graph {
    pub(crate) subgraph: TestSubgraph,
}

pub(crate) fn learner() -> Viewer {
    person(1, Role::Mentee)
}

pub(crate) fn other() -> Viewer {
    person(2, Role::Mentee)
}

pub(crate) fn admin() -> Viewer {
    person(3, Role::Admin)
}

impl Graph {
    pub(crate) async fn on(place: TestDatabase) -> Self {
        let subgraph = TestSubgraph::start(&enrollment::SUBGRAPH, place).await;
        let database = subgraph.database();
        let insert =
            "INSERT INTO course_prices (course_id, amount_minor, currency, status, seq) VALUES (?, ?, 'KRW', ?, 1)";
        for (course, amount, status) in [(FREE, 0, "PUBLISHED"), (PAID, PRICE, "PUBLISHED"), (DRAFT, 0, "DRAFT")] {
            database.query(insert).bind(course).bind(amount).bind(status).execute().await.unwrap();
        }
        let insert = "INSERT INTO plans (id, name, amount_minor, currency, period, active, created_at)
          VALUES (?, 'Monthly', 900, 'KRW', 'MONTH', ?, 0)";
        database.query(insert).bind(PLAN).bind(true).execute().await.unwrap();
        Self { subgraph }
    }

    /// Enrols a person in a course; the id of the place.
    pub(crate) async fn enroll(&self, viewer: &Viewer, course: CourseId) -> String {
        let input = json!({ "courseId": course, "paymentToken": "tok_visa" });
        self.subgraph
            .change(viewer, "enrollInCourse", "enrollment { id }", input)
            .await
            .text_at("/enrollInCourse/enrollment/id")
    }

    /// The order with which a person has bought the paid course.
    pub(crate) async fn buy(&self, viewer: &Viewer) -> String {
        let input = json!({ "courseId": PAID, "paymentToken": "tok_visa" });
        let reply = self.subgraph.change(viewer, "enrollInCourse", "enrollment { order { id } }", input).await;
        reply.text_at("/enrollInCourse/enrollment/order/id")
    }

    pub(crate) async fn subscribe(&self, viewer: &Viewer) -> String {
        let input = json!({ "planId": PLAN, "paymentToken": "tok_visa" });
        self.subgraph.change(viewer, "subscribe", "membership { id }", input).await.text_at("/subscribe/membership/id")
    }
}

/// The course as the router hands it over, with what the prices and the progress require.
pub(crate) fn representation(course: CourseId, amount: i64) -> Value {
    json!({
        "id": course, "listPrice": { "amountMinor": amount, "currency": "KRW" }, "lessonCount": 4,
        "totalDurationSeconds": 400,
    })
}
