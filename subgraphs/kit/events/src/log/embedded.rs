//! The log as a file that all processes of one host share.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit_database::{
    Database, DatabaseError, DatabaseLocation, DatabaseSettings, Durability, MigrationFile, Migrations, ToColumn,
    Upsert, Value, in_transaction,
};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::{Bookmark, Delivery, EventLog, EventLogError, SHARDS, Watermark, shard_of};
use crate::Event;
use crate::time::now_us;

const MIGRATIONS: Migrations = Migrations {
    set: "bus",
    files: &[MigrationFile {
        name: "0001_log",
        sqlite: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../migrations/bus/sqlite/0001_log.sql")),
        mysql: "",
    }],
};

/// How often it looks for what other processes have published; what this process publishes is known at once.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);
/// How long events are kept that every group is done with: time enough to look into a problem.
const RETENTION_US: i64 = 7 * 24 * 60 * 60 * 1_000_000;
/// How many looks lie between two removals of old events: about an hour.
const LOOKS_PER_TRIM: u32 = 18_000;
/// Rows per statement.
const PUBLISHED_AT_ONCE_MAX: usize = 500;

/// The part of a bookmark that stands for the whole log: positions count through all shards.
const WHOLE: u16 = 0;

const APPEND: &str = "INSERT INTO bus_log (shard, event, published_at) VALUES (..)";
const HEAD: &str = "SELECT COALESCE(MAX(position), 0) AS head FROM bus_log";
const READ: &str = "SELECT position, event FROM bus_log
  WHERE shard = ? AND position > COALESCE((SELECT position FROM bus_offsets WHERE consumer = ? AND shard = ?), 0)
  ORDER BY position LIMIT ?";
const READ_BEHIND: &str = "SELECT position, event FROM bus_log
  WHERE position > ? AND position <= ? AND published_at >= ? AND json_extract(event, '$.source') = ?
  ORDER BY position LIMIT ?";
const JOIN: Upsert = Upsert::into("bus_offsets").key(&["consumer", "shard"]).insert_only(&["position"]);
const ADVANCE: Upsert = Upsert::into("bus_offsets").key(&["consumer", "shard"]).newest_by("position");
const RAISE: Upsert = Upsert::into("bus_watermarks").key(&["source"]).newest_by("position");
const WATERMARK: &str = "SELECT position FROM bus_watermarks WHERE source = ?";
const LAG: &str = "SELECT COUNT(*) AS events FROM bus_offsets o
  JOIN bus_log l ON l.shard = o.shard AND l.position > o.position WHERE o.consumer = ?";
const TRIM: &str = "DELETE FROM bus_log WHERE published_at < ? AND NOT EXISTS
  (SELECT 1 FROM bus_offsets o WHERE o.shard = bus_log.shard AND o.position < bus_log.position)";

/// A durable log in one SQLite file (P13).
///
/// Consumers of the same process hear of new events at once, those of other processes within a fifth of a second. A group
/// is meant to have one running consumer; a second one would receive the same events, and the inbox would stop it.
#[derive(Debug)]
pub struct EmbeddedEventLog {
    database: Database,
    head: Arc<watch::Sender<u64>>,
    looking: AbortHandle,
}

impl EmbeddedEventLog {
    /// Opens `<data directory>/events.db`, creating it when missing.
    ///
    /// # Errors
    /// [`EventLogError::Storage`] when the file cannot be used.
    pub async fn open(data_directory: &Path, durability: Durability) -> Result<Self, EventLogError> {
        let location = DatabaseLocation::Sqlite { path: data_directory.join("events.db"), durability };
        let database = Database::open(DatabaseSettings::new("events", location)).await?;
        database.migrate_only(&MIGRATIONS).await?;
        let head = Arc::new(watch::Sender::new(0));
        let looking = tokio::spawn(look(database.clone(), Arc::clone(&head))).abort_handle();
        Ok(Self { database, head, looking })
    }

    /// Stops looking for events and closes the file.
    pub async fn close(&self) {
        self.looking.abort();
        self.database.close().await;
    }
}

impl Drop for EmbeddedEventLog {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

/// Looks for what other processes have published, and removes what is old.
async fn look(database: Database, head: Arc<watch::Sender<u64>>) {
    let mut looks: u32 = 0;
    loop {
        if let Err(error) = announce_head(&database, &head).await {
            tracing::warn!(%error, "the event log cannot be read; trying again");
        }
        if looks.is_multiple_of(LOOKS_PER_TRIM)
            && let Err(error) = database.query(TRIM).bind(now_us() - RETENTION_US).execute().await
        {
            tracing::warn!(%error, "old events cannot be removed; trying again in an hour");
        }
        looks = looks.wrapping_add(1);
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

async fn announce_head(database: &Database, head: &watch::Sender<u64>) -> Result<(), DatabaseError> {
    let position: i64 = database.query(HEAD).fetch_one().await?.get("head")?;
    let position = u64::try_from(position).unwrap_or_default();
    head.send_if_modified(|known| {
        let is_new = position > *known;
        *known = position.max(*known);
        is_new
    });
    Ok(())
}

#[async_trait]
impl EventLog for EmbeddedEventLog {
    async fn publish(&self, source: &str, events: &[Event], watermark: Watermark) -> Result<(), EventLogError> {
        let mut rows: Vec<[Value; 3]> = Vec::with_capacity(events.len());
        for event in events {
            let text = serde_json::to_string(event).map_err(DatabaseError::from)?;
            rows.push([shard_of(&event.subject).to_column(), text.to_column(), now_us().to_column()]);
        }
        in_transaction!(self.database, |transaction| {
            let kept = match transaction.query(WATERMARK).bind(source).fetch_optional().await? {
                Some(row) => row.get("position")?,
                None => 0,
            };
            if kept < watermark.remembered {
                let subgraph = source.to_owned();
                return Err(EventLogError::Lost { subgraph, kept, remembered: watermark.remembered });
            }
            for chunk in rows.chunks(PUBLISHED_AT_ONCE_MAX) {
                transaction.query(APPEND).bind_rows(chunk.iter().cloned()).execute().await?;
            }
            transaction.upsert(&RAISE).bind(source).bind(watermark.raised).execute().await?;
            Ok::<(), EventLogError>(())
        })?;
        announce_head(&self.database, &self.head).await?;
        Ok(())
    }

    async fn watermark(&self, source: &str) -> Result<Option<i64>, EventLogError> {
        let row = self.database.query(WATERMARK).bind(source).fetch_optional().await?;
        Ok(row.map(|row| row.get("position")).transpose()?)
    }

    async fn join(&self, group: &str) -> Result<(), EventLogError> {
        Ok(in_transaction!(self.database, |transaction| {
            for shard in 0..SHARDS {
                transaction.upsert(&JOIN).bind(group).bind(shard).bind(0_i64).execute().await?;
            }
            Ok::<(), DatabaseError>(())
        })?)
    }

    async fn read(&self, group: &str, shard: u16, count_max: usize) -> Result<Vec<Delivery>, EventLogError> {
        let count_max = i64::try_from(count_max).unwrap_or(i64::MAX);
        let read = self.database.query(READ).bind(shard).bind(group).bind(shard).bind(count_max);
        let mut deliveries = Vec::new();
        for row in read.fetch_all().await? {
            let position = row.get::<i64>("position")?.to_string();
            let text: String = row.get("event")?;
            match serde_json::from_str(&text) {
                Ok(event) => deliveries.push(Delivery { position, event }),
                Err(source) => return Err(EventLogError::Entry { position, source }),
            }
        }
        Ok(deliveries)
    }

    async fn read_behind(
        &self,
        bookmark: &mut Bookmark,
        source: &str,
        count_max: usize,
    ) -> Result<Vec<Event>, EventLogError> {
        let head: i64 = self.database.query(HEAD).fetch_one().await?.get("head")?;
        // The time of day says where the first read begins, and nothing more: it may have been set back since.
        let (place, since_us) = match bookmark.places.get(&WHOLE) {
            Some(place) => (place.parse().map_err(|_| EventLogError::Position(place.clone()))?, i64::MIN),
            None => (0_i64, bookmark.since_us),
        };
        let read = self.database.query(READ_BEHIND).bind(place).bind(head).bind(since_us).bind(source);
        let rows = read.bind(i64::try_from(count_max).unwrap_or(i64::MAX)).fetch_all().await?;
        // Behind the last row, or behind everything that is another subgraph's.
        let mut reached = head;
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            let position: i64 = row.get("position")?;
            let text: String = row.get("event")?;
            let failed = |source| EventLogError::Entry { position: position.to_string(), source };
            events.push(serde_json::from_str(&text).map_err(failed)?);
            if rows.len() == count_max {
                reached = position;
            }
        }
        bookmark.places.insert(WHOLE, reached.to_string());
        Ok(events)
    }

    async fn acknowledge(&self, group: &str, shard: u16, deliveries: &[Delivery]) -> Result<(), EventLogError> {
        let Some(Delivery { position, .. }) = deliveries.last() else { return Ok(()) };
        let position: i64 = position.parse().map_err(|_| EventLogError::Position(position.clone()))?;
        self.database.upsert(&ADVANCE).bind(group).bind(shard).bind(position).execute().await?;
        Ok(())
    }

    /// Nothing is handed out here: whoever reads next begins where the last acknowledgement ended.
    async fn leave(&self, _group: &str) -> Result<(), EventLogError> {
        Ok(())
    }

    fn revisions(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    async fn lag(&self, group: &str) -> Result<u64, EventLogError> {
        let events: i64 = self.database.query(LAG).bind(group).fetch_one().await?.get("events")?;
        Ok(u64::try_from(events).unwrap_or_default())
    }
}
