//! One event, one consumer: the effect exactly once, or a dead letter.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use kit_database::{Database, DatabaseError, Transaction, Upsert, in_transaction};
use telemetry::flow::Flow;
use telemetry::subscriber::{Beginning, ROOT};
use tracing::field::Empty;
use tracing::{Instrument, Span};

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
    let subgraph = database.subgraph().to_owned();
    // What is told again, as when a database is filled, is nobody's request: thousands of traces would hide those that are.
    let span = match (event.replay, event.traceparent.as_deref()) {
        (true, None) => Span::none(),
        (_, traceparent) => Beginning::of(subgraph, traceparent).open(|| span(event, consumer)),
    };
    let active = span.in_scope(telemetry::active).filter(|_| !span.is_disabled());
    let lines = telemetry::log_scope!(
        "consume",
        service = database.subgraph(),
        trace_id = active.map(|active| tracing::field::display(active.trace_id)),
        correlation_id = event.correlation_id,
        consumer = consumer.name(),
        event.id = %event.id,
        event.type = event.kind,
    );
    let flow = Flow {
        correlation_id: event.correlation_id.as_str().into(),
        traceparent: event.traceparent.as_deref().map(Into::into),
    };
    // On the heap: it is deep, and stands within all that delivers.
    let outcome = Box::pin(attempt(event, consumer, database, policy));
    let outcome = flow.carry(outcome).instrument(span.clone()).instrument(lines).await;
    span.record("event.outcome", outcome.name());
    if matches!(outcome, Outcome::DeadLetter | Outcome::Again(_)) {
        span.record("otel.status_code", "ERROR");
    }
    outcome
}

/// The attributes are OpenTelemetry's semantic conventions for messaging. A retry is a span of its own, beside the first.
fn span(event: &Event, consumer: &dyn Consumer) -> Span {
    tracing::info_span!(
        target: ROOT,
        parent: None,
        "process",
        otel.kind = "consumer",
        otel.name = format!("process {}", event.kind),
        otel.status_code = Empty,
        messaging.system = "outbox",
        messaging.operation.type = "process",
        messaging.operation.name = "handle",
        messaging.destination.name = event.kind,
        messaging.consumer.group.name = consumer.name(),
        messaging.message.id = %event.id,
        messaging.message.conversation_id = event.correlation_id,
        // How long it was on its way, by the clock of the service that it happened in.
        event.age_ms = (now_us() - event.time).max(0) / 1_000,
        event.attempts = Empty,
        event.outcome = Empty,
    )
}

async fn attempt(event: &Event, consumer: &dyn Consumer, database: &Database, policy: &RetryPolicy) -> Outcome {
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
        Span::current().record("event.attempts", i64::from(attempts));
        if attempts < policy.attempts_max && !matches!(failure, HandlerError::Rejected(_)) {
            tracing::warn!(error = %failure, attempts, "an event could not be dealt with; it comes again");
            return Ok(Outcome::Again(policy.pause_after(attempts)));
        }
        tracing::error!(error = %failure, attempts, "an event was given up and put away as a dead letter");
        dead_letters::put(transaction, event, consumer.name(), failure, attempts).await?;
        Ok(Outcome::DeadLetter)
    })
}
