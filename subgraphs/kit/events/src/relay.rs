//! From the outbox to the log.

use std::sync::Arc;
use std::time::Duration;

use kit_database::{Database, DatabaseError};
use thiserror::Error;
use tokio::sync::watch;

use crate::time::now_us;
use crate::{EventLog, EventLogError, outbox};

/// Events published at once: enough to drain 100,000 in seconds, few enough to answer a stop promptly.
const BATCH_MAX: i64 = 200;
/// How often it looks without being woken: for what another process wrote, `lyceum seed` for instance.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// The pause after a failure.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Publishes what a subgraph has written to its outbox, in the order in which it was written.
///
/// An event is published before it is marked, so that a death in between publishes it twice and never loses it.
pub struct Relay {
    database: Database,
    log: Arc<dyn EventLog>,
}

/// Publishing failed; nothing is lost.
#[derive(Debug, Error)]
pub enum RelayError {
    /// The subgraph's database failed.
    #[error("the outbox fails: {0}")]
    Outbox(#[from] DatabaseError),
    /// The log failed.
    #[error(transparent)]
    Log(#[from] EventLogError),
}

impl Relay {
    /// The relay of one subgraph.
    #[must_use]
    pub fn new(database: Database, log: Arc<dyn EventLog>) -> Self {
        Self { database, log }
    }

    /// Publishes until `stop` becomes true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let written = self.database.signal(outbox::SIGNAL);
        while !*stop.borrow_and_update() {
            let pause = match self.publish_batch().await {
                Ok(0) => LOOK_INTERVAL,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, subgraph = self.database.subgraph(), "events cannot be published; trying again");
                    FAILURE_PAUSE
                }
            };
            tokio::select! {
                () = written.notified() => {}
                () = tokio::time::sleep(pause) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Publishes everything that is unpublished now, and returns how many events it was.
    ///
    /// # Errors
    /// [`RelayError`]; some events may have been published then, and may be published again.
    pub async fn publish_all(&self) -> Result<usize, RelayError> {
        let mut published = 0;
        loop {
            match self.publish_batch().await? {
                0 => return Ok(published),
                events => published += events,
            }
        }
    }

    async fn publish_batch(&self) -> Result<usize, RelayError> {
        let entries = outbox::unpublished(&self.database, BATCH_MAX).await?;
        if entries.is_empty() {
            return Ok(0);
        }
        let events: Vec<_> = entries.iter().map(|entry| entry.event.clone()).collect();
        self.log.publish(&events).await?;
        outbox::mark_published(&self.database, &entries, now_us()).await?;
        let subgraph = self.database.subgraph().to_owned();
        metrics::counter!("events_published_total", "subgraph" => subgraph).increment(events.len() as u64);
        Ok(events.len())
    }
}
