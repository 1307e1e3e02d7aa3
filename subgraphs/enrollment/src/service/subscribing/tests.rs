//! Memberships, as a service.

use kit_ids::PlanId;
use kit_testing::{TestDatabase, on_each_database};

use super::{SubscribeRequest, Subscribing};
use crate::domain::{OrderStatus, SubscriptionStatus};
use crate::service::ServiceError;
use crate::service::payment::DECLINED_TOKEN;
use crate::service::stage::{DAY, PLAN, RETIRED_PLAN, Stage, anonymous, call, won};
use crate::store::orders;

fn request() -> SubscribeRequest {
    let payment_token = "tok_ok".to_owned();
    SubscribeRequest { plan_id: PLAN, payment_token, auto_renew: true, idempotency_key: None }
}

async fn subscribing(place: &TestDatabase) -> (Stage, Subscribing) {
    let stage = Stage::on(place).await;
    stage.offer_plans().await;
    let subscribing = Subscribing { till: stage.till.clone() };
    (stage, subscribing)
}

on_each_database! {
    /// S0-SUB-1, P13: a month is charged and begun together.
    async fn a_membership_is_paid_and_begins(place: TestDatabase) {
        let (stage, subscribing) = subscribing(&place).await;
        let membership = subscribing.subscribe(&request(), &call()).await.unwrap();
        assert_eq!((membership.status, membership.auto_renew), (SubscriptionStatus::Active, true));
        assert_eq!(membership.current_period_end - membership.started_at, 30 * i64::try_from(DAY.as_micros()).unwrap());
        let order = orders::last_paid(stage.database(), membership.id).await.unwrap().unwrap();
        assert_eq!((order.amount, order.status), (won(900), OrderStatus::Paid));
        assert_eq!(stage.told().await, ["enrollment.order.paid.v1", "enrollment.membership.started.v1"]);
    }

    /// 7.1: MEMBERSHIP_EXISTS, NOT_FOUND, PAYMENT_DECLINED; P8: UNAUTHENTICATED
    async fn what_is_refused_charges_nobody(place: TestDatabase) {
        let (stage, subscribing) = subscribing(&place).await;
        assert!(matches!(subscribing.subscribe(&request(), &anonymous()).await, Err(ServiceError::Refused(_))));
        for plan_id in [RETIRED_PLAN, PlanId::from_bytes([7; 16])] {
            let refused = subscribing.subscribe(&SubscribeRequest { plan_id, ..request() }, &call()).await;
            assert!(matches!(refused, Err(ServiceError::NotFound { field: "planId", .. })));
        }
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders").await, 0);
        for payment_token in [DECLINED_TOKEN.to_owned(), String::new()] {
            let refused = subscribing.subscribe(&SubscribeRequest { payment_token, ..request() }, &call()).await;
            assert!(matches!(refused, Err(ServiceError::PaymentDeclined)));
        }
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders WHERE status = 'FAILED'").await, 2);
        subscribing.subscribe(&request(), &call()).await.unwrap();
        assert!(matches!(subscribing.subscribe(&request(), &call()).await, Err(ServiceError::MembershipExists)));
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders WHERE status = 'PAID'").await, 1);
    }

    /// P7: the same request again answers the first membership and charges once.
    async fn a_repeated_request_answers_the_first_membership(place: TestDatabase) {
        let (stage, subscribing) = subscribing(&place).await;
        let keyed = SubscribeRequest { idempotency_key: Some("s1".to_owned()), ..request() };
        let first = subscribing.subscribe(&keyed, &call()).await.unwrap();
        assert_eq!(subscribing.subscribe(&keyed, &call()).await.unwrap(), first);
        let other = SubscribeRequest { auto_renew: false, ..keyed };
        assert!(matches!(subscribing.subscribe(&other, &call()).await, Err(ServiceError::IdempotencyConflict)));
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders").await, 1);
    }

    /// domain 3.3: of many at once one is kept, and the others are paid back.
    async fn of_many_purchases_at_once_one_is_kept(place: TestDatabase) {
        let (stage, subscribing) = subscribing(&place).await;
        let attempts: Vec<_> = (0..5)
            .map(|_| {
                let subscribing = subscribing.clone();
                tokio::spawn(async move { subscribing.subscribe(&request(), &call()).await.is_ok() })
            })
            .collect();
        let mut kept = 0;
        for attempt in attempts {
            kept += u32::from(attempt.await.unwrap());
        }
        assert_eq!(kept, 1);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM memberships").await, 1);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders WHERE status = 'PAID'").await, 1);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders WHERE status = 'PENDING'").await, 0);
    }

    /// domain 3.3: a cancelled membership lasts to the end of its period, and can be resumed before.
    async fn a_membership_is_cancelled_and_resumed(place: TestDatabase) {
        let (stage, subscribing) = subscribing(&place).await;
        assert!(matches!(subscribing.cancel(&call()).await, Err(ServiceError::NoMembership)));
        let begun = subscribing.subscribe(&request(), &call()).await.unwrap();
        let canceled = subscribing.cancel(&call()).await.unwrap();
        assert_eq!((canceled.status, canceled.auto_renew), (SubscriptionStatus::Canceled, false));
        assert!(canceled.gives_access_at(begun.current_period_end - 1));
        assert_eq!(subscribing.cancel(&call()).await.unwrap(), canceled, "it stays cancelled");
        assert!(matches!(subscribing.subscribe(&request(), &call()).await, Err(ServiceError::MembershipExists)));
        assert_eq!(subscribing.resume(&call()).await.unwrap(), begun);
        assert_eq!(subscribing.resume(&call()).await.unwrap(), begun, "it stays resumed");
        let told = stage.told().await;
        assert_eq!(told[2..], ["enrollment.membership.canceled.v1", "enrollment.membership.resumed.v1"]);
        subscribing.cancel(&call()).await.unwrap();
        stage.clock.advance(DAY * 31);
        assert!(matches!(subscribing.resume(&call()).await, Err(ServiceError::NoMembership)));
        let again = subscribing.subscribe(&request(), &call()).await.unwrap();
        assert_ne!(again.id, begun.id, "what is over can be bought again before the worker has come by");
    }
}
