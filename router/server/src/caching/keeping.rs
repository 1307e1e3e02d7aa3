//! Hands answers to the shared cache, beside the requests that they were fetched for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::shared::{SharedCache, SharedEntry};
use crate::telemetry;

/// Answers that wait to be kept, and their bytes; what is more is not kept.
const ENTRIES_MAX: usize = 1_024;
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// Answers that are handed over in one exchange, and about how many bytes of them.
const TOGETHER_MAX: usize = 64;
const BYTES_TOGETHER_MAX: usize = 1024 * 1024;

/// What waits to be kept.
#[derive(Debug)]
pub(super) struct Keeper {
    queue: mpsc::Sender<SharedEntry>,
    bytes: Arc<AtomicUsize>,
    keeping: AbortHandle,
}

impl Keeper {
    /// Begins; needs a runtime.
    pub(super) fn new(cache: Arc<dyn SharedCache>) -> Self {
        let (queue, waiting) = mpsc::channel(ENTRIES_MAX);
        let bytes = Arc::new(AtomicUsize::new(0));
        let keeping = tokio::spawn(keep(cache, waiting, Arc::clone(&bytes))).abort_handle();
        Self { queue, bytes, keeping }
    }

    /// Never waits: what finds no room is not kept.
    pub(super) fn keep(&self, entry: SharedEntry) {
        let size = entry.answer.value.len();
        let is_full = self.bytes.fetch_add(size, Ordering::Relaxed) + size > BYTES_MAX;
        if is_full || self.queue.try_send(entry).is_err() {
            self.bytes.fetch_sub(size, Ordering::Relaxed);
            telemetry::count_shared_keep("dropped", 1);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

async fn keep(cache: Arc<dyn SharedCache>, mut waiting: mpsc::Receiver<SharedEntry>, bytes: Arc<AtomicUsize>) {
    while let Some(first) = waiting.recv().await {
        let mut size = first.answer.value.len();
        let mut entries = vec![first];
        while entries.len() < TOGETHER_MAX && size < BYTES_TOGETHER_MAX {
            let Ok(next) = waiting.try_recv() else { break };
            size += next.answer.value.len();
            entries.push(next);
        }
        let outcome = if cache.keep(&entries).await.is_ok() { "kept" } else { "failed" };
        telemetry::count_shared_keep(outcome, entries.len());
        bytes.fetch_sub(size, Ordering::Relaxed);
    }
}
