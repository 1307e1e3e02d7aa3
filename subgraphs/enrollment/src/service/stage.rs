//! What the tests of services stand on: a till over a real database, a clock that they move, and what learning has told.

use std::sync::Arc;
use std::time::Duration;

use kit_database::Database;
use kit_events::outbox;
use kit_ids::{CourseId, IdGenerator, LessonId, ManualClock, OrderId, PlanId, SystemRandomness, UserId};
use kit_service::Call;
use kit_testing::TestDatabase;
use kit_viewer::{Role, SignedInUser, Viewer};

use super::Till;
use super::payment::DemonstrationPayments;
use crate::MIGRATIONS;
use crate::domain::{Currency, Order, Price};
use crate::store::{courses, lessons, orders};

pub(super) const USER: UserId = UserId::from_bytes([1; 16]);
pub(super) const COURSE: CourseId = CourseId::from_bytes([2; 16]);
pub(super) const PLAN: PlanId = PlanId::from_bytes([3; 16]);
pub(super) const RETIRED_PLAN: PlanId = PlanId::from_bytes([4; 16]);
pub(super) const FLOW: &str = "flow";
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// 2026-11-21, noon.
const NOON: i64 = 1_795_262_400_000_000;

pub(super) struct Stage {
    pub(super) till: Till,
    pub(super) clock: Arc<ManualClock>,
}

impl Stage {
    pub(super) async fn on(place: &TestDatabase) -> Self {
        let database = place.migrated(&MIGRATIONS).await;
        let clock = Arc::new(ManualClock::new(NOON));
        let ids = IdGenerator::new(Arc::<ManualClock>::clone(&clock), Arc::new(SystemRandomness));
        let payments = Arc::new(DemonstrationPayments);
        Self { till: Till { database, clock: Arc::<ManualClock>::clone(&clock), ids, payments }, clock }
    }

    pub(super) fn database(&self) -> &Database {
        &self.till.database
    }

    /// Learning has told of the course.
    pub(super) async fn publish(&self, amount_minor: i64, status: &str) {
        let mut transaction = self.database().begin().await.unwrap();
        courses::keep_offer(&mut transaction, COURSE, won(amount_minor), status, 1).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Learning has told of a lesson of the course.
    pub(super) async fn place_lesson(&self, number: u8) -> LessonId {
        let lesson = LessonId::from_bytes([number; 16]);
        let mut transaction = self.database().begin().await.unwrap();
        lessons::place(&mut transaction, COURSE, lesson, i64::from(number)).await.unwrap();
        transaction.commit().await.unwrap();
        lesson
    }

    /// A plan of 900 won a month, and one that is no longer sold.
    pub(super) async fn offer_plans(&self) {
        let insert = "INSERT INTO plans (id, name, amount_minor, currency, period, active, created_at)
          VALUES (?, ?, 900, 'KRW', 'MONTH', ?, 0)";
        for (plan, name, active) in [(PLAN, "Monthly", true), (RETIRED_PLAN, "Retired", false)] {
            self.database().query(insert).bind(plan).bind(name).bind(active).execute().await.unwrap();
        }
    }

    /// What was told in the flow of the calls.
    pub(super) async fn told(&self) -> Vec<String> {
        let events = outbox::flow(self.database(), FLOW).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }

    /// Everything that was told, in order.
    pub(super) async fn told_at_all(&self) -> Vec<String> {
        let rows = self.database().query("SELECT type FROM outbox ORDER BY position").fetch_all().await.unwrap();
        rows.iter().map(|row| row.get("type").unwrap()).collect()
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        self.database().query(sql).fetch_one().await.unwrap().get("n").unwrap()
    }

    pub(super) async fn order(&self, id: OrderId) -> Order {
        orders::by_ids(self.database(), &[id]).await.unwrap().remove(0)
    }
}

pub(super) fn won(amount_minor: i64) -> Price {
    Price { amount_minor, currency: Currency::Krw }
}

pub(super) fn call() -> Call {
    Call::new(Viewer::signed_in(SignedInUser::new(USER)), FLOW)
}

pub(super) fn admin() -> Call {
    let admin = SignedInUser::new(UserId::from_bytes([9; 16])).with_role(Role::Admin);
    Call::new(Viewer::signed_in(admin), FLOW)
}

pub(super) fn anonymous() -> Call {
    Call::new(Viewer::anonymous(), FLOW)
}

pub(super) fn service() -> Call {
    Call::new(Viewer::service("media"), FLOW)
}
