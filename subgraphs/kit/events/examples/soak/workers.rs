//! Who writes, and who counts.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use kit_database::{Database, DatabaseError, Transaction, in_transaction};
use kit_events::{Consumer, Event, HandlerError, NewEvent, Origin, outbox};
use serde_json::json;

use super::WRITERS;
use super::chance::Chance;
use super::stage::{SUBJECTS, Stage, subject};

const WRITTEN: &str = "writing.course.changed.v1";
/// Most events of one transaction.
const EVENTS_PER_TRANSACTION_MAX: u64 = 8;
/// After so many steps at most a writer dies that is to die: more than a transaction takes.
const STEPS_TO_DEATH_MAX: u64 = 40;
/// A pause of whoever has to wait.
const PAUSE: Duration = Duration::from_millis(5);

/// Inversions first: on MySQL each assignment sees those before it.
const COUNT: &str = "UPDATE projections SET
  inversions = inversions + (CASE WHEN last_seq + 1 = ? THEN 0 ELSE 1 END),
  events = events + 1, total = total + ?, last_seq = ? WHERE subject = ?";

/// What all parts of a run share.
#[derive(Debug, Default)]
pub(crate) struct Running {
    /// Events whose writers know that they are written.
    pub(crate) acknowledged: AtomicU64,
    /// How often a consumer was given an event.
    pub(crate) handled: AtomicU64,
    /// Writers that are to die in the middle of their next transaction.
    pub(crate) deaths_of_writers: AtomicU64,
    pub(crate) consumer_fails: AtomicBool,
    pub(crate) must_wait: AtomicBool,
    pub(crate) is_over: AtomicBool,
}

/// What a writer knows of an aggregate.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) subject: String,
    /// Events that it knows to be there.
    pub(crate) acknowledged: u64,
    /// Events that may be there or not.
    pub(crate) unknown: u64,
}

/// Writes until the run is over.
pub(crate) async fn write(stage: Arc<Stage>, running: Arc<Running>, writer: u64, seed: u64) -> Vec<Written> {
    let mut chance = Chance(seed.wrapping_mul(WRITERS).wrapping_add(writer));
    let new = |number| Written { subject: subject(number), acknowledged: 0, unknown: 0 };
    let mut written: Vec<Written> = (writer..SUBJECTS).step_by(WRITERS as usize).map(new).collect();
    while !running.is_over.load(Ordering::SeqCst) {
        if running.must_wait.load(Ordering::SeqCst) {
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        let own = chance.below(written.len() as u64) as usize;
        let events = 1 + chance.below(EVENTS_PER_TRANSACTION_MAX);
        let work = append(&stage.writing, &written[own].subject, events);
        let done = match takes_one(&running.deaths_of_writers) {
            true => dies_after(chance.below(STEPS_TO_DEATH_MAX), work).await,
            false => work.await.is_ok(),
        };
        if done {
            written[own].acknowledged += events;
            running.acknowledged.fetch_add(events, Ordering::SeqCst);
        } else {
            written[own].unknown += events;
            tokio::time::sleep(PAUSE).await;
        }
    }
    written
}

async fn append(database: &Database, subject: &str, events: u64) -> Result<(), DatabaseError> {
    in_transaction!(database, |transaction| {
        for number in 0..events {
            let data = json!({ "title": "Rust", "number": number });
            let event = NewEvent { kind: WRITTEN, subject: subject.to_owned(), time: 1_780_000_000_000_000, data };
            outbox::append(transaction, &Origin::new("soak", None), event).await?;
        }
        Ok(())
    })
}

/// Takes one off, unless there is none.
fn takes_one(number: &AtomicU64) -> bool {
    number.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |number| number.checked_sub(1)).is_ok()
}

/// Polls the work so many times and drops it, as a killed process leaves it. Whether it was done by then.
async fn dies_after(polls: u64, work: impl Future<Output = Result<(), DatabaseError>>) -> bool {
    let mut work = pin!(work);
    let mut polls_left = polls;
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(done.is_ok()),
        Poll::Pending if polls_left == 0 => Poll::Ready(false),
        Poll::Pending => {
            polls_left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Counts events, and those that do not follow on the one before.
pub(crate) struct Counting(pub(crate) Arc<Running>);

#[async_trait]
impl Consumer for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == WRITTEN
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        self.0.handled.fetch_add(1, Ordering::SeqCst);
        let count = transaction.query(COUNT).bind(event.seq).bind(event.seq).bind(event.seq);
        count.bind(&event.subject).execute().await?;
        // After the write, so that a failure has something to undo.
        match self.0.consumer_fails.load(Ordering::SeqCst) {
            true => Err(HandlerError::Failed("a fault of the run".to_owned())),
            false => Ok(()),
        }
    }
}
