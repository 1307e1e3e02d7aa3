//! Several at once: relays of one outbox, replicas of one consumer, and those that come back from the dead.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, ConsumerRunner, Event, HandlerError, RedisEventLog, Watermark, outbox};
use tokio::sync::{Semaphore, watch};

use crate::each_log::run_redis;
use crate::stage::{Counting, EAGER, PATIENCE, PUBLISHED, Stage, append};

/// Stands still in the middle of its work until it is let go.
struct Sleeper {
    arrived: Semaphore,
    gate: Semaphore,
    within: Counting,
}

#[async_trait]
impl Consumer for Sleeper {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn wants(&self, kind: &str) -> bool {
        self.within.wants(kind)
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        self.within.handle(event, transaction).await?;
        self.arrived.add_permits(1);
        self.gate.acquire().await.expect("the gate is never closed").forget();
        Ok(())
    }
}

on_each_log! {
    /// EB-07: several relays of one outbox at once, as replicas have them, lose nothing and turn no order around.
    async fn relays_that_compete_publish_everything_in_order(stage: Stage) {
        let (stop, stopping) = watch::channel(false);
        let mut relays = Vec::new();
        for _ in 0..3 {
            let relay = kit_events::Relay::new(stage.open_database().await, stage.open_log().await);
            relays.push(tokio::spawn(relay.run(stopping.clone())));
        }
        let consuming = tokio::spawn(stage.runner(Arc::new(Counting::default())).run(stopping));
        for number in 0..150 {
            append(&stage.database, &format!("crs_{}", number % 6), PUBLISHED).await.unwrap();
        }
        stage.wait_for_effects(150).await;
        stop.send(true).unwrap();
        for task in relays.into_iter().chain([consuming]) {
            tokio::time::timeout(PATIENCE, task).await.unwrap().unwrap();
        }
        assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 0);
    }

    /// EB-07: a relay that stood still publishes again what others have published long ago: nobody notices.
    async fn a_relay_that_comes_back_from_the_dead_repeats_without_effect(stage: Stage) {
        let events = [stage.publish("crs_1").await, stage.publish("crs_1").await, stage.publish("crs_1").await];
        let consumer = Arc::new(Counting::default());
        stage.runner(consumer.clone()).deliver_all().await.unwrap();
        // What the sleeper had read before the others went on.
        stage.log.publish("counting", &events[..2], Watermark { remembered: 0, raised: 2 }).await.unwrap();
        assert_eq!(stage.relay().publish_all().await.unwrap(), 0, "the watermark has not fallen");
        stage.runner(consumer).deliver_all().await.unwrap();
        stage.wait_for_effects(3).await;
    }
}

/// EB-07: a replica that stood still so long that another one took its work finishes it when it wakes: one effect.
fn a_zombie_takes_no_second_effect(is_mariadb: bool) {
    let body = async |stage: Stage| {
        stage.publish("crs_1").await;
        let zombie =
            Arc::new(Sleeper { arrived: Semaphore::new(0), gate: Semaphore::new(0), within: Counting::default() });
        let elsewhere = stage.open_database().await;
        let asleep = Arc::new(RedisEventLog::open(stage.server()).unwrap());
        let mut sleeping = ConsumerRunner::new(zombie.clone(), stage.database.clone(), asleep).with_policy(EAGER);
        let sleeping = tokio::spawn(async move { sleeping.deliver_all().await.unwrap() });
        zombie.arrived.acquire().await.unwrap().forget();

        let heir = Arc::new(Counting::default());
        let impatient = RedisEventLog::open(stage.server()).unwrap().with_claim_idle(Duration::ZERO);
        let mut taking = ConsumerRunner::new(heir, elsewhere, Arc::new(impatient)).with_policy(EAGER);
        let taking = tokio::spawn(async move { taking.deliver_all().await.unwrap() });
        // The heir is at the note that the zombie has not committed.
        tokio::time::sleep(Duration::from_millis(100)).await;
        zombie.gate.add_permits(10);
        tokio::time::timeout(PATIENCE, async { (sleeping.await.unwrap(), taking.await.unwrap()) }).await.unwrap();
        stage.wait_for_effects(1).await;
        assert_eq!(stage.log.lag("counting").await.unwrap(), 0);
    };
    run_redis(is_mariadb, body);
}

#[test]
fn a_zombie_takes_no_second_effect_on_sqlite() {
    a_zombie_takes_no_second_effect(false);
}

#[test]
fn a_zombie_takes_no_second_effect_on_mariadb() {
    a_zombie_takes_no_second_effect(true);
}
