//! What a subgraph does over and over, beside answering: renewing, expiring, purging.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit_database::{Database, idempotency};
use kit_events::housekeeping;
use kit_ids::Clock;
use tokio::sync::watch;

use crate::limits::HOUSEKEEPING_INTERVAL;

/// Why a run of a worker failed.
pub type WorkError = Box<dyn std::error::Error + Send + Sync>;

/// Does what is due, over and over.
///
/// Every replica of a subgraph has the same workers: a run must claim what it does in the transaction in which it does
/// it, so that two at once do it once. A run that fails is logged and tried again after the interval.
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

/// Runs a worker until it is told to stop, at once and then after each interval.
pub(crate) async fn keep_working(
    worker: Arc<dyn Worker>,
    subgraph: &'static str,
    clock: Arc<dyn Clock>,
    mut stopped: watch::Receiver<bool>,
) {
    while !*stopped.borrow_and_update() {
        run_once(&*worker, subgraph, clock.now()).await;
        tokio::select! {
            () = tokio::time::sleep(worker.interval()) => {}
            changed = stopped.changed() => if changed.is_err() { return },
        }
    }
}

/// Runs a worker once; a failure is logged.
pub(crate) async fn run_once(worker: &dyn Worker, subgraph: &'static str, now: i64) {
    match worker.run(now).await {
        Ok(0) => {}
        Ok(done) => tracing::debug!(subgraph, worker = worker.name(), done, "worked"),
        Err(error) => tracing::warn!(subgraph, worker = worker.name(), error, "a worker failed; trying later"),
    }
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
