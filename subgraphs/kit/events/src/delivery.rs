//! One event, one consumer: the effect exactly once, or a dead letter.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use kit_database::{Database, DatabaseError, Transaction, Upsert, in_transaction};
use tracing::Instrument;

use crate::time::now_us;
use crate::{Consumer, Event, HandlerError, dead_letters};

/// Longest that a consumer may take for one event. Its transaction holds locks all that time.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(30);

const NOTE: &str = "INSERT INTO inbox (consumer, event_id, processed_at) VALUES (?, ?, ?)";
const NOTE_FAILURE: Upsert =
    Upsert::into("delivery_failures").key(&["consumer", "event_id"]).replace(&["failed_at"]).add(&["attempts"]);
const READ_FAILURES: &str = "SELECT attempts FROM delivery_failures WHERE consumer = ? AND event_id = ?";

/// How often an event is tried, and how long the pauses are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts before an event becomes a dead letter.
    pub attempts_max: u32,
    /// The pause after the first attempt; each next one is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub pause_max: Duration,
}

impl Default for RetryPolicy {
    /// P13: eight attempts, within about half a minute.
    fn default() -> Self {
        Self { attempts_max: 8, first_pause: Duration::from_millis(250), pause_max: Duration::from_secs(30) }
    }
}

impl RetryPolicy {
    /// The pause after so many attempts.
    #[must_use]
    pub fn pause_after(&self, attempts: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        self.first_pause.saturating_mul(doubled).min(self.pause_max)
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The effect has happened now.
    Done,
    /// The effect had happened before.
    Duplicate,
    /// The consumer has nothing to do about it.
    Unwanted,
    /// It was put away.
    DeadLetter,
    /// It is to come again after the pause.
    Again(Duration),
}

impl Outcome {
    /// For metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Duplicate => "duplicate",
            Self::Unwanted => "unwanted",
            Self::DeadLetter => "dead_letter",
            Self::Again(_) => "again",
        }
    }
}

/// Gives the event to the consumer and decides what happens when it fails.
pub(crate) async fn deliver(
    event: &Event,
    consumer: &dyn Consumer,
    database: &Database,
    policy: &RetryPolicy,
) -> Outcome {
    if !consumer.wants(&event.kind) {
        return Outcome::Unwanted;
    }
    let span = tracing::info_span!(
        "consume",
        otel.kind = "consumer",
        messaging.consumer.group.name = consumer.name(),
        cloudevents.event_id = %event.id,
        cloudevents.event_type = event.kind,
        correlation_id = event.correlation_id,
        traceparent = event.traceparent,
    );
    async {
        let failure = match take_effect(event, consumer, database).await {
            Ok(outcome) => return outcome,
            Err(failure) => failure,
        };
        match after_failure(event, consumer, database, policy, &failure).await {
            Ok(outcome) => outcome,
            Err(error) => {
                // The database is away: the attempt does not count, since nothing could have come of it.
                tracing::warn!(%error, "a failed delivery cannot be noted; trying again");
                Outcome::Again(policy.pause_max)
            }
        }
    }
    .instrument(span)
    .await
}

async fn take_effect(event: &Event, consumer: &dyn Consumer, database: &Database) -> Result<Outcome, HandlerError> {
    in_transaction!(database, |transaction| {
        if !note(event, consumer, transaction).await? {
            return Ok(Outcome::Duplicate);
        }
        handle(event, consumer, transaction).await?;
        Ok(Outcome::Done)
    })
}

/// Notes in the inbox that the event is being dealt with; `false` when it had been dealt with before.
pub(crate) async fn note(
    event: &Event,
    consumer: &dyn Consumer,
    transaction: &mut Transaction,
) -> Result<bool, DatabaseError> {
    match transaction.query(NOTE).bind(consumer.name()).bind(event.id).bind(now_us()).execute().await {
        Ok(_) => Ok(true),
        Err(DatabaseError::Unique { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Calls the consumer. A panic and a standstill are failures like others: they must not end the runner.
pub(crate) async fn handle(
    event: &Event,
    consumer: &dyn Consumer,
    transaction: &mut Transaction,
) -> Result<(), HandlerError> {
    let handled = AssertUnwindSafe(consumer.handle(event, transaction)).catch_unwind();
    match tokio::time::timeout(HANDLER_TIMEOUT, handled).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(HandlerError::Failed("the consumer panicked; the log tells where".to_owned())),
        Err(_) => Err(HandlerError::Failed(format!("the consumer took longer than {HANDLER_TIMEOUT:?}"))),
    }
}

async fn after_failure(
    event: &Event,
    consumer: &dyn Consumer,
    database: &Database,
    policy: &RetryPolicy,
    failure: &HandlerError,
) -> Result<Outcome, DatabaseError> {
    in_transaction!(database, |transaction| {
        let note = transaction.upsert(&NOTE_FAILURE).bind(consumer.name()).bind(event.id);
        note.bind(now_us()).bind(1_i64).execute().await?;
        let read = transaction.query(READ_FAILURES).bind(consumer.name()).bind(event.id);
        let attempts: u32 = read.fetch_one().await?.get("attempts")?;
        if attempts < policy.attempts_max && !matches!(failure, HandlerError::Rejected(_)) {
            tracing::warn!(error = %failure, attempts, "an event could not be dealt with; it comes again");
            return Ok(Outcome::Again(policy.pause_after(attempts)));
        }
        tracing::error!(error = %failure, attempts, "an event was given up and put away as a dead letter");
        dead_letters::put(transaction, event, consumer.name(), failure, attempts).await?;
        Ok(Outcome::DeadLetter)
    })
}
