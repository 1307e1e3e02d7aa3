use kit_events::Origin;
use kit_service::Worker;
use kit_testing::{TestDatabase, on_each_database};

use super::depart;
use crate::domain::{Membership, SubscriptionStatus};
use crate::service::abandoned::Abandoned;
use crate::service::renewing::Renewing;
use crate::service::stage::{DAY, PLAN, Stage, USER, call, won};
use crate::service::subscribing::{SubscribeRequest, Subscribing};
use crate::store::memberships;

async fn member(place: &TestDatabase) -> (Stage, Membership) {
    let stage = Stage::on(place).await;
    stage.offer_plans().await;
    let (payment_token, idempotency_key) = ("tok_ok".to_owned(), None);
    let request = SubscribeRequest { plan_id: PLAN, payment_token, auto_renew: true, idempotency_key };
    let membership = Subscribing { till: stage.till.clone() }.subscribe(&request, &call()).await.unwrap();
    (stage, membership)
}

on_each_database! {
    /// domain 3.3, S3-ROLE-4: who has left is charged no more, once told; what is paid lasts to its end.
    async fn who_has_left_is_charged_no_more(place: TestDatabase) {
        let (stage, membership) = member(&place).await;
        for _ in 0..2 {
            let mut transaction = stage.database().begin().await.unwrap();
            let now = stage.till.clock.now();
            depart(&mut transaction, USER, (now, &Origin::new("left", None))).await.unwrap();
            transaction.commit().await.unwrap();
        }
        let left = memberships::by_ids(stage.database(), &[membership.id]).await.unwrap().remove(0);
        assert_eq!((left.status, left.auto_renew), (SubscriptionStatus::Canceled, false));
        assert!(left.gives_access_at(membership.current_period_end - 1));
        assert_eq!(memberships::payment_token(stage.database(), membership.id).await.unwrap(), None);
        let told = stage.told_at_all().await;
        assert_eq!(told[2..], ["enrollment.membership.canceled.v1"]);
        stage.clock.advance(DAY * 31);
        Renewing { till: stage.till.clone() }.run(stage.till.clock.now()).await.unwrap();
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM orders").await, 1);
    }

    /// domain 3.3: what a process that died has left open is paid back an hour later, and can be paid no more.
    async fn an_abandoned_order_is_closed(place: TestDatabase) {
        let (stage, membership) = member(&place).await;
        let abandoned = Abandoned { till: stage.till.clone() };
        let mut transaction = stage.database().begin().await.unwrap();
        let subject = crate::domain::OrderSubject::Membership(membership.id);
        let order = stage.till.open(&mut transaction, USER, won(900), subject).await.unwrap();
        transaction.commit().await.unwrap();
        stage.clock.advance(std::time::Duration::from_secs(3_599));
        assert_eq!(abandoned.run(stage.till.clock.now()).await.unwrap(), 0);
        stage.clock.advance(std::time::Duration::from_secs(1));
        assert_eq!(abandoned.run(stage.till.clock.now()).await.unwrap(), 1);
        assert_eq!(abandoned.run(stage.till.clock.now()).await.unwrap(), 0);
        assert_eq!(stage.order(order.id).await.status, crate::domain::OrderStatus::Failed);
        let mut transaction = stage.database().begin().await.unwrap();
        assert!(stage.till.paid(&mut transaction, &order, "late", &Origin::new("late", None)).await.is_err());
    }
}
