use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::dead_letters::{self, Replayed};
use kit_events::{Consumer, Event, HandlerError, shard_of};

use crate::stage::{Counting, EAGER, Stage};

/// Two courses in different shards.
const POISON: &str = "crs_1";
const HEALTHY: &str = "crs_2";

/// Panics, or rejects, whatever it hears.
struct Hopeless {
    panics: bool,
}

#[async_trait]
impl Consumer for Hopeless {
    fn name(&self) -> &'static str {
        "hopeless"
    }

    fn wants(&self, _: &str) -> bool {
        true
    }

    async fn handle(&self, _: &Event, _: &mut Transaction) -> Result<(), HandlerError> {
        assert!(!self.panics, "the consumer panics for the test");
        Err(HandlerError::Rejected("not a course".to_owned()))
    }
}

on_each_log! {
    /// EB-14, P13: eight attempts, then a dead letter; an administrator replays it; the effect happens once.
    async fn a_poisonous_event_becomes_a_dead_letter_and_can_be_replayed(stage: Stage) {
        let event = stage.publish(POISON).await;
        let consumer = Arc::new(Counting::default());
        consumer.is_broken.store(true, Ordering::SeqCst);
        let mut runner = stage.runner(consumer.clone());
        for _ in 1..EAGER.attempts_max {
            assert_eq!(runner.deliver_all().await.unwrap(), 0);
            assert_eq!(dead_letters::list(&stage.database).await.unwrap(), []);
        }
        assert_eq!(runner.deliver_all().await.unwrap(), 1);
        assert_eq!(consumer.seen.lock().unwrap().len(), 8);
        assert_eq!(stage.effects().await, []);

        let letters = dead_letters::list(&stage.database).await.unwrap();
        assert_eq!((&letters[0].event, letters[0].attempts, letters.len()), (&event, 8, 1));
        assert!(letters[0].error.contains("broken for the test"), "{:?}", letters[0]);

        let failed = dead_letters::replay(&stage.database, consumer.as_ref(), event.id).await;
        assert!(matches!(failed, Err(HandlerError::Failed(_))), "{failed:?}");
        consumer.is_broken.store(false, Ordering::SeqCst);
        let replay = async || dead_letters::replay(&stage.database, consumer.as_ref(), event.id).await.unwrap();
        assert_eq!((replay().await, replay().await), (Replayed::Done, Replayed::NotFound));
        assert_eq!(stage.effects().await, [(POISON.to_owned(), 1)]);
        assert_eq!(dead_letters::list(&stage.database).await.unwrap(), []);
    }

    /// EB-14, P13
    async fn an_event_that_fails_holds_back_its_own_shard_only(stage: Stage) {
        assert_ne!(shard_of(POISON), shard_of(HEALTHY));
        let consumer = Arc::new(Counting::default());
        *consumer.fails_on.lock().unwrap() = Some(POISON.to_owned());
        for subject in [POISON, HEALTHY, POISON, HEALTHY] {
            stage.publish(subject).await;
        }
        let mut runner = stage.runner(consumer.clone());
        runner.deliver_all().await.unwrap();
        assert_eq!(stage.effects().await, [(HEALTHY.to_owned(), 1), (HEALTHY.to_owned(), 2)]);

        *consumer.fails_on.lock().unwrap() = None;
        runner.deliver_all().await.unwrap();
        assert_eq!(stage.effects().await[2..], [(POISON.to_owned(), 1), (POISON.to_owned(), 2)]);
    }

    /// EB-14: the number of attempts outlives the process: a poisonous event cannot loop for ever by restarts.
    async fn attempts_are_counted_across_restarts(stage: Stage) {
        stage.publish(POISON).await;
        let consumer = Arc::new(Counting::default());
        consumer.is_broken.store(true, Ordering::SeqCst);
        for _ in 0..EAGER.attempts_max {
            stage.runner(consumer.clone()).deliver_all().await.unwrap();
        }
        assert_eq!(dead_letters::list(&stage.database).await.unwrap().len(), 1);
    }

    async fn a_rejected_event_is_put_away_at_once(stage: Stage) {
        stage.publish(POISON).await;
        stage.runner(Arc::new(Hopeless { panics: false })).deliver_all().await.unwrap();
        assert_eq!(dead_letters::list(&stage.database).await.unwrap()[0].attempts, 1);
    }

    async fn a_consumer_that_panics_is_a_failed_attempt(stage: Stage) {
        stage.publish(POISON).await;
        let mut runner = stage.runner(Arc::new(Hopeless { panics: true }));
        for _ in 0..EAGER.attempts_max {
            runner.deliver_all().await.unwrap();
        }
        let letters = dead_letters::list(&stage.database).await.unwrap();
        assert!(letters[0].error.contains("panicked"), "{letters:?}");
    }
}

/// P13
#[test]
fn the_pauses_between_attempts_double_up_to_a_limit() {
    let policy = kit_events::RetryPolicy::default();
    let pauses: Vec<u128> = (1..=9).map(|attempts| policy.pause_after(attempts).as_millis()).collect();
    assert_eq!(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    assert_eq!(policy.attempts_max, 8);
}
