use std::sync::Arc;
use std::time::Duration;

use kit_events::Watermark;
use tokio::sync::watch;

use crate::stage::{ARCHIVED, Counting, Stage, append};

/// Long enough for any machine; only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

on_each_log! {
    /// P13
    async fn an_event_takes_effect_with_all_that_it_carries(stage: Stage) {
        let published = stage.publish("crs_1").await;
        let consumer = Arc::new(Counting::default());
        assert_eq!(stage.runner(consumer.clone()).deliver_all().await.unwrap(), 1);
        assert_eq!(*consumer.seen.lock().unwrap(), [published]);
        assert_eq!(stage.effects().await, [("crs_1".to_owned(), 1)]);
    }

    /// EB-02, P13: at least once in the log, exactly once in effect.
    async fn a_duplicate_has_no_second_effect(stage: Stage) {
        let event = stage.publish("crs_1").await;
        stage.log.publish("counting", &[event.clone(), event], Watermark { remembered: 0, raised: 1 }).await.unwrap();
        let consumer = Arc::new(Counting::default());
        assert_eq!(stage.runner(consumer.clone()).deliver_all().await.unwrap(), 3);
        assert_eq!(stage.effects().await.len(), 1);
        assert_eq!(consumer.seen.lock().unwrap().len(), 1);
    }

    /// EB-03, P13
    async fn the_events_of_an_aggregate_come_in_order(stage: Stage) {
        for round in 0..60 {
            append(&stage.database, &format!("crs_{}", round % 5), crate::stage::PUBLISHED).await.unwrap();
        }
        stage.relay().publish_all().await.unwrap();
        stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
        let effects = stage.effects().await;
        for course in 0..5 {
            let of_course = effects.iter().filter(|(subject, _)| *subject == format!("crs_{course}"));
            assert_eq!(of_course.map(|(_, seq)| *seq).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
        }
    }

    async fn what_a_consumer_does_not_want_is_passed_over(stage: Stage) {
        append(&stage.database, "crs_1", ARCHIVED).await.unwrap();
        stage.relay().publish_all().await.unwrap();
        let consumer = Arc::new(Counting::default());
        assert_eq!(stage.runner(consumer.clone()).deliver_all().await.unwrap(), 1);
        assert!(consumer.seen.lock().unwrap().is_empty());
        assert_eq!(stage.log.lag("counting").await.unwrap(), 0);
    }

    /// P13: replay=true marks what is told again.
    async fn the_replay_mark_reaches_the_consumer_and_what_it_causes(stage: Stage) {
        let mut transaction = stage.database.begin().await.unwrap();
        let event = crate::stage::new_event("crs_1", crate::stage::PUBLISHED);
        kit_events::outbox::append(&mut transaction, &kit_events::Origin::replay("seed"), event).await.unwrap();
        transaction.commit().await.unwrap();
        stage.relay().publish_all().await.unwrap();
        let consumer = Arc::new(Counting::default());
        stage.runner(consumer.clone()).deliver_all().await.unwrap();
        let seen = consumer.seen.lock().unwrap();
        assert!(seen[0].replay && seen[0].consequence().replay);
    }

    /// Both loops run by themselves, hear of new work at once, and end when they are told to.
    async fn relay_and_consumer_run_until_they_are_stopped(stage: Stage) {
        let (stop, stopping) = watch::channel(false);
        // The consumer reads the log as another process would.
        let other_log = stage.open_log().await;
        let consumer = Arc::new(Counting::default());
        let runner =
            kit_events::ConsumerRunner::new(consumer.clone(), stage.database.clone(), Arc::clone(&other_log));
        let relaying = tokio::spawn(stage.relay().run(stopping.clone()));
        let consuming = tokio::spawn(runner.run(stopping));

        let mut revisions = other_log.revisions();
        append(&stage.database, "crs_1", crate::stage::PUBLISHED).await.unwrap();
        tokio::time::timeout(PATIENCE, revisions.wait_for(|revision| *revision > 0)).await.unwrap().unwrap();
        let acknowledged = async {
            while other_log.lag("counting").await.unwrap() > 0 || consumer.seen.lock().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, acknowledged).await.unwrap();
        assert_eq!(stage.effects().await, [("crs_1".to_owned(), 1)]);

        stop.send(true).unwrap();
        tokio::time::timeout(PATIENCE, async { (relaying.await.unwrap(), consuming.await.unwrap()) }).await.unwrap();
    }

    /// EB-08, P13: a relay that has published before begins where the log stands; a log that has fallen behind gets it all again.
    async fn what_the_log_has_lost_is_published_again_before_anything_newer(stage: Stage) {
        for _ in 0..3 {
            stage.publish("crs_1").await;
        }
        let emptied = stage.lose_log().await;
        append(&emptied.database, "crs_1", crate::stage::PUBLISHED).await.unwrap();
        assert_eq!(emptied.relay().publish_all().await.unwrap(), 4);
        assert_eq!(emptied.relay().publish_all().await.unwrap(), 0);
        emptied.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
        assert_eq!(emptied.effects().await, (1..=4).map(|seq| ("crs_1".to_owned(), seq)).collect::<Vec<_>>());
    }

    /// EB-08, P13: the relay that runs notices without new events, too.
    async fn a_relay_with_nothing_new_notices_a_loss(stage: Stage) {
        stage.publish("crs_1").await;
        let emptied = stage.lose_log().await;
        assert_eq!(emptied.relay().publish_all().await.unwrap(), 1);
        assert_eq!(emptied.relay().publish_all().await.unwrap(), 0);
    }
}
