//! From the log to a consumer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kit_database::Database;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::delivery::{Outcome, deliver};
use crate::measures::ConsumerMeasures;
use crate::{Consumer, Delivery, EventLog, EventLogError, RetryPolicy, SHARDS};

/// Events read at once from one shard.
const BATCH_MAX: usize = 50;
/// How often the lag is measured when nothing happens.
const MEASURE_INTERVAL: Duration = Duration::from_secs(15);
/// The pause after the log has failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Gives the events of the log to one consumer, one after the other.
///
/// The events of a shard come in order; a shard whose event has failed waits while the others go on.
pub struct ConsumerRunner {
    consumer: Arc<dyn Consumer>,
    database: Database,
    log: Arc<dyn EventLog>,
    policy: RetryPolicy,
    /// The shards that wait, and until when.
    waiting: HashMap<u16, Instant>,
    measures: ConsumerMeasures,
}

impl ConsumerRunner {
    /// A runner with the attempts and pauses of P13.
    #[must_use]
    pub fn new(consumer: Arc<dyn Consumer>, database: Database, log: Arc<dyn EventLog>) -> Self {
        let measures = ConsumerMeasures::new(consumer.name());
        Self { consumer, database, log, policy: RetryPolicy::default(), waiting: HashMap::new(), measures }
    }

    /// With other attempts and pauses.
    #[must_use]
    pub fn with_policy(self, policy: RetryPolicy) -> Self {
        Self { policy, ..self }
    }

    /// Delivers until `stop` becomes true; finishes the event under way, and leaves the rest to other replicas.
    pub async fn run(mut self, stop: watch::Receiver<bool>) {
        self.deliver_until(stop).await;
        if let Err(error) = self.log.leave(self.consumer.name()).await {
            // Others take the rest when they have not heard of this replica for a while.
            tracing::debug!(%error, consumer = self.consumer.name(), "the event log was left without a word");
        }
    }

    async fn deliver_until(&mut self, mut stop: watch::Receiver<bool>) {
        let mut revisions = self.log.revisions();
        let mut has_joined = false;
        while !*stop.borrow_and_update() {
            revisions.borrow_and_update();
            let until = match self.try_round(&mut has_joined, &stop).await {
                Ok(0) => self.next_wait(),
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, consumer = self.consumer.name(), "the event log fails; trying again");
                    Instant::now() + FAILURE_PAUSE
                }
            };
            tokio::select! {
                changed = revisions.changed() => if changed.is_err() { return },
                () = tokio::time::sleep_until(until) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Delivers everything that there is now, waits out no pause, and returns how many events it was done with.
    ///
    /// # Errors
    /// [`EventLogError`] when the log cannot be reached.
    pub async fn deliver_all(&mut self) -> Result<usize, EventLogError> {
        let (_never, stop) = watch::channel(false);
        let (mut has_joined, mut delivered) = (false, 0);
        loop {
            match self.try_round(&mut has_joined, &stop).await? {
                0 => return Ok(delivered),
                events => delivered += events,
            }
        }
    }

    /// One batch of every shard that does not wait. Returns how many events it was done with.
    async fn try_round(&mut self, has_joined: &mut bool, stop: &watch::Receiver<bool>) -> Result<usize, EventLogError> {
        if !*has_joined {
            self.log.join(self.consumer.name()).await?;
            *has_joined = true;
        }
        let now = Instant::now();
        self.waiting.retain(|_, until| *until > now);
        let mut delivered = 0;
        for shard in (0..SHARDS).filter(|shard| !self.waiting.contains_key(shard)).collect::<Vec<_>>() {
            delivered += self.deliver_shard(shard, stop).await?;
        }
        if delivered == 0 {
            self.measure_lag().await?;
        }
        Ok(delivered)
    }

    async fn deliver_shard(&mut self, shard: u16, stop: &watch::Receiver<bool>) -> Result<usize, EventLogError> {
        let deliveries = self.log.read(self.consumer.name(), shard, BATCH_MAX).await?;
        let mut done = 0;
        for Delivery { event, .. } in &deliveries {
            if *stop.borrow() {
                break;
            }
            let outcome = deliver(event, self.consumer.as_ref(), &self.database, &self.policy).await;
            self.measures.delivered(outcome);
            if let Outcome::Again(pause) = outcome {
                self.waiting.insert(shard, Instant::now() + pause);
                break;
            }
            done += 1;
        }
        // Acknowledged after the effects have committed: a death in between delivers again what the inbox then stops.
        self.log.acknowledge(self.consumer.name(), shard, &deliveries[..done]).await?;
        Ok(done)
    }

    async fn measure_lag(&self) -> Result<(), EventLogError> {
        let lag = self.log.lag(self.consumer.name()).await?;
        self.measures.lag(lag);
        Ok(())
    }

    /// When there is something to do although the log has not changed.
    fn next_wait(&self) -> Instant {
        let measure = Instant::now() + MEASURE_INTERVAL;
        self.waiting.values().copied().min().map_or(measure, |until| until.min(measure))
    }
}
