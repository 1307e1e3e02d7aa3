//! Events that are written in the transaction of their cause.

use kit_database::{Database, DatabaseError, Row, Transaction, Upsert};
use tracing::Instrument;
use tracing::field::Empty;

use crate::{Event, EventId, NewEvent, Origin};

/// The name of the signal that wakes the relay.
pub(crate) const SIGNAL: &str = "outbox";
/// Most events of a flow that [`flow`] returns: what a person can look through.
pub const FLOW_EVENTS_MAX: i64 = 1_000;

const NUMBER: Upsert = Upsert::into("event_sequences").key(&["subject"]).add(&["last_seq"]);
const READ_NUMBER: &str = "SELECT last_seq FROM event_sequences WHERE subject = ?";
const APPEND: &str =
    "INSERT INTO outbox (event_id, subject, seq, type, data, correlation_id, causation_id, traceparent,
  replay, occurred_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const UNPUBLISHED: &str = "SELECT * FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT ?";
const MARK: &str = "UPDATE outbox SET published_at = ? WHERE position IN (..)";
const LAST_PUBLISHED: &str = "SELECT COALESCE(MAX(position), 0) AS position FROM outbox WHERE published_at IS NOT NULL";
const UNMARK: &str = "UPDATE outbox SET published_at = NULL
  WHERE published_at IS NOT NULL AND (position > ? OR published_at > ?)";
const BACKLOG: &str = "SELECT COUNT(*) AS events FROM outbox WHERE published_at IS NULL";
const WAITING: &str = "SELECT COUNT(*) AS events, MIN(occurred_at) AS since FROM outbox WHERE published_at IS NULL";
const FLOW: &str = "SELECT * FROM outbox WHERE correlation_id = ? ORDER BY position LIMIT ?";

/// Writes an event, with the next number of its aggregate, to be published when the transaction commits.
///
/// The number is taken under a lock on the aggregate's row, so that a later number never commits before an earlier one.
///
/// # Errors
/// As the engine reports it.
pub async fn append(transaction: &mut Transaction, origin: &Origin, event: NewEvent) -> Result<Event, DatabaseError> {
    let span = tracing::info_span!(
        "send",
        otel.kind = "producer",
        otel.name = format!("send {}", event.kind),
        otel.status_code = Empty,
        messaging.system = "outbox",
        messaging.operation.type = "send",
        messaging.operation.name = "append",
        messaging.destination.name = event.kind,
        messaging.message.id = Empty,
        messaging.message.conversation_id = origin.correlation_id,
    );
    // Whoever deals with the event goes on where it was written, which is within the request that it came with.
    let traceparent = span.in_scope(telemetry::active).map(|active| active.to_string());
    let origin = Origin { traceparent: traceparent.or_else(|| origin.traceparent.clone()), ..origin.clone() };
    let written = write(transaction, origin, event).instrument(span.clone()).await;
    match &written {
        Ok(event) => span.record("messaging.message.id", tracing::field::display(event.id)),
        Err(_) => span.record("otel.status_code", "ERROR"),
    };
    written
}

async fn write(transaction: &mut Transaction, origin: Origin, event: NewEvent) -> Result<Event, DatabaseError> {
    transaction.upsert(&NUMBER).bind(&event.subject).bind(1_i64).execute().await?;
    let seq = transaction.query(READ_NUMBER).bind(&event.subject).fetch_one().await?.get("last_seq")?;
    let id = EventId::mint(event.time);
    let event = Event::new(id, transaction.subgraph(), seq, event, origin);
    transaction
        .query(APPEND)
        .bind(event.id)
        .bind(&event.subject)
        .bind(event.seq)
        .bind(&event.kind)
        .bind(serde_json::to_string(&event.data)?)
        .bind(&event.correlation_id)
        .bind(event.causation_id.clone())
        .bind(event.traceparent.clone())
        .bind(event.replay)
        .bind(event.time)
        .execute()
        .await?;
    transaction.signal_on_commit(SIGNAL);
    Ok(event)
}

/// What this subgraph has published under a correlation id, oldest first, [`FLOW_EVENTS_MAX`] at most (P14).
///
/// # Errors
/// As the engine reports it.
pub async fn flow(database: &Database, correlation_id: &str) -> Result<Vec<Event>, DatabaseError> {
    let rows = database.query(FLOW).bind(correlation_id).bind(FLOW_EVENTS_MAX).fetch_all().await?;
    rows.iter().map(|row| event(row, database.subgraph())).collect()
}

/// How many events wait to be published.
///
/// # Errors
/// As the engine reports it.
pub async fn backlog(database: &Database) -> Result<i64, DatabaseError> {
    database.query(BACKLOG).fetch_one().await?.get("events")
}

/// What waits to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How many events.
    pub events: i64,
    /// When the oldest of them happened, in UTC microseconds.
    pub since: Option<i64>,
}

/// What waits to be published, at one moment.
///
/// # Errors
/// As the engine reports it.
pub async fn waiting(database: &Database) -> Result<Waiting, DatabaseError> {
    let row = database.query(WAITING).fetch_one().await?;
    Ok(Waiting { events: row.get("events")?, since: row.get("since")? })
}

/// An event and its place in the outbox.
pub(crate) struct Entry {
    pub(crate) position: i64,
    pub(crate) event: Event,
}

pub(crate) async fn unpublished(database: &Database, count_max: i64) -> Result<Vec<Entry>, DatabaseError> {
    let rows = database.query(UNPUBLISHED).bind(count_max).fetch_all().await?;
    let entry = |row: &Row| Ok(Entry { position: row.get("position")?, event: event(row, database.subgraph())? });
    rows.iter().map(entry).collect()
}

pub(crate) async fn mark_published(database: &Database, entries: &[Entry], now_us: i64) -> Result<(), DatabaseError> {
    let positions = entries.iter().map(|entry| entry.position);
    database.query(MARK).bind(now_us).bind_list(positions).execute().await.map(drop)
}

/// Up to where events have been published.
pub(crate) async fn last_published(database: &Database) -> Result<i64, DatabaseError> {
    database.query(LAST_PUBLISHED).fetch_one().await?.get("position")
}

/// Has events published again: those behind a position, and those that were published since a moment.
pub(crate) async fn unmark(database: &Database, position: i64, since_us: i64) -> Result<u64, DatabaseError> {
    Ok(database.query(UNMARK).bind(position).bind(since_us).execute().await?.rows)
}

fn event(row: &Row, source: &str) -> Result<Event, DatabaseError> {
    let data: String = row.get("data")?;
    let mut event = Event::new(
        row.get("event_id")?,
        source,
        row.get("seq")?,
        NewEvent {
            kind: "",
            subject: row.get("subject")?,
            time: row.get("occurred_at")?,
            data: serde_json::from_str(&data)?,
        },
        Origin {
            correlation_id: row.get("correlation_id")?,
            causation_id: row.get("causation_id")?,
            traceparent: row.get("traceparent")?,
            replay: row.get("replay")?,
        },
    );
    event.kind = row.get("type")?;
    Ok(event)
}
