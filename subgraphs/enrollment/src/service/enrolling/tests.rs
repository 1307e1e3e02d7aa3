//! `enrollInCourse` and `grantEnrollment`, as services.

use kit_ids::{MembershipId, UserId};
use kit_testing::{TestDatabase, on_each_database};

use super::{EnrollRequest, Enrolling, GrantRequest};
use crate::domain::{EnrollmentSource, OrderStatus};
use crate::service::ServiceError;
use crate::service::payment::DECLINED_TOKEN;
use crate::service::stage::{COURSE, PLAN, Stage, USER, admin, anonymous, call, won};
use crate::store::enrollments;

fn request() -> EnrollRequest {
    let payment_token = Some("tok_ok".to_owned());
    EnrollRequest { course_id: COURSE, expected_price: None, payment_token, idempotency_key: None }
}

fn grant(user_id: UserId) -> GrantRequest {
    GrantRequest { user_id, course_id: COURSE, idempotency_key: None }
}

async fn enrolling(place: &TestDatabase) -> (Stage, Enrolling) {
    let stage = Stage::on(place).await;
    let enrolling = Enrolling { till: stage.till.clone() };
    (stage, enrolling)
}

on_each_database! {
    /// domain 3.3, P13: what costs nothing is given, and told in the same flow.
    async fn a_free_course_is_entered_without_an_order(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        stage.publish(0, "PUBLISHED").await;
        let enrollment = enrolling.enroll(&request(), &call()).await.unwrap();
        assert_eq!((enrollment.source, enrollment.order_id), (EnrollmentSource::Free, None));
        assert_eq!(enrollments::by_ids(stage.database(), &[enrollment.id]).await.unwrap(), [enrollment]);
        assert_eq!(stage.told().await, ["enrollment.enrollment.created.v1"]);
    }

    /// domain 3.3
    async fn a_member_enters_without_paying(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        stage.publish(500, "PUBLISHED").await;
        stage.offer_plans().await;
        let memberships = "INSERT INTO memberships (id, user_id, live_user_id, plan_id, status, started_at,
          current_period_end, auto_renew) VALUES (?, ?, ?, ?, 'ACTIVE', 0, ?, 1)";
        let insert = stage.database().query(memberships).bind(MembershipId::from_bytes([4; 16])).bind(USER).bind(USER);
        insert.bind(PLAN).bind(4_000_000_000_000_000_i64).execute().await.unwrap();
        let enrollment = enrolling.enroll(&request(), &call()).await.unwrap();
        assert_eq!((enrollment.source, enrollment.order_id), (EnrollmentSource::Subscription, None));
    }

    /// domain 3.3, P13: the order is paid together with what it buys.
    async fn a_purchase_is_charged_the_price_of_the_course(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        stage.publish(500, "PUBLISHED").await;
        let request = EnrollRequest { expected_price: Some(won(500)), ..request() };
        let enrollment = enrolling.enroll(&request, &call()).await.unwrap();
        assert_eq!(enrollment.source, EnrollmentSource::Purchase);
        let order = stage.order(enrollment.order_id.unwrap()).await;
        assert_eq!((order.amount, order.status, order.user_id), (won(500), OrderStatus::Paid, USER));
        assert_eq!(stage.told().await, ["enrollment.order.paid.v1", "enrollment.enrollment.created.v1"]);
    }

    /// domain 3.3, 7.1: PAYMENT_DECLINED
    async fn a_declined_charge_enrols_nobody(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        stage.publish(500, "PUBLISHED").await;
        for payment_token in [Some(DECLINED_TOKEN.to_owned()), None] {
            let refused = enrolling.enroll(&EnrollRequest { payment_token, ..request() }, &call()).await;
            assert!(matches!(refused, Err(ServiceError::PaymentDeclined)));
        }
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM enrollments").await, 0);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders WHERE status = 'FAILED'").await, 2);
        assert!(stage.told().await.is_empty());
    }

    /// domain 3.3, 7.1: PRICE_CHANGED
    async fn another_price_than_the_one_shown_is_refused(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        stage.publish(500, "PUBLISHED").await;
        let request = EnrollRequest { expected_price: Some(won(499)), ..request() };
        assert!(matches!(enrolling.enroll(&request, &call()).await, Err(ServiceError::PriceChanged)));
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders").await, 0);
    }

    /// 7.1: ALREADY_ENROLLED, NOT_FOUND, NOT_PUBLISHED; P8: UNAUTHENTICATED
    async fn only_the_signed_in_enter_open_courses_once(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        assert!(matches!(enrolling.enroll(&request(), &anonymous()).await, Err(ServiceError::Refused(_))));
        assert!(matches!(enrolling.enroll(&request(), &call()).await, Err(ServiceError::NotFound { .. })));
        stage.publish(0, "PUBLISHED").await;
        enrolling.enroll(&request(), &call()).await.unwrap();
        assert!(matches!(enrolling.enroll(&request(), &call()).await, Err(ServiceError::AlreadyEnrolled)));
    }

    /// domain 3.3, 7.1: NOT_PUBLISHED
    async fn a_draft_is_not_open(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        stage.publish(0, "DRAFT").await;
        assert!(matches!(enrolling.enroll(&request(), &call()).await, Err(ServiceError::NotPublished)));
    }

    /// P7
    async fn a_repeated_purchase_answers_the_first_one(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        stage.publish(500, "PUBLISHED").await;
        let keyed = EnrollRequest { idempotency_key: Some("k1".to_owned()), ..request() };
        let first = enrolling.enroll(&keyed, &call()).await.unwrap();
        assert_eq!(enrolling.enroll(&keyed, &call()).await.unwrap(), first);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders").await, 1);
        let other = EnrollRequest { expected_price: Some(won(500)), ..keyed };
        assert!(matches!(enrolling.enroll(&other, &call()).await, Err(ServiceError::IdempotencyConflict)));
        let empty = EnrollRequest { idempotency_key: Some(String::new()), ..request() };
        assert!(matches!(enrolling.enroll(&empty, &call()).await, Err(ServiceError::Invalid(_))));
    }

    /// domain 3.3: one enrolment per person and course, and an order is paid exactly when it bought one.
    async fn of_many_purchases_at_once_one_is_kept_and_the_others_paid_back(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        stage.publish(500, "PUBLISHED").await;
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
                Err(error) => assert!(matches!(error, ServiceError::AlreadyEnrolled), "{error}"),
            }
        }
        assert_eq!(enrolled, 1);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM enrollments").await, 1);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders WHERE status = 'PAID'").await, 1);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders WHERE status = 'PENDING'").await, 0);
    }

    /// domain 3.3: an administrator gives a place, also when it would cost something; the same request again answers it.
    async fn an_administrator_gives_a_place_once(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        stage.publish(500, "PUBLISHED").await;
        let keyed = GrantRequest { idempotency_key: Some("g1".to_owned()), ..grant(USER) };
        let given = enrolling.grant(&keyed, &admin()).await.unwrap();
        assert_eq!((given.user_id, given.source, given.order_id), (USER, EnrollmentSource::AdminGrant, None));
        assert_eq!(enrolling.grant(&keyed, &admin()).await.unwrap(), given);
        assert!(matches!(enrolling.grant(&grant(USER), &admin()).await, Err(ServiceError::AlreadyEnrolled)));
        let other = GrantRequest { user_id: UserId::from_bytes([7; 16]), ..keyed };
        assert!(matches!(enrolling.grant(&other, &admin()).await, Err(ServiceError::IdempotencyConflict)));
        assert_eq!(stage.told().await, ["enrollment.enrollment.created.v1"]);
    }

    /// P10, domain 3.3: nobody else gives places, and nobody gets one in a course that is not open.
    async fn only_administrators_give_places_in_open_courses(place: TestDatabase) {
        let (stage, enrolling) = enrolling(&place).await;
        for caller in [anonymous(), call()] {
            assert!(matches!(enrolling.grant(&grant(USER), &caller).await, Err(ServiceError::Refused(_))));
        }
        assert!(matches!(enrolling.grant(&grant(USER), &admin()).await, Err(ServiceError::NotFound { .. })));
        stage.publish(0, "ARCHIVED").await;
        assert!(matches!(enrolling.grant(&grant(USER), &admin()).await, Err(ServiceError::NotPublished)));
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM enrollments").await, 0);
    }
}
