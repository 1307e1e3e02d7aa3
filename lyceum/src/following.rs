//! Reads the event log on and on, for a router that has to know what happens in its subgraphs.
//!
//! Every router reads the log for itself and remembers what it heard, so that no request waits for another server.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use kit_events::{Bookmark, Event, EventLog, EventLogError};
use tokio::task::AbortHandle;

/// How long an event takes at most to reach a router whose log answers, if the announcement of it is lost.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Events read at once.
const BATCH_MAX: usize = 500;
/// How far clocks may be apart.
const CLOCK_MARGIN: Duration = Duration::from_secs(5 * 60);

/// Who is told of events.
#[async_trait]
pub(crate) trait Listener: Send + Sync + 'static {
    /// What it listens for, as the log says it when there is nothing to be heard: `for changes`.
    const PURPOSE: &'static str;

    /// Hears the next events of one source, in their order.
    async fn hear(&mut self, events: &[Event]);

    /// Has heard all there is now.
    fn heard_all(&mut self) {}
}

/// Reads to one listener what some sources have told and tell.
pub(crate) struct Reader<L> {
    sources: Vec<(&'static str, Bookmark)>,
    log: Arc<dyn EventLog>,
    listener: L,
}

impl<L: Listener> Reader<L> {
    /// A reader that begins this long ago, and as much earlier as clocks may be apart.
    pub(crate) fn new(
        log: Arc<dyn EventLog>,
        sources: impl IntoIterator<Item = &'static str>,
        ago: Duration,
        listener: L,
    ) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let since = i64::try_from(now.saturating_sub(ago + CLOCK_MARGIN).as_micros()).unwrap_or(i64::MAX);
        let sources = sources.into_iter().map(|source| (source, Bookmark::since(since))).collect();
        Self { sources, log, listener }
    }

    /// Reads as long as what is given back lives.
    pub(crate) fn start(self) -> Following {
        Following(tokio::spawn(self.read_on()).abort_handle())
    }

    async fn read_on(mut self) {
        let mut revisions = self.log.revisions();
        loop {
            if let Err(error) = self.read_to_end().await {
                // What is missed is read later.
                tracing::warn!(%error, "the event log cannot be read {}; trying again", L::PURPOSE);
                tokio::time::sleep(LOOK_INTERVAL).await;
            }
            tokio::select! {
                changed = revisions.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK_INTERVAL) => {}
            }
        }
    }

    /// Reads all there is now.
    ///
    /// # Errors
    /// When the log cannot be read. What was heard before that is not read again.
    pub(crate) async fn read_to_end(&mut self) -> Result<(), EventLogError> {
        for (source, bookmark) in &mut self.sources {
            loop {
                let events = self.log.read_behind(bookmark, source, BATCH_MAX).await?;
                if events.is_empty() {
                    break;
                }
                self.listener.hear(&events).await;
            }
        }
        self.listener.heard_all();
        Ok(())
    }
}

/// A reader under way, which ends with this.
#[derive(Debug)]
pub(crate) struct Following(AbortHandle);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}
