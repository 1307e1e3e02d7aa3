//! Death at every step: a future that is dropped at a point where it waits is what a killed process leaves behind.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use kit_events::outbox;

use crate::stage::{Counting, PUBLISHED, Stage, append};

/// Deaths per test: more than the number of times that the work waits, so that every step has its turn.
const DEATHS_MAX: usize = 60;

/// Polls the work so many times and then drops it. `true` when it was done by then.
struct Mortal<F> {
    work: Option<Pin<Box<F>>>,
    polls_left: usize,
}

impl<F: Future> Future for Mortal<F> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        let work = self.work.as_mut().expect("it is not polled after its death");
        if work.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        if self.polls_left == 0 {
            self.work = None;
            return Poll::Ready(false);
        }
        self.polls_left -= 1;
        Poll::Pending
    }
}

fn dies_after<F: Future>(polls: usize, work: F) -> Mortal<F> {
    Mortal { work: Some(Box::pin(work)), polls_left: polls }
}

on_each_log! {
    /// EB-05, P13
    async fn a_relay_that_dies_at_any_step_loses_no_event(stage: Stage) {
        for course in 0..5 {
            append(&stage.database, &format!("crs_{course}"), PUBLISHED).await.unwrap();
        }
        for polls in 0..DEATHS_MAX {
            if dies_after(polls, stage.relay().publish_all()).await {
                break;
            }
        }
        stage.relay().publish_all().await.unwrap();
        assert_eq!(outbox::backlog(&stage.database).await.unwrap(), 0);
        stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
        assert_eq!(stage.effects().await.len(), 5);
    }

    /// EB-06, P13
    async fn a_consumer_that_dies_at_any_step_takes_effect_exactly_once(stage: Stage) {
        for course in 0..5 {
            stage.publish(&format!("crs_{course}")).await;
        }
        let consumer = Arc::new(Counting::default());
        let mut deaths = 0;
        for polls in 0..DEATHS_MAX {
            if dies_after(polls, stage.runner(consumer.clone()).deliver_all()).await {
                break;
            }
            deaths += 1;
        }
        assert!(deaths > 5, "it died {deaths} times only; the test proves nothing");
        stage.runner(consumer.clone()).deliver_all().await.unwrap();
        let mut effects = stage.effects().await;
        effects.sort();
        assert_eq!(effects, (0..5).map(|course| (format!("crs_{course}"), 1)).collect::<Vec<_>>());
        assert_eq!(stage.count("SELECT COUNT(*) FROM inbox").await, 5);
    }

    /// EB-04, P13
    async fn a_service_that_dies_in_its_transaction_has_neither_changed_nor_published(stage: Stage) {
        let mut written = 0;
        for polls in 0..DEATHS_MAX {
            if dies_after(polls, append(&stage.database, "crs_1", PUBLISHED)).await {
                written += 1;
                break;
            }
        }
        assert_eq!(written, 1);
        // Those that died at the very commit may have been written all the same: there is no gap either way.
        stage.relay().publish_all().await.unwrap();
        stage.runner(Arc::new(Counting::default())).deliver_all().await.unwrap();
        let numbers: Vec<i64> = stage.effects().await.into_iter().map(|(_, seq)| seq).collect();
        assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
        assert_eq!(stage.count("SELECT last_seq FROM event_sequences").await, numbers.len() as i64);
    }
}
