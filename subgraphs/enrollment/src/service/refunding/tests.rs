//! `refundOrder`, as a service.

use kit_ids::OrderId;
use kit_service::Worker;
use kit_testing::{TestDatabase, on_each_database};

use super::{RefundRequest, Refunding};
use crate::domain::{OrderStatus, SubscriptionStatus};
use crate::service::ServiceError;
use crate::service::enrolling::{EnrollRequest, Enrolling};
use crate::service::renewing::Renewing;
use crate::service::stage::{COURSE, DAY, PLAN, Stage, USER, admin, anonymous, call};
use crate::service::subscribing::{SubscribeRequest, Subscribing};
use crate::store::{enrollments, memberships, orders};

fn refund(order_id: OrderId) -> RefundRequest {
    RefundRequest { order_id, reason: Some("by mistake".to_owned()), idempotency_key: None }
}

async fn bought_course(stage: &Stage) -> crate::domain::Enrollment {
    let payment_token = Some("tok_ok".to_owned());
    let request = EnrollRequest { course_id: COURSE, expected_price: None, payment_token, idempotency_key: None };
    Enrolling { till: stage.till.clone() }.enroll(&request, &call()).await.unwrap()
}

async fn bought_membership(stage: &Stage) -> crate::domain::Membership {
    let payment_token = "tok_ok".to_owned();
    let request = SubscribeRequest { plan_id: PLAN, payment_token, auto_renew: true, idempotency_key: None };
    Subscribing { till: stage.till.clone() }.subscribe(&request, &call()).await.unwrap()
}

on_each_database! {
    /// domain 3.3: a place that was paid back opens nothing, and can be bought again; the row is kept.
    async fn a_place_is_taken_back_and_can_be_bought_again(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.publish(500, "PUBLISHED").await;
        let refunding = Refunding { till: stage.till.clone() };
        let bought = bought_course(&stage).await;
        let order = refunding.refund(&refund(bought.order_id.unwrap()), &admin()).await.unwrap();
        assert_eq!(order.status, OrderStatus::Refunded);
        assert_eq!(stage.order(order.id).await, order);
        assert_eq!(enrollments::of_user_in(stage.database(), USER, &[COURSE]).await.unwrap(), []);
        let again = refunding.refund(&refund(order.id), &admin()).await.unwrap();
        assert_eq!(again, order, "a repetition answers the same");
        let told = stage.told().await;
        assert_eq!(told[2..], ["enrollment.order.refunded.v1", "enrollment.enrollment.revoked.v1"]);
        let second = bought_course(&stage).await;
        assert_eq!(second.id, bought.id);
        assert_ne!(second.order_id, bought.order_id);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM enrollments").await, 1);
    }

    /// domain 3.3: the last period that was paid ends with its refund, an earlier one is money only.
    async fn a_membership_ends_with_the_refund_of_its_last_period(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.offer_plans().await;
        let refunding = Refunding { till: stage.till.clone() };
        let membership = bought_membership(&stage).await;
        let first = orders::last_paid(stage.database(), membership.id).await.unwrap().unwrap();
        stage.clock.advance(DAY * 30);
        Renewing { till: stage.till.clone() }.run(stage.till.clock.now()).await.unwrap();
        let second = orders::last_paid(stage.database(), membership.id).await.unwrap().unwrap();
        assert_ne!(first.id, second.id);
        let status = async || memberships::by_ids(stage.database(), &[membership.id]).await.unwrap()[0].status;
        refunding.refund(&refund(first.id), &admin()).await.unwrap();
        assert_eq!(status().await, SubscriptionStatus::Active);
        refunding.refund(&refund(second.id), &admin()).await.unwrap();
        assert_eq!(status().await, SubscriptionStatus::Expired);
    }

    /// P10, 7.1: NOT_FOUND, IDEMPOTENCY_CONFLICT
    async fn only_administrators_pay_back_what_was_paid(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        stage.publish(500, "PUBLISHED").await;
        stage.offer_plans().await;
        let refunding = Refunding { till: stage.till.clone() };
        let order = bought_course(&stage).await.order_id.unwrap();
        for caller in [anonymous(), call()] {
            assert!(matches!(refunding.refund(&refund(order), &caller).await, Err(ServiceError::Refused(_))));
        }
        let unknown = refunding.refund(&refund(OrderId::from_bytes([8; 16])), &admin()).await;
        assert!(matches!(unknown, Err(ServiceError::NotFound { field: "orderId", .. })));
        let long = RefundRequest { reason: Some("x".repeat(501)), ..refund(order) };
        assert!(matches!(refunding.refund(&long, &admin()).await, Err(ServiceError::Invalid(_))));
        assert_eq!(stage.order(order).await.status, OrderStatus::Paid);

        let keyed = RefundRequest { idempotency_key: Some("r1".to_owned()), ..refund(order) };
        refunding.refund(&keyed, &admin()).await.unwrap();
        assert_eq!(refunding.refund(&keyed, &admin()).await.unwrap().id, order);
        let membership = bought_membership(&stage).await;
        let other = orders::last_paid(stage.database(), membership.id).await.unwrap().unwrap().id;
        let conflict = refunding.refund(&RefundRequest { order_id: other, ..keyed }, &admin()).await;
        assert!(matches!(conflict, Err(ServiceError::IdempotencyConflict)));
        assert_eq!(stage.order(other).await.status, OrderStatus::Paid, "nothing was paid back under a key in conflict");
    }
}
