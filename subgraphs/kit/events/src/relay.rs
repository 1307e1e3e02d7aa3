//! From the outbox to the log.

use std::sync::Arc;
use std::time::Duration;

use kit_database::{Database, DatabaseError};
use metrics::{Counter, counter};
use thiserror::Error;
use tokio::sync::watch;

use crate::time::now_us;
use crate::{EventLog, EventLogError, Watermark, measures, outbox};

/// Events published at once: enough to drain 100,000 in seconds, few enough to answer a stop promptly.
const BATCH_MAX: i64 = 200;
/// How often it looks without being woken: for what another process wrote, `lyceum seed` for instance.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// The pause after a failure.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// What the log has lost is published again from so long before, in microseconds, and from so many events before, since
/// the time of day may have been set forward: a little too much rather than too little. Consumers know what they have
/// heard.
const LOSS_MARGIN_US: i64 = 10 * 60 * 1_000_000;
const LOSS_MARGIN_EVENTS: i64 = 10_000;

/// Publishes what a subgraph has written to its outbox, in the order in which it was written.
///
/// An event is published before it is marked, so that a death in between publishes it twice and never loses it. With
/// each batch the log keeps a watermark; a log whose watermark has fallen has lost events, and gets them again.
pub struct Relay {
    database: Database,
    log: Arc<dyn EventLog>,
    /// Up to where this relay has published; unknown until it has looked.
    published_to: Option<i64>,
    published: Counter,
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
        let published = counter!(measures::PUBLISHED, "subgraph" => database.subgraph().to_owned());
        Self { database, log, published_to: None, published }
    }

    /// Publishes until `stop` becomes true.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
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
    pub async fn publish_all(&mut self) -> Result<usize, RelayError> {
        let mut published = 0;
        loop {
            match self.publish_batch().await? {
                0 => return Ok(published),
                events => published += events,
            }
        }
    }

    async fn publish_batch(&mut self) -> Result<usize, RelayError> {
        let remembered = self.published_to().await?;
        let entries = outbox::unpublished(&self.database, BATCH_MAX).await?;
        let Some(last) = entries.iter().map(|entry| entry.position).max() else {
            return self.publish_what_was_lost(remembered).await;
        };
        let watermark = Watermark { remembered, raised: remembered.max(last) };
        let events: Vec<_> = entries.iter().map(|entry| entry.event.clone()).collect();
        match self.log.publish(self.database.subgraph(), &events, watermark).await {
            Err(EventLogError::Lost { kept, .. }) => return self.publish_again_behind(kept).await,
            published => published?,
        }
        outbox::mark_published(&self.database, &entries, now_us()).await?;
        self.published_to = Some(watermark.raised);
        self.published.increment(events.len() as u64);
        Ok(events.len())
    }

    /// With nothing new to publish: looks whether the log still has what it was given.
    async fn publish_what_was_lost(&mut self, remembered: i64) -> Result<usize, RelayError> {
        let kept = self.log.watermark(self.database.subgraph()).await?.unwrap_or(0);
        if kept >= remembered { Ok(0) } else { self.publish_again_behind(kept).await }
    }

    /// Has everything behind the log's watermark published again, in order, and begins with it.
    async fn publish_again_behind(&mut self, kept: i64) -> Result<usize, RelayError> {
        let events = outbox::unmark(&self.database, kept - LOSS_MARGIN_EVENTS, now_us() - LOSS_MARGIN_US).await?;
        tracing::warn!(
            subgraph = self.database.subgraph(),
            events,
            "the event log has lost events; publishing them again"
        );
        self.published_to = Some(kept);
        Box::pin(self.publish_batch()).await
    }

    async fn published_to(&mut self) -> Result<i64, RelayError> {
        match self.published_to {
            Some(position) => Ok(position),
            None => {
                let position = outbox::last_published(&self.database).await?;
                self.published_to = Some(position);
                Ok(position)
            }
        }
    }
}
