//! `enrollInCourse`, as a service.

use std::collections::BTreeSet;
use std::sync::Arc;

use kit_database::Database;
use kit_events::outbox;
use kit_ids::{CourseId, IdGenerator, MembershipId, PlanId, SystemClock, UserId};
use kit_service::Call;
use kit_testing::{TestDatabase, on_each_database};
use kit_viewer::{SignedInUser, Viewer};

use super::{EnrollError, EnrollRequest, Enrolling};
use crate::MIGRATIONS;
use crate::domain::{Currency, EnrollmentSource, OrderStatus, Price};
use crate::service::payment::{DECLINED_TOKEN, DemonstrationPayments};
use crate::store::{courses, enrollments, orders};

const USER: UserId = UserId::from_bytes([1; 16]);
const COURSE: CourseId = CourseId::from_bytes([2; 16]);
const FLOW: &str = "flow";

async fn enrolling(place: &TestDatabase) -> Enrolling {
    let database = place.migrated(&MIGRATIONS).await;
    let (clock, payments) = (Arc::new(SystemClock), Arc::new(DemonstrationPayments));
    Enrolling { database, clock, ids: IdGenerator::system(), payments }
}

async fn publish(database: &Database, amount_minor: i64, status: &str) {
    let mut transaction = database.begin().await.unwrap();
    courses::keep_offer(&mut transaction, COURSE, won(amount_minor), status, 1).await.unwrap();
    transaction.commit().await.unwrap();
}

fn won(amount_minor: i64) -> Price {
    Price { amount_minor, currency: Currency::Krw }
}

fn call() -> Call {
    let (roles, scopes) = (BTreeSet::new(), BTreeSet::new());
    let user = SignedInUser { id: USER, session: None, roles, scopes, expires_at: i64::MAX };
    Call::new(Viewer::signed_in(user), FLOW)
}

fn request() -> EnrollRequest {
    let payment_token = Some("tok_ok".to_owned());
    EnrollRequest { course_id: COURSE, expected_price: None, payment_token, idempotency_key: None }
}

async fn told(enrolling: &Enrolling) -> Vec<String> {
    outbox::flow(&enrolling.database, FLOW).await.unwrap().into_iter().map(|event| event.kind).collect()
}

async fn count(database: &Database, sql: &'static str) -> i64 {
    database.query(sql).fetch_one().await.unwrap().get("n").unwrap()
}

on_each_database! {
    /// domain 3.3, P13: what costs nothing is given, and told in the same flow.
    async fn a_free_course_is_entered_without_an_order(place: TestDatabase) {
        let enrolling = enrolling(&place).await;
        publish(&enrolling.database, 0, "PUBLISHED").await;
        let enrollment = enrolling.enroll(&request(), &call()).await.unwrap();
        assert_eq!((enrollment.source, enrollment.order_id), (EnrollmentSource::Free, None));
        assert_eq!(enrollments::by_ids(&enrolling.database, &[enrollment.id]).await.unwrap(), [enrollment]);
        assert_eq!(told(&enrolling).await, ["enrollment.enrollment.created.v1"]);
    }

    /// domain 3.3
    async fn a_member_enters_without_paying(place: TestDatabase) {
        let enrolling = enrolling(&place).await;
        publish(&enrolling.database, 500, "PUBLISHED").await;
        let (plan, membership) = (PlanId::from_bytes([3; 16]), MembershipId::from_bytes([4; 16]));
        let plans = "INSERT INTO plans (id, name, amount_minor, currency, period, active, created_at)
          VALUES (?, 'Monthly', 900, 'KRW', 'MONTH', 1, 0)";
        enrolling.database.query(plans).bind(plan).execute().await.unwrap();
        let memberships = "INSERT INTO memberships (id, user_id, live_user_id, plan_id, status, started_at,
          current_period_end, auto_renew) VALUES (?, ?, ?, ?, 'ACTIVE', 0, ?, 1)";
        let insert = enrolling.database.query(memberships).bind(membership).bind(USER).bind(USER).bind(plan);
        insert.bind(4_000_000_000_000_000_i64).execute().await.unwrap();
        let enrollment = enrolling.enroll(&request(), &call()).await.unwrap();
        assert_eq!((enrollment.source, enrollment.order_id), (EnrollmentSource::Subscription, None));
    }

    /// domain 3.3, P13: the order is paid together with what it buys.
    async fn a_purchase_is_charged_the_price_of_the_course(place: TestDatabase) {
        let enrolling = enrolling(&place).await;
        publish(&enrolling.database, 500, "PUBLISHED").await;
        let request = EnrollRequest { expected_price: Some(won(500)), ..request() };
        let enrollment = enrolling.enroll(&request, &call()).await.unwrap();
        assert_eq!(enrollment.source, EnrollmentSource::Purchase);
        let order = orders::by_ids(&enrolling.database, &[enrollment.order_id.unwrap()]).await.unwrap().remove(0);
        assert_eq!((order.amount, order.status, order.user_id), (won(500), OrderStatus::Paid, USER));
        assert_eq!(told(&enrolling).await, ["enrollment.order.paid.v1", "enrollment.enrollment.created.v1"]);
    }

    /// domain 3.3, 7.1: PAYMENT_DECLINED
    async fn a_declined_charge_enrols_nobody(place: TestDatabase) {
        let enrolling = enrolling(&place).await;
        publish(&enrolling.database, 500, "PUBLISHED").await;
        for payment_token in [Some(DECLINED_TOKEN.to_owned()), None] {
            let refused = enrolling.enroll(&EnrollRequest { payment_token, ..request() }, &call()).await;
            assert!(matches!(refused, Err(EnrollError::PaymentDeclined)));
        }
        assert_eq!(count(&enrolling.database, "SELECT COUNT(*) AS n FROM enrollments").await, 0);
        assert_eq!(count(&enrolling.database, "SELECT COUNT(*) AS n FROM orders WHERE status = 'FAILED'").await, 2);
        assert!(told(&enrolling).await.is_empty());
    }

    /// domain 3.3, 7.1: PRICE_CHANGED
    async fn another_price_than_the_one_shown_is_refused(place: TestDatabase) {
        let enrolling = enrolling(&place).await;
        publish(&enrolling.database, 500, "PUBLISHED").await;
        let request = EnrollRequest { expected_price: Some(won(499)), ..request() };
        assert!(matches!(enrolling.enroll(&request, &call()).await, Err(EnrollError::PriceChanged)));
        assert_eq!(count(&enrolling.database, "SELECT COUNT(*) AS n FROM orders").await, 0);
    }

    /// 7.1: ALREADY_ENROLLED, NOT_FOUND, NOT_PUBLISHED; P8: UNAUTHENTICATED
    async fn only_the_signed_in_enter_open_courses_once(place: TestDatabase) {
        let enrolling = enrolling(&place).await;
        let anonymous = Call::new(Viewer::anonymous(), FLOW);
        assert!(matches!(enrolling.enroll(&request(), &anonymous).await, Err(EnrollError::Refused(_))));
        assert!(matches!(enrolling.enroll(&request(), &call()).await, Err(EnrollError::NotFound)));
        publish(&enrolling.database, 0, "PUBLISHED").await;
        enrolling.enroll(&request(), &call()).await.unwrap();
        assert!(matches!(enrolling.enroll(&request(), &call()).await, Err(EnrollError::AlreadyEnrolled)));
    }

    /// domain 3.3, 7.1: NOT_PUBLISHED
    async fn a_draft_is_not_open(place: TestDatabase) {
        let enrolling = enrolling(&place).await;
        publish(&enrolling.database, 0, "DRAFT").await;
        assert!(matches!(enrolling.enroll(&request(), &call()).await, Err(EnrollError::NotPublished)));
    }

    /// P7
    async fn a_repeated_purchase_answers_the_first_one(place: TestDatabase) {
        let enrolling = enrolling(&place).await;
        publish(&enrolling.database, 500, "PUBLISHED").await;
        let keyed = EnrollRequest { idempotency_key: Some("k1".to_owned()), ..request() };
        let first = enrolling.enroll(&keyed, &call()).await.unwrap();
        assert_eq!(enrolling.enroll(&keyed, &call()).await.unwrap(), first);
        assert_eq!(count(&enrolling.database, "SELECT COUNT(*) AS n FROM orders").await, 1);
        let other = EnrollRequest { expected_price: Some(won(500)), ..keyed };
        assert!(matches!(enrolling.enroll(&other, &call()).await, Err(EnrollError::IdempotencyConflict)));
        let empty = EnrollRequest { idempotency_key: Some(String::new()), ..request() };
        assert!(matches!(enrolling.enroll(&empty, &call()).await, Err(EnrollError::InvalidIdempotencyKey)));
    }

    /// domain 3.3: one enrolment per person and course, and an order is paid exactly when it bought one.
    async fn of_many_purchases_at_once_one_is_kept_and_the_others_paid_back(place: TestDatabase) {
        let enrolling = enrolling(&place).await;
        publish(&enrolling.database, 500, "PUBLISHED").await;
        let attempts: Vec<_> = (0..6)
            .map(|_| {
                let enrolling = enrolling.clone();
                tokio::spawn(async move { enrolling.enroll(&request(), &call()).await })
            })
            .collect();
        let mut enrolled = 0;
        for attempt in attempts {
            match attempt.await.unwrap() {
                Ok(_) => enrolled += 1,
                Err(error) => assert!(matches!(error, EnrollError::AlreadyEnrolled), "{error}"),
            }
        }
        assert_eq!(enrolled, 1);
        assert_eq!(count(&enrolling.database, "SELECT COUNT(*) AS n FROM enrollments").await, 1);
        assert_eq!(count(&enrolling.database, "SELECT COUNT(*) AS n FROM orders WHERE status = 'PAID'").await, 1);
        assert_eq!(count(&enrolling.database, "SELECT COUNT(*) AS n FROM orders WHERE status = 'PENDING'").await, 0);
    }
}
