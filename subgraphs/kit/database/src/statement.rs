//! What is known about every statement: a count, a span and a duration. Never its values.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use metrics::{Histogram, Unit, describe_histogram, histogram};
use telemetry::metrics::with_trace;
use tracing::Span;
use tracing::field::Empty;

use crate::{Database, DatabaseError};

/// Most statements that a recording keeps: more than any one test issues.
const RECORDED_MAX: usize = 10_000;

const DURATION: &str = "db_client_operation_duration_seconds";

/// What statements do; everything else is counted together.
const OPERATIONS: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

/// Tells what the metrics of this crate mean.
pub fn describe_metrics() {
    describe_histogram!(DURATION, Unit::Seconds, "Time of statements, by subgraph and what they do.");
}

/// The statements of one database.
#[derive(Debug)]
pub(crate) struct Statements {
    durations: [Histogram; OPERATIONS.len()],
    of_others: Histogram,
    issued: AtomicU64,
    recording: Mutex<Option<Vec<String>>>,
}

impl Statements {
    pub(crate) fn new(subgraph: &str) -> Self {
        let duration = |operation| histogram!(DURATION, "subgraph" => subgraph.to_owned(), "operation" => operation);
        let (durations, of_others) = (OPERATIONS.map(duration), duration("other"));
        Self { durations, of_others, issued: AtomicU64::new(0), recording: Mutex::default() }
    }

    fn duration(&self, operation: &str) -> &Histogram {
        let place = OPERATIONS.iter().position(|known| *known == operation);
        place.map_or(&self.of_others, |place| &self.durations[place])
    }

    pub(crate) fn issued(&self) -> u64 {
        self.issued.load(Ordering::Relaxed)
    }

    /// Counts a statement that is about to run.
    pub(crate) fn begin(&self, database: &Database, sql: &str) -> Observation {
        self.issued.fetch_add(1, Ordering::Relaxed);
        if let Some(recorded) = self.recording.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
            && recorded.len() < RECORDED_MAX
        {
            recorded.push(sql.to_owned());
        }
        Observation::begin(database, sql)
    }

    fn start_recording(&self) {
        *self.recording.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    fn stop_recording(&self) -> Vec<String> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}

/// Collects the texts of all statements of a database until it is finished: for tests that count statements (P16).
#[must_use = "a recording that is dropped at once records nothing"]
#[derive(Debug)]
pub struct StatementRecording {
    database: Database,
}

impl StatementRecording {
    pub(crate) fn start(database: Database) -> Self {
        database.statements().start_recording();
        Self { database }
    }

    /// The statements since the start, in order. `BEGIN` and `COMMIT` are not among them.
    #[must_use]
    pub fn finish(self) -> Vec<String> {
        self.database.statements().stop_recording()
    }
}

/// One statement under way.
pub(crate) struct Observation {
    span: Span,
    duration: Histogram,
    started: Instant,
}

impl Observation {
    /// The attribute names are OpenTelemetry's semantic conventions for database clients.
    fn begin(database: &Database, sql: &str) -> Self {
        let operation = sql.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let span = tracing::debug_span!(
            "statement",
            otel.kind = "client",
            otel.name = %operation,
            db.system.name = database.engine().name(),
            db.namespace = database.subgraph(),
            db.operation.name = %operation,
            db.query.text = sql,
            db.response.returned_rows = Empty,
            db.client.connection.wait_time = Empty,
            otel.status_code = Empty,
            error.type = Empty,
        );
        Self { span, duration: database.statements().duration(&operation).clone(), started: Instant::now() }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(crate) fn end(self, rows: Result<usize, &DatabaseError>) {
        let seconds = self.started.elapsed().as_secs_f64();
        match rows {
            Ok(rows) => {
                self.span.record("db.response.returned_rows", telemetry::count(rows));
            }
            Err(error) => {
                fail(&self.span, error);
            }
        }
        self.span.in_scope(|| tracing::trace!(duration_ms = seconds * 1_000.0, "statement done"));
        let active = self.span.in_scope(telemetry::active).filter(|active| active.sampled);
        with_trace(active.map(|active| active.trace_id), || self.duration.record(seconds));
    }
}

/// The span of a command of a transaction: `BEGIN`, `COMMIT` or `ROLLBACK`. It shows how long it was waited for a connection,
/// and, on SQLite, for the only one that writes.
pub(crate) fn command_span(database: &Database, command: &'static str) -> Span {
    tracing::debug_span!(
        "transaction",
        otel.kind = "client",
        otel.name = command,
        db.system.name = database.engine().name(),
        db.namespace = database.subgraph(),
        db.operation.name = command,
        otel.status_code = Empty,
        error.type = Empty,
    )
}

/// Notes that what a span stands for has failed.
pub(crate) fn fail(span: &Span, error: &DatabaseError) {
    span.record("error.type", error.kind());
    span.record("otel.status_code", "ERROR");
}

/// Notes in the span of a statement how long it has waited for a connection since then.
pub(crate) fn note_wait(since: Instant) {
    Span::current().record("db.client.connection.wait_time", since.elapsed().as_secs_f64());
}
