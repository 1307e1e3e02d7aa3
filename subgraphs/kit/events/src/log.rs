//! The log between publishers and consumers, and what every implementation of it promises.

mod bookmark;
mod embedded;
mod redis;

use async_trait::async_trait;
use kit_database::DatabaseError;
use thiserror::Error;
use tokio::sync::watch;

use crate::Event;

pub use self::redis::RedisEventLog;
pub use bookmark::Bookmark;
pub use embedded::EmbeddedEventLog;

/// Into how many shards the log divides aggregates (P13). A delivery that fails holds back its own shard only.
pub const SHARDS: u16 = 16;

/// The shard of an aggregate: the same in every process and version.
#[must_use]
pub fn shard_of(subject: &str) -> u16 {
    // FNV-1a, because the hash of the standard library may change with its version.
    let hash = subject
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash % u64::from(SHARDS)) as u16
}

/// A durable log of events with named groups of consumers.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// Appends events of a subgraph, in order, and raises its watermark in the same step. When it answers, they outlive
    /// the process.
    ///
    /// # Errors
    /// [`EventLogError::Lost`] when the log's watermark is behind that which the publisher remembers: nothing is appended
    /// then, since what was lost has to come first. After other errors the events may have been appended all the same.
    async fn publish(&self, source: &str, events: &[Event], watermark: Watermark) -> Result<(), EventLogError>;

    /// The highest watermark that the subgraph has given, unless the log has lost it: then it has lost events, too.
    ///
    /// # Errors
    /// [`EventLogError`] when the log cannot be reached.
    async fn watermark(&self, source: &str) -> Result<Option<i64>, EventLogError>;

    /// Makes the group known. A new one begins with the oldest event that the log keeps.
    ///
    /// # Errors
    /// [`EventLogError`] when the log cannot be reached.
    async fn join(&self, group: &str) -> Result<(), EventLogError>;

    /// The oldest events of the shard that the group has not acknowledged, in order.
    ///
    /// # Errors
    /// [`EventLogError`] when the log cannot be reached.
    async fn read(&self, group: &str, shard: u16, count_max: usize) -> Result<Vec<Delivery>, EventLogError>;

    /// Notes that the group is done with the deliveries, which are the first ones that [`EventLog::read`] returned.
    ///
    /// # Errors
    /// [`EventLogError`]; the deliveries come again then.
    async fn acknowledge(&self, group: &str, shard: u16, deliveries: &[Delivery]) -> Result<(), EventLogError>;

    /// Gives back what was read here for the group and not acknowledged: who goes on need not wait until this replica has
    /// been silent for too long. Nothing may be read here for the group any more.
    ///
    /// # Errors
    /// [`EventLogError`] when the log cannot be reached; others wait then.
    async fn leave(&self, group: &str) -> Result<(), EventLogError>;

    /// What a subgraph has published behind the bookmark, which moves on: for readers that keep nothing, and so need no
    /// group. The events of an aggregate come in order. About `count_max` at a time; none when the end is reached.
    ///
    /// # Errors
    /// [`EventLogError`] when the log cannot be reached; the bookmark stays where it is.
    async fn read_behind(
        &self,
        bookmark: &mut Bookmark,
        source: &str,
        count_max: usize,
    ) -> Result<Vec<Event>, EventLogError>;

    /// A number that changes when there may be something new to read.
    fn revisions(&self) -> watch::Receiver<u64>;

    /// How many events the group has still to come to.
    ///
    /// # Errors
    /// [`EventLogError`] when the log cannot be reached.
    async fn lag(&self, group: &str) -> Result<u64, EventLogError>;
}

/// Up to where in its outbox a subgraph has published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermark {
    /// What the publisher remembers; 0 for nothing.
    pub remembered: i64,
    /// What it is after the events at hand.
    pub raised: i64,
}

/// One event on its way to one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Where the log keeps it.
    pub position: String,
    /// The event.
    pub event: Event,
}

/// The log cannot do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EventLogError {
    /// The file or server of the log fails.
    #[error("the event log fails: {0}")]
    Storage(#[from] DatabaseError),
    /// The log has fewer events than were published.
    #[error(
        "the event log has lost events of {subgraph}: it knows them up to {kept} of the outbox, {remembered} were published; they are published again"
    )]
    Lost {
        /// The subgraph that published them.
        subgraph: String,
        /// The log's watermark.
        kept: i64,
        /// The publisher's.
        remembered: i64,
    },
    /// The server of the log fails.
    #[error("the event log on Redis fails: {0}")]
    Remote(#[from] ::redis::RedisError),
    /// An entry is not the JSON of an event.
    #[error("the entry at {position} of the event log is no event: {source}; remove it if nobody needs it")]
    Entry {
        /// Where the log keeps it.
        position: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A position did not come from this log.
    #[error("`{0}` is no position of this event log")]
    Position(String),
}

#[cfg(test)]
mod tests {
    use super::{SHARDS, shard_of};

    /// P13: a shard must not change from one version to the next, or the order of an aggregate would break.
    #[test]
    fn the_shard_of_an_aggregate_never_changes() {
        assert_eq!(["", "crs_1", "usr_01jb"].map(shard_of), [5, 9, 5]);
        let used: std::collections::HashSet<u16> = (0..1_000).map(|id| shard_of(&format!("crs_{id}"))).collect();
        assert_eq!(used.len(), usize::from(SHARDS));
    }
}
