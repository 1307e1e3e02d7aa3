//! The log on a Redis server, for subgraphs on several hosts and in several replicas.

mod link;
mod patience;
mod scripts;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use redis::{Client, Pipeline};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch as channel;
use tokio::task::AbortHandle;
use ulid::Ulid;

use self::link::Link;
use self::patience::Patience;
use self::scripts::{LAG, LEAVE, PUBLISH, READ};
use super::{Bookmark, Delivery, EventLog, EventLogError, SHARDS, Watermark, shard_of};
use crate::Event;

/// The set of all subgraphs that have ever published here.
const SOURCES: &str = "ev:sources";
/// The channel on which a publication is announced. Announcements can be lost; the log is also looked at in intervals.
const ANNOUNCEMENTS: &str = "ev:published";
/// Longest wait for a connection and for an answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);
/// A replica that has not been heard of for so long has lost what it was working on to another one (P13).
const CLAIM_IDLE: Duration = Duration::from_secs(30);

/// A durable log of Redis Streams (P13): a stream per publishing subgraph and shard, `ev:<source>:<shard>`, with one
/// group per consumer. Needs Redis 7.
///
/// Replicas of a consumer share its group. At any time at most one of them works on a stream, so that the events of an
/// aggregate stay in order: whoever has unacknowledged events keeps the stream until they are acknowledged or given back,
/// or until it has not been heard of for half a minute. What both have done by then the inbox sorts out.
///
/// Nothing is trimmed that a group has not acknowledged. What the server loses all the same, by a power cut or by
/// mistake, the relays notice by its watermark and publish again.
#[derive(Clone)]
pub struct RedisEventLog {
    connection: Link,
    /// This replica, to Redis.
    replica: Arc<str>,
    claim_idle: Duration,
    patience: Arc<Patience>,
    sources: Arc<channel::Sender<Vec<String>>>,
    revisions: Arc<channel::Sender<u64>>,
    /// With which source the next read begins, so that a busy one does not starve the others.
    turn: Arc<AtomicUsize>,
    _watching: Arc<Watching>,
}

/// Ends the watching with the last clone of the log.
struct Watching(AbortHandle);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl std::fmt::Debug for RedisEventLog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RedisEventLog").field("replica", &self.replica).finish_non_exhaustive()
    }
}

impl RedisEventLog {
    /// A log at `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. Connects when it is first
    /// used, and again whenever the connection was lost.
    ///
    /// # Errors
    /// [`EventLogError::Remote`] when the address cannot be understood.
    pub fn open(url: &SecretString) -> Result<Self, EventLogError> {
        let client = Client::open(url.expose_secret())?;
        let connection = Link::new(client.clone())?;
        let sources = Arc::new(channel::Sender::new(Vec::new()));
        let revisions = Arc::new(channel::Sender::new(0));
        let watching = watch::Watch {
            client,
            connection: connection.clone(),
            sources: Arc::clone(&sources),
            revisions: Arc::clone(&revisions),
        };
        let watching = Arc::new(Watching(tokio::spawn(watching.run()).abort_handle()));
        let replica = Ulid::generate().to_string().into();
        let turn = Arc::new(AtomicUsize::new(0));
        let patience = Arc::default();
        Ok(Self {
            connection,
            replica,
            claim_idle: CLAIM_IDLE,
            patience,
            sources,
            revisions,
            turn,
            _watching: watching,
        })
    }

    /// With another time after which a silent replica loses its work: for tests.
    #[must_use]
    pub fn with_claim_idle(self, claim_idle: Duration) -> Self {
        Self { claim_idle, ..self }
    }

    /// The oldest events of some streams that are the replica's to work on: stream, id and text.
    async fn read_streams(
        &self,
        group: &str,
        streams: &[String],
        count_max: usize,
    ) -> Result<Vec<(String, String, String)>, EventLogError> {
        let script = redis::Script::new(READ);
        let mut call = script.prepare_invoke();
        for stream in streams {
            call.key(stream);
        }
        call.arg(group).arg(&*self.replica).arg(count_max);
        call.arg(self.patience.ended(group, streams, self.claim_idle));
        let (entries, others): (Vec<_>, Vec<_>) = call.invoke_async(&mut self.connection.clone()).await?;
        self.patience.note(group, streams, others);
        Ok(entries)
    }

    /// The streams of a shard, in turns.
    async fn streams(&self, shard: u16) -> Result<Vec<String>, EventLogError> {
        if self.sources.borrow().is_empty() {
            let found = watch::sources(&mut self.connection.clone()).await?;
            self.sources.send_replace(found);
        }
        let mut streams: Vec<String> = self.sources.borrow().iter().map(|source| stream_of(source, shard)).collect();
        if !streams.is_empty() {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed) % streams.len();
            streams.rotate_left(turn);
        }
        Ok(streams)
    }
}

#[async_trait]
impl EventLog for RedisEventLog {
    async fn publish(&self, source: &str, events: &[Event], watermark: Watermark) -> Result<(), EventLogError> {
        let script = redis::Script::new(PUBLISH);
        let mut call = script.prepare_invoke();
        call.key(SOURCES).key(watermark_key(source));
        call.arg(source).arg(watermark.remembered).arg(watermark.raised).arg(ANNOUNCEMENTS);
        for event in events {
            call.key(stream_of(source, shard_of(&event.subject)));
            call.arg(serde_json::to_string(event).map_err(kit_database::DatabaseError::from)?);
        }
        let kept: i64 = call.invoke_async(&mut self.connection.clone()).await?;
        if kept < watermark.remembered {
            let subgraph = source.to_owned();
            return Err(EventLogError::Lost { subgraph, kept, remembered: watermark.remembered });
        }
        self.revisions.send_modify(|revision| *revision += 1);
        Ok(())
    }

    async fn watermark(&self, source: &str) -> Result<Option<i64>, EventLogError> {
        let mut connection = self.connection.clone();
        Ok(redis::cmd("GET").arg(watermark_key(source)).query_async(&mut connection).await?)
    }

    /// Groups are made with the first read of each stream: streams come into being later than their readers, too.
    async fn join(&self, _group: &str) -> Result<(), EventLogError> {
        let found = watch::sources(&mut self.connection.clone()).await?;
        self.sources.send_replace(found);
        Ok(())
    }

    async fn read(&self, group: &str, shard: u16, count_max: usize) -> Result<Vec<Delivery>, EventLogError> {
        let streams = self.streams(shard).await?;
        if streams.is_empty() {
            return Ok(Vec::new());
        }
        let mut entries = self.read_streams(group, &streams, count_max).await?;
        if entries.is_empty() && self.claim_idle.is_zero() {
            // Whoever has no patience at all has seen now what to take.
            entries = self.read_streams(group, &streams, count_max).await?;
        }
        let delivery = |(stream, id, text): (String, String, String)| {
            let position = format!("{stream}/{id}");
            match serde_json::from_str(&text) {
                Ok(event) => Ok(Delivery { position, event }),
                Err(source) => Err(EventLogError::Entry { position, source }),
            }
        };
        entries.into_iter().map(delivery).collect()
    }

    async fn read_behind(
        &self,
        bookmark: &mut Bookmark,
        source: &str,
        count_max: usize,
    ) -> Result<Vec<Event>, EventLogError> {
        let mut connection = self.connection.clone();
        let ends = ends(source, &mut connection).await?;
        // Everything published since then has a greater id: Redis makes ids of the time.
        let beginning = format!("{}-0", bookmark.since_us / 1_000);
        let mut read = redis::cmd("XREAD");
        read.arg("COUNT").arg(count_max.div_ceil(usize::from(SHARDS))).arg("STREAMS");
        for shard in 0..SHARDS {
            read.arg(stream_of(source, shard));
        }
        let places = ends.iter().zip(0..).map(|(end, shard)| match bookmark.places.get(&shard) {
            None => (shard, beginning.clone()),
            // The server has lost what was read, and counts anew, perhaps from an earlier time of day.
            Some(place) if number_of(end) < number_of(place) => (shard, NOTHING.to_owned()),
            Some(place) => (shard, place.clone()),
        });
        let mut places: BTreeMap<u16, String> = places.collect();
        read.arg(places.values().collect::<Vec<_>>());
        let found: Option<Vec<ReadStream>> = read.query_async(&mut connection).await?;
        for (end, shard) in ends.into_iter().zip(0..) {
            // From now on the time of day says nothing more: what comes behind the present end is new, at whatever time.
            if !bookmark.places.contains_key(&shard) {
                places.insert(shard, end);
            }
        }
        let mut events = Vec::new();
        for (stream, entries) in found.unwrap_or_default() {
            for (id, fields) in entries {
                let position = format!("{stream}/{id}");
                let text = fields.get(1).ok_or_else(|| EventLogError::Position(position.clone()))?;
                events.push(serde_json::from_str(text).map_err(|source| EventLogError::Entry { position, source })?);
                let shard = stream.rsplit(':').next().and_then(|shard| shard.parse().ok()).unwrap_or_default();
                places.insert(shard, id);
            }
        }
        bookmark.places = places;
        Ok(events)
    }

    async fn acknowledge(&self, group: &str, _shard: u16, deliveries: &[Delivery]) -> Result<(), EventLogError> {
        if deliveries.is_empty() {
            return Ok(());
        }
        let mut acknowledgements = Pipeline::new();
        for Delivery { position, .. } in deliveries {
            let (stream, id) = position.rsplit_once('/').ok_or_else(|| EventLogError::Position(position.clone()))?;
            acknowledgements.cmd("XACK").arg(stream).arg(group).arg(id).ignore();
        }
        Ok(acknowledgements.query_async::<()>(&mut self.connection.clone()).await?)
    }

    async fn leave(&self, group: &str) -> Result<(), EventLogError> {
        for shard in 0..SHARDS {
            let script = redis::Script::new(LEAVE);
            let mut call = script.prepare_invoke();
            for stream in self.streams(shard).await? {
                call.key(stream);
            }
            call.arg(group).arg(&*self.replica);
            call.invoke_async::<()>(&mut self.connection.clone()).await?;
        }
        Ok(())
    }

    fn revisions(&self) -> channel::Receiver<u64> {
        self.revisions.subscribe()
    }

    async fn lag(&self, group: &str) -> Result<u64, EventLogError> {
        let script = redis::Script::new(LAG);
        let mut call = script.prepare_invoke();
        for shard in 0..SHARDS {
            for stream in self.streams(shard).await? {
                call.key(stream);
            }
        }
        call.arg(group);
        Ok(call.invoke_async(&mut self.connection.clone()).await?)
    }
}

/// Before the first id of a stream.
const NOTHING: &str = "0-0";

/// The last id of each stream of a subgraph.
async fn ends(source: &str, connection: &mut Link) -> Result<Vec<String>, EventLogError> {
    let mut look = Pipeline::new();
    for shard in 0..SHARDS {
        look.cmd("XREVRANGE").arg(stream_of(source, shard)).arg("+").arg("-").arg("COUNT").arg(1);
    }
    let ends: Vec<Vec<(String, Vec<String>)>> = look.query_async(connection).await?;
    Ok(ends.into_iter().map(|last| last.into_iter().next().map_or(NOTHING.to_owned(), |(id, _)| id)).collect())
}

/// An id as Redis orders them: milliseconds, and a number within them.
fn number_of(id: &str) -> Option<(u64, u64)> {
    let (milliseconds, number) = id.split_once('-')?;
    Some((milliseconds.parse().ok()?, number.parse().ok()?))
}

/// A stream's name, and its entries: id, then names and values of fields.
type ReadStream = (String, Vec<(String, Vec<String>)>);

fn stream_of(source: &str, shard: u16) -> String {
    format!("ev:{source}:{shard}")
}

fn watermark_key(source: &str) -> String {
    format!("ev:watermark:{source}")
}
