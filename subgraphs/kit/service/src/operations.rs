//! What operators see of a subgraph's events, and do about them (domain.md 4.4, P13, P14).

use std::sync::Arc;

use kit_database::{Database, DatabaseError};
use kit_events::dead_letters::{self, Replayed};
use kit_events::{Consumer, Event, EventId, EventLog, outbox};
use kit_ids::Clock;
use serde::Serialize;

use crate::ServiceContext;

/// The events of one subgraph, for operators. Clones share everything.
#[derive(Clone)]
pub struct EventOperations {
    subgraph: &'static str,
    database: Database,
    log: Arc<dyn EventLog>,
    consumers: Arc<[Arc<dyn Consumer>]>,
    clock: Arc<dyn Clock>,
}

/// What waits on the way out and on the way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outbox {
    /// How many events the subgraph has written and not yet published.
    pub unpublished: i64,
    /// How old the oldest of them is, in seconds.
    pub oldest_age_seconds: Option<i64>,
    /// How far its consumers are behind.
    pub consumers: Vec<Lag>,
    /// How many events its consumers have given up.
    pub dead_letters: i64,
}

/// How far a consumer is behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lag {
    /// Which one.
    pub consumer: &'static str,
    /// How many events of the log it has still to come to; nothing when the log does not answer.
    pub events: Option<u64>,
}

/// The dead letters that are not settled.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetters {
    /// How many there are.
    pub total: i64,
    /// The oldest of them.
    pub letters: Vec<DeadLetterReport>,
}

/// An event that was given up.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterReport {
    /// The event's id, by which it is replayed.
    pub id: String,
    /// Who could not deal with it.
    pub consumer: String,
    /// What the last attempt said.
    pub reason: String,
    /// How many attempts there were.
    pub attempts: u32,
    /// How long ago the last one was, in seconds.
    pub age_seconds: i64,
    /// The event.
    pub event: Event,
}

/// What became of one dead letter that was replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// The event's id.
    pub id: String,
    /// Who was given it.
    pub consumer: String,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: ReplayOutcome,
}

/// What came of a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "snake_case")]
pub enum ReplayOutcome {
    /// The effect has happened now.
    Done,
    /// It had happened before, by an earlier replay or by another delivery: nothing was done.
    Settled,
    /// The consumer failed again; the dead letter stays.
    Failed(String),
    /// The subgraph has no such consumer any more; the dead letter stays.
    NoConsumer,
}

impl EventOperations {
    pub(crate) fn new(context: &ServiceContext, log: &Arc<dyn EventLog>, consumers: &[Arc<dyn Consumer>]) -> Self {
        Self {
            subgraph: context.name,
            database: context.database.clone(),
            log: Arc::clone(log),
            consumers: consumers.into(),
            clock: Arc::clone(&context.clock),
        }
    }

    /// The subgraph's name.
    #[must_use]
    pub fn subgraph(&self) -> &'static str {
        self.subgraph
    }

    /// What waits.
    ///
    /// # Errors
    /// As the engine reports it.
    pub async fn outbox(&self) -> Result<Outbox, DatabaseError> {
        let mut consumers = Vec::with_capacity(self.consumers.len());
        for consumer in self.consumers.iter() {
            let events = self.log.lag(consumer.name()).await.ok();
            consumers.push(Lag { consumer: consumer.name(), events });
        }
        let waiting = outbox::waiting(&self.database).await?;
        Ok(Outbox {
            unpublished: waiting.events,
            oldest_age_seconds: waiting.since.map(|since| self.age_seconds(since)),
            consumers,
            dead_letters: dead_letters::count(&self.database).await?,
        })
    }

    /// The dead letters that are not settled, oldest first, [`dead_letters::LISTED_MAX`] at most.
    ///
    /// # Errors
    /// As the engine reports it.
    pub async fn dead_letters(&self) -> Result<DeadLetters, DatabaseError> {
        let total = dead_letters::count(&self.database).await?;
        let letters = dead_letters::list(&self.database).await?.into_iter().map(|letter| DeadLetterReport {
            id: letter.event.id.to_string(),
            consumer: letter.consumer,
            reason: letter.error,
            attempts: letter.attempts,
            age_seconds: self.age_seconds(letter.failed_at),
            event: letter.event,
        });
        Ok(DeadLetters { total, letters: letters.collect() })
    }

    /// Gives an event once more to each consumer that has given it up. Empty when none has. One that has been replayed
    /// before stays as it is.
    ///
    /// # Errors
    /// As the engine reports it. What a consumer says is no error but its outcome.
    pub async fn replay(&self, event_id: EventId) -> Result<Vec<Replay>, DatabaseError> {
        let mut replays = Vec::new();
        for consumer in dead_letters::consumers_of(&self.database, event_id).await? {
            replays.push(self.replay_to(consumer, event_id).await);
        }
        Ok(replays)
    }

    /// Gives each event that was given up once more to its consumer, oldest first.
    ///
    /// # Errors
    /// As the engine reports it. What a consumer says is no error but its outcome.
    pub async fn replay_all(&self) -> Result<Vec<Replay>, DatabaseError> {
        let mut replays = Vec::new();
        for (consumer, event_id) in dead_letters::unsettled(&self.database).await? {
            replays.push(self.replay_to(consumer, event_id).await);
        }
        Ok(replays)
    }

    /// What the subgraph has published under a correlation id, oldest first.
    ///
    /// # Errors
    /// As the engine reports it.
    pub async fn flow(&self, correlation_id: &str) -> Result<Vec<Event>, DatabaseError> {
        outbox::flow(&self.database, correlation_id).await
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.database.close().await;
    }

    async fn replay_to(&self, name: String, event_id: EventId) -> Replay {
        let outcome = match self.consumers.iter().find(|consumer| consumer.name() == name) {
            None => ReplayOutcome::NoConsumer,
            Some(consumer) => match dead_letters::replay(&self.database, consumer.as_ref(), event_id).await {
                Ok(Replayed::Done) => ReplayOutcome::Done,
                Ok(Replayed::Duplicate | Replayed::NotFound) => ReplayOutcome::Settled,
                Err(error) => ReplayOutcome::Failed(error.to_string()),
            },
        };
        tracing::info!(subgraph = self.subgraph, consumer = name, %event_id, ?outcome, "a dead letter was replayed");
        Replay { id: event_id.to_string(), consumer: name, outcome }
    }

    fn age_seconds(&self, moment_us: i64) -> i64 {
        (self.clock.now() - moment_us).max(0) / 1_000_000
    }
}

impl std::fmt::Debug for EventOperations {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EventOperations").field("subgraph", &self.subgraph).finish_non_exhaustive()
    }
}
