//! What waits: how it grows, drains, is counted, is read again, and is cleaned up.

use std::sync::Arc;
use std::time::Duration;

use kit_events::outbox::Waiting;
use kit_events::{ConsumerRunner, Event, HandlerError, housekeeping, outbox};
use tokio::sync::watch;

use crate::stage::{Counting, EAGER, PATIENCE, PUBLISHED, Stage, append};

/// Another consumer of the same events, which comes later and begins with the oldest.
struct Latecomer;

#[async_trait::async_trait]
impl kit_events::Consumer for Latecomer {
    fn name(&self) -> &'static str {
        "latecomer"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == PUBLISHED
    }

    async fn handle(&self, event: &Event, transaction: &mut kit_database::Transaction) -> Result<(), HandlerError> {
        let write = transaction.query("INSERT INTO effects (subject, seq) VALUES (?, ?)");
        write.bind(&event.subject).bind(event.seq).execute().await?;
        Ok(())
    }
}

on_each_log! {
    /// EB-15: with nobody publishing the outbox grows, with nobody hearing the log does; both say by how much, and drain.
    async fn what_waits_is_counted_and_drains(stage: Stage) {
        let consumer = Arc::new(Counting::default());
        stage.runner(consumer.clone()).deliver_all().await.unwrap();
        for number in 0..300 {
            append(&stage.database, &format!("crs_{}", number % 20), PUBLISHED).await.unwrap();
        }
        assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 300);
        let since = Some(1_780_000_000_000_000);
        assert_eq!(outbox::waiting(&stage.database).await.unwrap(), Waiting { events: 300, since });
        stage.relay().publish_all().await.unwrap();
        assert_eq!((outbox::backlog(&stage.database).await.unwrap(), stage.log.lag("counting").await.unwrap()), (0, 300));
        assert_eq!(outbox::waiting(&stage.database).await.unwrap(), Waiting { events: 0, since: None });
        assert_eq!(stage.runner(consumer).deliver_all().await.unwrap(), 300);
        assert_eq!(stage.log.lag("counting").await.unwrap(), 0);
        stage.wait_for_effects(300).await;
    }

    /// EB-16: a consumer that comes later hears everything from the first event on, and ends where the others are.
    async fn a_new_consumer_comes_to_the_same_state(stage: Stage) {
        for number in 0..60 {
            append(&stage.database, &format!("crs_{}", number % 7), PUBLISHED).await.unwrap();
        }
        stage.relay().publish_all().await.unwrap();
        stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
        let mut first = stage.effects().await;
        stage.database.query("DELETE FROM effects").execute().await.unwrap();
        stage.runner(Arc::new(Latecomer)).deliver_all().await.unwrap();
        let mut second = stage.effects().await;
        crate::stage::assert_in_order(&second);
        first.sort();
        second.sort();
        assert_eq!(first, second);
    }

    /// EB-19: nobody tells the relay of what another process has written, and it is delivered all the same.
    async fn what_nobody_announces_is_found_by_looking(stage: Stage) {
        let (stop, stopping) = watch::channel(false);
        let elsewhere = stage.open_log().await;
        let consumer = Arc::new(Counting::default());
        let runner = ConsumerRunner::new(consumer, stage.database.clone(), elsewhere).with_policy(EAGER);
        let tasks = [tokio::spawn(stage.relay().run(stopping.clone())), tokio::spawn(runner.run(stopping))];
        tokio::time::sleep(Duration::from_millis(50)).await;
        // The signals of another process are not heard in this one.
        let other = stage.open_database().await;
        append(&other, "crs_1", PUBLISHED).await.unwrap();
        stage.wait_for_effects(1).await;
        stop.send(true).unwrap();
        for task in tasks {
            tokio::time::timeout(PATIENCE, task).await.unwrap().unwrap();
        }
    }

    /// EB-20: however old it is, what was not published stays; so does a dead letter that nobody has settled.
    async fn cleaning_up_removes_nothing_that_is_still_needed(stage: Stage) {
        stage.publish("crs_1").await;
        append(&stage.database, "crs_2", PUBLISHED).await.unwrap();
        let consumer = Arc::new(Counting::default());
        consumer.is_broken.store(true, std::sync::atomic::Ordering::SeqCst);
        for _ in 0..EAGER.attempts_max {
            stage.runner(consumer.clone()).deliver_all().await.unwrap();
        }
        let in_a_century = 4_900_000_000_000_000;
        assert_eq!(housekeeping::purge(&stage.database, in_a_century).await.unwrap(), 1, "the published event only");
        assert_eq!(stage.count("SELECT COUNT(*) FROM dead_letters").await, 1);
        assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 1);
        consumer.is_broken.store(false, std::sync::atomic::Ordering::SeqCst);
        stage.relay().publish_all().await.unwrap();
        stage.runner(consumer).deliver_all().await.unwrap();
        assert_eq!(stage.effects().await, [("crs_2".to_owned(), 1)]);
    }
}
