//! Months of a membership's life, in milliseconds (S0-SUB-2, domain 3.3).

use kit_ids::MembershipId;
use kit_service::Worker;
use kit_testing::{TestDatabase, on_each_database};

use super::Renewing;
use crate::domain::{Membership, SubscriptionStatus};
use crate::service::payment::DECLINED_TOKEN;
use crate::service::stage::{DAY, PLAN, Stage, call};
use crate::service::subscribing::{SubscribeRequest, Subscribing};
use crate::store::memberships;

const MONTH_DAYS: u32 = 30;

struct Life {
    stage: Stage,
    id: MembershipId,
}

impl Life {
    async fn begin(place: &TestDatabase, auto_renew: bool) -> Self {
        let stage = Stage::on(place).await;
        stage.offer_plans().await;
        let (payment_token, idempotency_key) = ("tok_ok".to_owned(), None);
        let request = SubscribeRequest { plan_id: PLAN, payment_token, auto_renew, idempotency_key };
        let id = Subscribing { till: stage.till.clone() }.subscribe(&request, &call()).await.unwrap().id;
        Self { stage, id }
    }

    /// Goes on by so many days, looks after everything, and returns how much was done.
    async fn days(&self, days: u32) -> u64 {
        self.stage.clock.advance(DAY * days);
        self.work().await
    }

    async fn work(&self) -> u64 {
        let now = self.stage.till.clock.now();
        Renewing { till: self.stage.till.clone() }.run(now).await.unwrap()
    }

    async fn membership(&self) -> Membership {
        memberships::by_ids(self.stage.database(), &[self.id]).await.unwrap().remove(0)
    }

    /// What was told after the beginning.
    async fn told(&self) -> Vec<String> {
        let told = self.stage.told_at_all().await;
        told[2..].iter().map(|kind| kind.trim_start_matches("enrollment.").trim_end_matches(".v1").to_owned()).collect()
    }

    async fn decline_from_now_on(&self) {
        let change = "UPDATE memberships SET payment_token = ?";
        self.stage.database().query(change).bind(DECLINED_TOKEN).execute().await.unwrap();
    }
}

on_each_database! {
    async fn a_membership_is_announced_to_end_and_renewed(place: TestDatabase) {
        let life = Life::begin(&place, true).await;
        assert_eq!(life.days(MONTH_DAYS - 4).await, 0);
        assert_eq!(life.days(1).await, 1);
        assert_eq!(life.work().await, 0, "it is announced once");
        let before = life.membership().await;
        assert_eq!(life.days(3).await, 1);
        let after = life.membership().await;
        assert_eq!((after.status, after.renew_attempts), (SubscriptionStatus::Active, 0));
        assert!(after.current_period_end > before.current_period_end);
        assert_eq!(life.told().await, ["membership.expiring_soon", "order.paid", "membership.renewed"]);
        assert_eq!(life.work().await, 0, "it is renewed once");
    }

    async fn what_is_not_to_be_renewed_is_over_at_the_end(place: TestDatabase) {
        let life = Life::begin(&place, false).await;
        assert_eq!(life.days(MONTH_DAYS).await, 1);
        assert_eq!(life.membership().await.status, SubscriptionStatus::Expired);
        assert_eq!(life.told().await, ["membership.expired"]);
    }

    async fn a_declined_renewal_keeps_access_for_three_tries_and_then_it_is_over(place: TestDatabase) {
        let life = Life::begin(&place, true).await;
        life.days(MONTH_DAYS - 1).await;
        life.decline_from_now_on().await;
        for attempt in 1..=3 {
            assert_eq!(life.days(1).await, 1);
            let membership = life.membership().await;
            assert_eq!((membership.status, membership.renew_attempts), (SubscriptionStatus::PastDue, attempt));
            assert!(membership.gives_access_at(life.stage.till.clock.now()));
        }
        assert_eq!(life.days(1).await, 1);
        let over = life.membership().await;
        assert_eq!(over.status, SubscriptionStatus::Expired);
        assert!(!over.gives_access_at(life.stage.till.clock.now()));
        let failed = "membership.payment_failed";
        assert_eq!(life.told().await, ["membership.expiring_soon", failed, failed, failed, "membership.expired"]);
        assert_eq!(life.stage.count("SELECT COUNT(*) AS n FROM orders WHERE status = 'FAILED'").await, 3);
    }

    async fn a_payment_on_the_second_try_renews_without_a_gap(place: TestDatabase) {
        let life = Life::begin(&place, true).await;
        let end = life.membership().await.current_period_end;
        life.days(MONTH_DAYS - 1).await;
        life.decline_from_now_on().await;
        life.days(1).await;
        life.stage.database().query("UPDATE memberships SET payment_token = 'tok_new'").execute().await.unwrap();
        assert_eq!(life.days(1).await, 1);
        let renewed = life.membership().await;
        assert_eq!((renewed.status, renewed.renew_attempts), (SubscriptionStatus::Active, 0));
        assert_eq!(renewed.current_period_end - end, 31 * i64::try_from(DAY.as_micros()).unwrap());
    }

    /// P13: replicas look after the same memberships at once, and each step is taken once.
    async fn replicas_at_once_charge_once(place: TestDatabase) {
        let life = Life::begin(&place, true).await;
        life.stage.clock.advance(DAY * MONTH_DAYS);
        let now = life.stage.till.clock.now();
        let replicas: Vec<_> = (0..4)
            .map(|_| {
                let renewing = Renewing { till: life.stage.till.clone() };
                tokio::spawn(async move { renewing.run(now).await.unwrap() })
            })
            .collect();
        let mut done = 0;
        for replica in replicas {
            done += replica.await.unwrap();
        }
        assert_eq!(done, 1);
        assert_eq!(life.stage.count("SELECT COUNT(*) AS n FROM orders").await, 2, "the first month and the second");
    }
}
