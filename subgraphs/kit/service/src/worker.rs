//! What a subgraph does over and over, beside answering: renewing, expiring, purging.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit_database::{Database, idempotency};
use kit_events::housekeeping;
use kit_ids::Clock;
use telemetry::subscriber::{Beginning, IDLE, ROOT};
use tokio::sync::watch;
use tracing::Instrument;
use tracing::field::Empty;

use crate::limits::HOUSEKEEPING_INTERVAL;

/// Why a run of a worker failed.
pub type WorkError = Box<dyn std::error::Error + Send + Sync>;

/// Does what is due, over and over.
///
/// Every replica of a subgraph has the same workers: a run must claim what it does in the transaction in which it does
/// it, so that two at once do it once. A run that fails is logged and tried again soon, and less and less often, but
/// never later than after the interval.
#[async_trait]
pub trait Worker: Send + Sync + 'static {
    /// For logs.
    fn name(&self) -> &'static str;

    /// The rest between two runs.
    fn interval(&self) -> Duration;

    /// Does everything that is due at `now`, in UTC microseconds, and returns how much that was.
    ///
    /// # Errors
    /// When something could not be done; what was done before stays.
    async fn run(&self, now: i64) -> Result<u64, WorkError>;
}

/// The pause after a first failure; each next one is twice as long. A database that is busy while everything starts must
/// not cost a worker of every hour its hour.
const FAILURE_PAUSE: Duration = Duration::from_secs(2);

/// Runs a worker until it is told to stop, at once and then after each interval.
pub(crate) async fn keep_working(
    worker: Arc<dyn Worker>,
    subgraph: &'static str,
    clock: Arc<dyn Clock>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut failures = 0;
    while !*stopped.borrow_and_update() {
        failures = if run_once(&*worker, subgraph, clock.now()).await { 0 } else { failures + 1 };
        tokio::select! {
            () = tokio::time::sleep(pause_after(failures, worker.interval())) => {}
            changed = stopped.changed() => if changed.is_err() { return },
        }
    }
}

/// How long to rest after so many failures in a row.
fn pause_after(failures: u32, interval: Duration) -> Duration {
    match failures {
        0 => interval,
        _ => FAILURE_PAUSE.saturating_mul(2_u32.saturating_pow(failures - 1)).min(interval),
    }
}

/// Runs a worker once, and tells whether it could do its work; a failure is logged. Each run that did something is a
/// trace of its own; the flows of what it does it names itself, by what it does it to (P14).
pub(crate) async fn run_once(worker: &dyn Worker, subgraph: &'static str, now: i64) -> bool {
    let name = worker.name();
    let span = Beginning::of(subgraph, None).open(|| {
        tracing::info_span!(
            target: ROOT,
            parent: None,
            "work",
            otel.name = format!("work {name}"),
            otel.status_code = Empty,
            worker.name = name,
            worker.done = Empty,
            lyceum.idle = Empty,
        )
    });
    let lines = telemetry::log_scope!("work", service = subgraph, worker = name);
    let work = async {
        let outcome = worker.run(now).await;
        match &outcome {
            Ok(0) => {}
            Ok(done) => tracing::debug!(done, "worked"),
            Err(error) => tracing::warn!(%error, "a worker failed; trying again soon"),
        }
        outcome
    };
    let outcome = work.instrument(span.clone()).instrument(lines).await;
    match &outcome {
        // A look around that found nothing is not worth a trace.
        Ok(0) => span.record(IDLE, true),
        Ok(done) => span.record("worker.done", i64::try_from(*done).unwrap_or(i64::MAX)),
        Err(_) => span.record("otel.status_code", "ERROR"),
    };
    outcome.is_ok()
}

/// Removes what has expired: answers kept under idempotency keys, published events, notes of the inbox.
pub(crate) struct Housekeeping(pub(crate) Database);

#[async_trait]
impl Worker for Housekeeping {
    fn name(&self) -> &'static str {
        "housekeeping"
    }

    fn interval(&self) -> Duration {
        HOUSEKEEPING_INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let expired = idempotency::purge_expired(&self.0, now).await?;
        Ok(expired + housekeeping::purge(&self.0, now).await?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::pause_after;

    #[test]
    fn a_failure_is_tried_again_soon_and_never_later_than_the_interval() {
        let hour = Duration::from_secs(3600);
        let pauses = [0, 1, 2, 3, 11, 12, 4_000_000_000].map(|failures| pause_after(failures, hour).as_secs());
        assert_eq!(pauses, [3600, 2, 4, 8, 2048, 3600, 3600]);
        assert_eq!(pause_after(1, Duration::from_millis(500)), Duration::from_millis(500));
    }
}
