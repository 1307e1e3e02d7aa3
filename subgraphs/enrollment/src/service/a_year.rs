//! A year of many lives, in a second: whatever people, the provider and time do, the invariants of domain 3.3 hold.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kit_ids::{CourseId, MembershipId, OrderId, Randomness, SeededRandomness, UserId};
use kit_service::{Call, Worker};
use kit_testing::{TestDatabase, on_each_database};
use kit_viewer::{SignedInUser, Viewer};

use super::abandoned::Abandoned;
use super::enrolling::{EnrollRequest, Enrolling};
use super::payment::{DECLINED_TOKEN, Payer, PaymentError, PaymentPort};
use super::refunding::{RefundRequest, Refunding};
use super::renewing::Renewing;
use super::stage::{COURSE, PLAN, Stage, admin};
use super::subscribing::{SubscribeRequest, Subscribing};
use crate::domain::{Membership, OrderStatus, OrderSubject, Price, SubscriptionStatus};
use crate::store::{enrollments, memberships, orders};

/// People of one life together.
const PEOPLE: u8 = 3;
const STEPS: u32 = 120;
/// On average half of it each step: a year and more.
const STEP_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A provider that keeps books: what it has taken for each order, and not paid back.
#[derive(Default)]
struct Books(Mutex<HashMap<OrderId, i64>>);

#[async_trait]
impl PaymentPort for Books {
    async fn charge(&self, order: OrderId, amount: Price, token: &str, _: Payer) -> Result<String, PaymentError> {
        if token == DECLINED_TOKEN {
            return Err(PaymentError::Declined);
        }
        self.0.lock().unwrap().insert(order, amount.amount_minor);
        Ok(format!("books:{order}"))
    }

    async fn refund(&self, order: OrderId) -> Result<(), PaymentError> {
        self.0.lock().unwrap().insert(order, 0);
        Ok(())
    }
}

struct Year {
    stage: Stage,
    books: Arc<Books>,
    chance: SeededRandomness,
    /// The latest end that each membership has had.
    ends: BTreeMap<MembershipId, i64>,
}

impl Year {
    async fn begin(place: &TestDatabase, seed: u64) -> Self {
        let mut stage = Stage::on(place).await;
        let books = Arc::new(Books::default());
        stage.till.payments = Arc::<Books>::clone(&books);
        stage.publish(500, "PUBLISHED").await;
        stage.offer_plans().await;
        Self { stage, books, chance: SeededRandomness::new(seed), ends: BTreeMap::new() }
    }

    /// Any number below this one.
    fn any(&self, below: u64) -> u64 {
        let mut bytes = [0; 8];
        self.chance.fill(&mut bytes);
        u64::from_le_bytes(bytes) % below
    }

    fn payment_token(&self) -> String {
        if self.any(4) == 0 { DECLINED_TOKEN.to_owned() } else { "tok_ok".to_owned() }
    }

    /// Something happens. What is refused is refused; nothing fails otherwise.
    async fn step(&self) {
        let till = self.stage.till.clone();
        let user = UserId::from_bytes([u8::try_from(self.any(u64::from(PEOPLE))).unwrap() + 1; 16]);
        let call = Call::new(Viewer::signed_in(SignedInUser::new(user)), "year");
        let subscribing = Subscribing { till: till.clone() };
        let refused = match self.any(9) {
            0 | 1 => {
                let (payment_token, auto_renew) = (self.payment_token(), self.any(3) > 0);
                let request = SubscribeRequest { plan_id: PLAN, payment_token, auto_renew, idempotency_key: None };
                subscribing.subscribe(&request, &call).await.err()
            }
            2 => subscribing.cancel(&call).await.err(),
            3 => subscribing.resume(&call).await.err(),
            4 => {
                let payment_token = Some(self.payment_token());
                let request =
                    EnrollRequest { course_id: COURSE, expected_price: None, payment_token, idempotency_key: None };
                Enrolling { till }.enroll(&request, &call).await.err()
            }
            5 => {
                let rows = self.stage.database().query("SELECT id FROM orders ORDER BY id").fetch_all().await.unwrap();
                let count = u64::try_from(rows.len()).unwrap();
                let Some(row) = rows.get(usize::try_from(self.any(count.max(1))).unwrap()) else { return };
                let request = RefundRequest { order_id: row.get("id").unwrap(), reason: None, idempotency_key: None };
                Refunding { till }.refund(&request, &admin()).await.err()
            }
            6 => {
                // A card is declined from now on, or taken again.
                let change = "UPDATE memberships SET payment_token = ? WHERE user_id = ?";
                let change = self.stage.database().query(change).bind(self.payment_token()).bind(user);
                change.execute().await.unwrap();
                None
            }
            7 => {
                // The process dies after the charge.
                let mut transaction = self.stage.database().begin().await.unwrap();
                let subject = OrderSubject::Course(CourseId::from_bytes([9; 16]));
                let order = till.open(&mut transaction, user, super::stage::won(500), subject).await.unwrap();
                transaction.commit().await.unwrap();
                till.payments.charge(order.id, order.amount, "tok_ok", Payer::Absent).await.unwrap();
                None
            }
            _ => None,
        };
        let is_business = |error: &super::ServiceError| !matches!(error, super::ServiceError::Database(_));
        assert!(refused.as_ref().is_none_or(is_business), "{refused:?}");
    }

    /// Time goes on, and the workers come by each day.
    async fn go_on(&self) {
        let hours = 1 + self.any(STEP_MAX.as_secs() / 3_600);
        let now = || self.stage.till.clock.now();
        for _ in 0..=hours / 24 {
            self.stage.clock.advance(Duration::from_secs(hours.min(24) * 3_600 + 1));
            Renewing { till: self.stage.till.clone() }.run(now()).await.unwrap();
            Abandoned { till: self.stage.till.clone() }.run(now()).await.unwrap();
        }
    }

    async fn check(&mut self) {
        let (now, database) = (self.stage.till.clock.now(), self.stage.database().clone());
        let rows = database.query("SELECT id FROM memberships").fetch_all().await.unwrap();
        let ids: Vec<MembershipId> = rows.iter().map(|row| row.get("id").unwrap()).collect();
        let all = memberships::by_ids(&database, &ids).await.unwrap();
        for one in &all {
            let before = self.ends.insert(one.id, one.current_period_end).unwrap_or(i64::MIN);
            assert!(one.current_period_end >= before, "a period has become shorter: {one:?}");
            assert!(one.current_period_end > one.started_at && one.renew_attempts <= 3, "{one:?}");
            let paid = orders::last_paid(&database, one.id).await.unwrap();
            assert!(!one.gives_access_at(now) || paid.is_some(), "access that nobody has paid for: {one:?}");
        }
        for person in 1..=PEOPLE {
            let of_person = |one: &&Membership| one.user_id == UserId::from_bytes([person; 16]);
            let own: Vec<&Membership> = all.iter().filter(of_person).collect();
            let is_live =
                |one: &&&Membership| matches!(one.status, SubscriptionStatus::Active | SubscriptionStatus::PastDue);
            assert!(own.iter().filter(is_live).count() <= 1, "two live memberships: {own:?}");
            assert!(own.iter().filter(|one| one.gives_access_at(now)).count() <= 1, "two memberships: {own:?}");
        }
        self.check_orders().await;
    }

    /// Paid, exactly when it is there, and when the provider has the money.
    async fn check_orders(&self) {
        let database = self.stage.database();
        let rows = database.query("SELECT id FROM orders").fetch_all().await.unwrap();
        let ids: Vec<OrderId> = rows.iter().map(|row| row.get("id").unwrap()).collect();
        for order in orders::by_ids(database, &ids).await.unwrap() {
            let taken = self.books.0.lock().unwrap().get(&order.id).copied().unwrap_or(0);
            let is_paid = order.status == OrderStatus::Paid;
            assert!(order.status != OrderStatus::Pending, "an order is left open: {order:?}");
            assert_eq!(taken, if is_paid { order.amount.amount_minor } else { 0 }, "{order:?}");
            if let OrderSubject::Course(_) = order.subject {
                let bought = enrollments::bought_by(database, order.id).await.unwrap();
                let is_there = bought.is_some_and(|place| place.revoked_at.is_none());
                assert_eq!(is_there, is_paid, "{order:?}");
            }
        }
        let places = "SELECT COUNT(*) AS n FROM enrollments e LEFT JOIN orders o ON o.id = e.order_id
          WHERE e.revoked_at IS NULL AND e.source = 'PURCHASE' AND (o.status IS NULL OR o.status <> 'PAID')";
        assert_eq!(self.stage.count(places).await, 0, "a place that nobody has paid for");
        let twice = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM enrollments GROUP BY user_id, course_id
          HAVING COUNT(*) > 1) twice";
        assert_eq!(self.stage.count(twice).await, 0, "two places in one course");
    }
}

/// Lives a year, and returns how many periods were paid in it.
async fn live(place: TestDatabase, seed: u64) -> i64 {
    let mut year = Year::begin(&place, seed).await;
    let began = year.stage.till.clock.now();
    let mut places = 0;
    for _ in 0..STEPS {
        year.step().await;
        year.go_on().await;
        year.check().await;
        let now = year.stage.count("SELECT COUNT(*) AS n FROM enrollments").await;
        assert!(now >= places, "an enrolment was deleted");
        places = now;
    }
    let lived = year.stage.till.clock.now() - began;
    assert!(lived > 365 * 24 * 60 * 60 * 1_000_000, "{lived}");
    year.stage.count("SELECT COUNT(*) AS n FROM outbox WHERE type = 'enrollment.membership.renewed.v1'").await
}

on_each_database! {
    /// 7.4, domain 3.3: period ends only grow, one live membership, one enrolment, paid exactly when it is there.
    async fn the_invariants_hold_for_a_year(place: TestDatabase) {
        assert!(live(place, 1).await > 3);
    }
}

/// The same for other lives.
#[tokio::test]
async fn the_invariants_hold_for_many_years() {
    let mut renewed = 0;
    for seed in 2..12 {
        renewed += live(TestDatabase::sqlite(), seed).await;
    }
    assert!(renewed > 50, "{renewed}");
}
