//! `entitlements`, as a service.

use kit_ids::CourseId;
use kit_testing::{TestDatabase, on_each_database};

use super::{COURSES_MAX, Entitlement, entitlements};
use crate::domain::EnrollmentSource;
use crate::service::ServiceError;
use crate::service::enrolling::{Enrolling, GrantRequest};
use crate::service::stage::{COURSE, PLAN, Stage, USER, admin, anonymous, call, service};
use crate::service::subscribing::{SubscribeRequest, Subscribing};

const OTHER: CourseId = CourseId::from_bytes([5; 16]);

on_each_database! {
    /// S0-ENR-2, S0-COMM-2, domain 3.4: a place opens its course for good, a membership every course for a time.
    async fn a_place_opens_its_course_and_a_membership_every_course(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.publish(500, "PUBLISHED").await;
        stage.offer_plans().await;
        let ask = async || entitlements(&stage.till, USER, &[OTHER, COURSE], &service()).await.unwrap();
        let none = |course_id| Entitlement { course_id, source: None, expires_at: None };
        assert_eq!(ask().await, [none(OTHER), none(COURSE)], "in the order of the question");

        let grant = GrantRequest { user_id: USER, course_id: COURSE, idempotency_key: None };
        Enrolling { till: stage.till.clone() }.grant(&grant, &admin()).await.unwrap();
        let own = Entitlement { source: Some(EnrollmentSource::AdminGrant), ..none(COURSE) };
        assert_eq!(ask().await, [none(OTHER), own]);

        let payment_token = "tok_ok".to_owned();
        let request = SubscribeRequest { plan_id: PLAN, payment_token, auto_renew: false, idempotency_key: None };
        let membership = Subscribing { till: stage.till.clone() }.subscribe(&request, &call()).await.unwrap();
        let expires_at = Some(membership.current_period_end);
        let by_membership = Entitlement { source: Some(EnrollmentSource::Subscription), expires_at, ..none(OTHER) };
        assert_eq!(ask().await, [by_membership, own]);
    }

    /// P12, FED: nobody but a sister subgraph asks, and for a bounded number of courses.
    async fn only_services_ask_and_not_for_everything(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        for caller in [anonymous(), call(), admin()] {
            let refused = entitlements(&stage.till, USER, &[COURSE], &caller).await;
            assert!(matches!(refused, Err(ServiceError::Refused(_))));
        }
        let many = vec![COURSE; COURSES_MAX + 1];
        assert!(matches!(entitlements(&stage.till, USER, &many, &service()).await, Err(ServiceError::Invalid(_))));
    }
}
