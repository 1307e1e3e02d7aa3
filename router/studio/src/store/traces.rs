//! Traces that are kept.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, Transaction};
use telemetry::{KeptFor, Span, TraceId};

use super::Store;
use super::pack::{pack, unpack};
use crate::request::RequestRecord;

/// What a row takes besides its texts and parts, in bytes, about.
const ROW_BYTES: usize = 200;

/// A trace as it is written: what it is found by, and its parts.
#[derive(Debug)]
pub(crate) struct NewTrace {
    pub(crate) id: TraceId,
    pub(crate) begin_us: u64,
    pub(crate) duration_us: u64,
    pub(crate) operation: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) correlation: String,
    pub(crate) failed: bool,
    pub(crate) cache: Option<&'static str>,
    pub(crate) subgraphs: Vec<String>,
    /// As lists show it, in JSON.
    pub(crate) summary: String,
    pub(crate) head: TraceHead,
    pub(crate) spans: Vec<Span>,
}

/// What is kept of a trace besides its spans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceHead {
    /// Why it is kept.
    pub why: KeptFor,
    /// What the router has told, without the operation, which is kept by itself; nothing for a trace without a request.
    pub record: Option<RequestRecord>,
    /// The hash of the operation.
    pub operation: Option<String>,
}

/// A trace, read again.
#[derive(Debug)]
pub struct KeptTrace {
    /// What is kept besides the spans.
    pub head: TraceHead,
    /// Its spans, in the order in which they came.
    pub spans: Vec<Span>,
}

/// In which order traces are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TraceOrder {
    /// The last one first.
    #[default]
    Recent,
    /// The longest first.
    Slowest,
}

/// Which traces are told.
#[derive(Debug, Clone, Default)]
pub struct TraceFilter {
    /// Those that began at or after this moment, in microseconds since 1970.
    pub begin_us: u64,
    /// Those that began before this moment.
    pub end_us: Option<u64>,
    /// Those of this operation, by its hash.
    pub operation: Option<String>,
    /// Those in which this subgraph took part.
    pub subgraph: Option<String>,
    /// Those of this client.
    pub client: Option<String>,
    /// Those that have failed, or have not.
    pub failed: Option<bool>,
    /// Those of this cache verdict.
    pub cache: Option<String>,
    /// Those that took at least as long, in microseconds.
    pub min_us: Option<u64>,
    /// Those that took at most as long.
    pub max_us: Option<u64>,
    /// Those with this text in the operation's name, the trace id or the correlation id.
    pub search: Option<String>,
    /// In which order.
    pub order: TraceOrder,
    /// At most so many.
    pub limit: u32,
    /// Those after this one.
    pub after: Option<Cursor>,
}

/// A place in a list of traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    number: u64,
    id: TraceId,
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCursor;

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:x}-{}", self.number, self.id)
    }
}

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (number, id) = text.split_once('-').ok_or(NoCursor)?;
        let number = u64::from_str_radix(number, 16).map_err(|_| NoCursor)?;
        Ok(Self { number, id: id.parse().map_err(|_| NoCursor)? })
    }
}

/// A page of a list of traces.
#[derive(Debug, Default)]
pub struct TracePage {
    /// How many there are in all.
    pub total: u64,
    /// Those of this page, as JSON.
    pub summaries: Vec<String>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// How much is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TraceTotals {
    /// Traces.
    pub traces: u64,
    /// Bytes that they take.
    pub bytes: u64,
    /// When the oldest one began, in microseconds since 1970.
    pub oldest_us: Option<u64>,
}

impl Store {
    /// A trace, if it is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn trace(&self, id: TraceId) -> Result<Option<KeptTrace>, sqlx::Error> {
        let query = sqlx::query("SELECT body FROM trace_part WHERE id = ? ORDER BY place").bind(id.bytes().to_vec());
        read(&query.fetch_all(&self.readers).await?)
    }

    /// How much is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn trace_totals(&self) -> Result<TraceTotals, sqlx::Error> {
        let statement = "SELECT count(*), coalesce(sum(bytes), 0), min(begin_us) FROM trace";
        let row = sqlx::query(statement).fetch_one(&self.readers).await?;
        let oldest: Option<i64> = row.try_get(2)?;
        Ok(TraceTotals {
            traces: row.try_get::<i64, _>(0)?.cast_unsigned(),
            bytes: row.try_get::<i64, _>(1)?.cast_unsigned(),
            oldest_us: oldest.map(i64::cast_unsigned),
        })
    }

    /// A page of the traces that are asked for.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn traces(&self, filter: &TraceFilter) -> Result<TracePage, sqlx::Error> {
        let mut counting = QueryBuilder::new("SELECT count(*) FROM trace WHERE ");
        push_conditions(&mut counting, filter);
        let total: i64 = counting.build().fetch_one(&self.readers).await?.try_get(0)?;
        let mut query = QueryBuilder::new("SELECT id, begin_us, duration_us, summary FROM trace WHERE ");
        push_conditions(&mut query, filter);
        let column = match filter.order {
            TraceOrder::Recent => "begin_us",
            TraceOrder::Slowest => "duration_us",
        };
        if let Some(after) = filter.after {
            query.push(" AND (").push(column).push(", id) < (");
            query.push_bind(after.number.cast_signed()).push(", ").push_bind(after.id.bytes().to_vec()).push(")");
        }
        query.push(" ORDER BY ").push(column).push(" DESC, id DESC LIMIT ").push_bind(i64::from(filter.limit) + 1);
        let rows = query.build().fetch_all(&self.readers).await?;
        let wanted = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let last = rows.get(wanted.saturating_sub(1)).filter(|_| rows.len() > wanted);
        let next = last.and_then(|row| {
            let id: Vec<u8> = row.try_get(0).ok()?;
            let number: i64 = row.try_get(column).ok()?;
            Some(Cursor { number: number.cast_unsigned(), id: TraceId::new(id.try_into().ok()?)? })
        });
        let summaries: Result<_, _> = rows.iter().take(wanted).map(|row| row.try_get(3)).collect();
        Ok(TracePage { total: total.cast_unsigned(), summaries: summaries?, next })
    }

    /// The longest trace of a window, of this operation or with this subgraph.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn longest(&self, filter: &TraceFilter) -> Result<Option<TraceId>, sqlx::Error> {
        let mut query = QueryBuilder::new("SELECT id FROM trace WHERE ");
        push_conditions(&mut query, filter);
        query.push(" ORDER BY duration_us DESC LIMIT 1");
        let row = query.build().fetch_optional(&self.readers).await?;
        let id: Option<Vec<u8>> = row.map(|row| row.try_get(0)).transpose()?;
        Ok(id.and_then(|id| TraceId::new(id.try_into().ok()?)))
    }
}

fn push_conditions(query: &mut QueryBuilder<Sqlite>, filter: &TraceFilter) {
    query.push("begin_us >= ").push_bind(filter.begin_us.cast_signed());
    if let Some(end) = filter.end_us {
        query.push(" AND begin_us < ").push_bind(end.cast_signed());
    }
    for (condition, value) in
        [(" AND operation = ", &filter.operation), (" AND client = ", &filter.client), (" AND cache = ", &filter.cache)]
    {
        if let Some(value) = value {
            query.push(condition).push_bind(value.clone());
        }
    }
    if let Some(subgraph) = &filter.subgraph {
        query.push(" AND instr(subgraphs, ").push_bind(format!(",{subgraph},")).push(") > 0");
    }
    if let Some(failed) = filter.failed {
        query.push(" AND failed = ").push_bind(failed);
    }
    if let Some(min) = filter.min_us {
        query.push(" AND duration_us >= ").push_bind(min.cast_signed());
    }
    if let Some(max) = filter.max_us {
        query.push(" AND duration_us <= ").push_bind(max.cast_signed());
    }
    if let Some(text) = &filter.search {
        let text = text.to_lowercase();
        query.push(" AND (instr(lower(coalesce(name, '')), ").push_bind(text.clone());
        query.push(") > 0 OR instr(lower(correlation), ").push_bind(text.clone());
        query.push(") > 0 OR instr(lower(hex(id)), ").push_bind(text).push(") > 0)");
    }
}

fn read(rows: &[SqliteRow]) -> Result<Option<KeptTrace>, sqlx::Error> {
    let Some((head, parts)) = rows.split_first() else { return Ok(None) };
    let Some(head) = unpack(head.try_get(0)?) else { return Ok(None) };
    let mut spans: Vec<Span> = Vec::new();
    for part in parts {
        spans.extend(unpack::<Vec<Span>>(part.try_get(0)?).unwrap_or_default());
    }
    Ok(Some(KeptTrace { head, spans }))
}

/// The trace as it is kept, within what is being written.
pub(crate) async fn find(
    transaction: &mut Transaction<'static, Sqlite>,
    id: TraceId,
) -> Result<Option<KeptTrace>, sqlx::Error> {
    let query = sqlx::query("SELECT body FROM trace_part WHERE id = ? ORDER BY place").bind(id.bytes().to_vec());
    read(&query.fetch_all(&mut **transaction).await?)
}

/// Whether the trace is kept.
pub(crate) async fn is_kept(transaction: &mut Transaction<'static, Sqlite>, id: TraceId) -> Result<bool, sqlx::Error> {
    let query = sqlx::query("SELECT 1 FROM trace WHERE id = ?").bind(id.bytes().to_vec());
    Ok(query.fetch_optional(&mut **transaction).await?.is_some())
}

/// Keeps a trace, in the place of what was kept of it, and says how many bytes more are taken; fewer are negative.
pub(crate) async fn write(
    transaction: &mut Transaction<'static, Sqlite>,
    trace: &NewTrace,
) -> Result<i64, sqlx::Error> {
    let id = trace.id.bytes().to_vec();
    let before =
        sqlx::query("SELECT bytes FROM trace WHERE id = ?").bind(&id).fetch_optional(&mut **transaction).await?;
    let before: i64 = before.map_or(Ok(0), |row| row.try_get(0))?;
    sqlx::query("DELETE FROM trace_part WHERE id = ?").bind(&id).execute(&mut **transaction).await?;
    let mut bytes = ROW_BYTES + trace.summary.len();
    let parts = [pack(&trace.head), if trace.spans.is_empty() { None } else { pack(&trace.spans) }];
    for (place, body) in parts.into_iter().enumerate().filter_map(|(place, body)| Some((place, body?))) {
        bytes += body.len();
        let query = sqlx::query("INSERT INTO trace_part (id, place, body) VALUES (?, ?, ?)").bind(&id);
        query.bind(i64::try_from(place).unwrap_or(i64::MAX)).bind(body).execute(&mut **transaction).await?;
    }
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let statement = "INSERT OR REPLACE INTO trace (id, begin_us, duration_us, operation, name, client, correlation, \
                     failed, cache, subgraphs, bytes, summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let query =
        sqlx::query(statement).bind(id).bind(trace.begin_us.cast_signed()).bind(trace.duration_us.cast_signed());
    let query = query.bind(&trace.operation).bind(&trace.name).bind(&trace.client).bind(&trace.correlation);
    let query = query.bind(trace.failed).bind(trace.cache).bind(format!(",{},", trace.subgraphs.join(",")));
    query.bind(bytes).bind(&trace.summary).execute(&mut **transaction).await?;
    Ok(bytes - before)
}

/// Forgets up to so many of the oldest traces: those that began before a moment, and more until so many bytes are free. Says
/// how many bytes are.
pub(crate) async fn forget(
    transaction: &mut Transaction<'static, Sqlite>,
    before_us: u64,
    bytes_wanted: i64,
    max: u32,
) -> Result<i64, sqlx::Error> {
    let statement = "SELECT id, bytes, begin_us FROM trace ORDER BY begin_us LIMIT ?";
    let mut bytes = 0;
    for row in sqlx::query(statement).bind(max).fetch_all(&mut **transaction).await? {
        let (id, taken, begin_us): (Vec<u8>, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if begin_us.cast_unsigned() >= before_us && bytes >= bytes_wanted {
            break;
        }
        bytes += taken;
        sqlx::query("DELETE FROM trace_part WHERE id = ?").bind(&id).execute(&mut **transaction).await?;
        sqlx::query("DELETE FROM trace WHERE id = ?").bind(&id).execute(&mut **transaction).await?;
    }
    Ok(bytes)
}

/// Gives pages of the file that hold nothing back, a few at a time.
pub(crate) async fn shrink(store: &Store) -> Result<(), sqlx::Error> {
    sqlx::query("PRAGMA incremental_vacuum(256)").execute(&store.writer).await.map(drop)
}
