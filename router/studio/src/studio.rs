//! The studio itself: what is told goes in, and what is asked is answered.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use router_schema::Supergraph;
use telemetry::{KeptFor, Span, SpanSink, TraceId};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::graph::GraphModel;
use crate::keeper::{self, Message};
use crate::live::{LiveEvent, SUBSCRIBERS_BEHIND_MAX};
use crate::memory::Memory;
use crate::request::{RequestRecord, RequestSink};
use crate::store::traces::KeptTrace;
use crate::store::{Store, StoreError};

/// What is told and not yet dealt with: more is dropped, and counted.
const QUEUE_MAX: usize = 8_192;
/// Spans in that queue, since one message may bring many.
const QUEUED_SPANS_MAX: usize = 100_000;
/// How long an answer waits for what was told before it was asked.
const SETTLE_TIME_MAX: Duration = Duration::from_secs(1);

/// Tells the time of day, in milliseconds since 1970.
pub type Now = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What a studio is made with.
#[derive(Clone)]
pub struct StudioOptions {
    /// The file that keeps everything; without it everything is kept in memory, and lost when the process ends.
    pub path: Option<PathBuf>,
    /// Kept traces take no more than this, in bytes.
    pub bytes_max: u64,
    /// Kept traces are no older than this.
    pub age_max: Duration,
    /// The p95 that no operation should exceed.
    pub budget: Duration,
    /// The clock.
    pub now: Now,
}

impl fmt::Debug for StudioOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StudioOptions").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Default for StudioOptions {
    fn default() -> Self {
        Self {
            path: None,
            bytes_max: 256 * 1024 * 1024,
            age_max: Duration::from_secs(7 * 24 * 3_600),
            budget: Duration::from_millis(100),
            now: Arc::new(|| {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
            }),
        }
    }
}

/// What the graph remembers of its requests. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Studio {
    pub(crate) shared: Arc<Shared>,
    messages: mpsc::Sender<Message>,
}

/// What the studio and its keeper have in common.
pub(crate) struct Shared {
    pub(crate) options: StudioOptions,
    pub(crate) store: Store,
    memory: RwLock<Memory>,
    graph: RwLock<Option<Arc<GraphModel>>>,
    pub(crate) live: broadcast::Sender<LiveEvent>,
    pub(crate) queued_spans: AtomicUsize,
    pub(crate) dropped: AtomicU64,
    pub(crate) started_ms: u64,
    /// Zero while the graph is the one of the start.
    reloaded_ms: AtomicU64,
    /// Since when requests are remembered, with interruptions.
    pub(crate) observed_since_ms: u64,
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Studio").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn now_ms(&self) -> u64 {
        (self.options.now)()
    }

    pub(crate) fn memory(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn memory_mut(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the graph was last found to be another one than before, if it was since the start.
    pub(crate) fn reloaded_ms(&self) -> Option<u64> {
        Some(self.reloaded_ms.load(Ordering::Relaxed)).filter(|at_ms| *at_ms > 0)
    }

    /// When something last changed that may make requests slower: the graph, or the process.
    pub(crate) fn changed_ms(&self) -> u64 {
        self.reloaded_ms().unwrap_or(self.started_ms)
    }

    pub(crate) fn graph(&self) -> Option<Arc<GraphModel>> {
        self.graph.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The fact since when requests are remembered.
const OBSERVED_SINCE: &str = "observed_since_ms";

impl Studio {
    /// Opens the store, reads what was counted before, and begins to remember. Within a runtime.
    ///
    /// # Errors
    /// When the file cannot be made; one that cannot be read is put aside.
    pub async fn open(options: StudioOptions) -> Result<Self, StoreError> {
        let store = match &options.path {
            Some(path) => match Store::open(path).await {
                Err(StoreError::InUse) => {
                    let file = path.display();
                    tracing::warn!(%file, "another process keeps its history there; this one's is lost when it ends");
                    Store::in_memory().await?
                }
                opened => opened?,
            },
            None => Store::in_memory().await?,
        };
        let started_ms = (options.now)();
        let mut memory = Memory::default();
        let known = u32::try_from(crate::memory::OPERATIONS_MAX).unwrap_or(u32::MAX);
        memory.restore(store.tiers(started_ms / 1000).await?, store.operations(known).await?);
        let observed = store.fact(OBSERVED_SINCE).await?.and_then(|value| value.parse().ok());
        if observed.is_none() {
            store.set_fact(OBSERVED_SINCE, &started_ms.to_string()).await?;
        }
        let shared = Arc::new(Shared {
            options,
            store,
            memory: RwLock::new(memory),
            graph: RwLock::new(None),
            live: broadcast::Sender::new(SUBSCRIBERS_BEHIND_MAX),
            queued_spans: AtomicUsize::new(0),
            dropped: AtomicU64::new(0),
            started_ms,
            reloaded_ms: AtomicU64::new(0),
            observed_since_ms: observed.unwrap_or(started_ms),
        });
        let (messages, received) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(keeper::run(Arc::clone(&shared), received));
        Ok(Self { shared, messages })
    }

    /// Learns the graph whose requests it is told of, and notes what has changed in it.
    pub fn learn(&self, supergraph: &Supergraph) {
        let graph = Arc::new(GraphModel::of(supergraph));
        let mut known = self.shared.graph.write().unwrap_or_else(PoisonError::into_inner);
        if known.replace(Arc::clone(&graph)).is_some() {
            self.shared.reloaded_ms.store(self.shared.now_ms(), Ordering::Relaxed);
        }
        drop(known);
        self.send(Message::Learned(graph));
    }

    /// Takes spans that somebody else has sent. Those of traces that are not kept are forgotten.
    pub fn take_foreign(&self, spans: Vec<Span>) {
        self.send_spans(spans, Message::Foreign);
    }

    /// The time of day, in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.shared.now_ms()
    }

    /// What 95 of 100 requests of an operation should not exceed.
    #[must_use]
    pub fn budget(&self) -> Duration {
        self.shared.options.budget
    }

    /// How long traces are kept at most.
    #[must_use]
    pub fn age_max(&self) -> Duration {
        self.shared.options.age_max
    }

    /// How much was dropped for want of room: requests, bundles of spans, and spans.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// What happens from now on.
    #[must_use]
    pub fn live(&self) -> broadcast::Receiver<LiveEvent> {
        self.shared.live.subscribe()
    }

    /// A trace, if it is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn kept(&self, id: TraceId) -> Result<Option<KeptTrace>, sqlx::Error> {
        self.settle().await;
        self.shared.store.trace(id).await
    }

    /// Waits until what was told before is written: whoever asks after a request, sees it. Not for long.
    pub async fn settle(&self) {
        let (done, is_done) = oneshot::channel();
        if self.messages.try_send(Message::Settle(done)).is_ok() {
            // Late or not: what is there is told.
            let _ = tokio::time::timeout(SETTLE_TIME_MAX, is_done).await;
        }
    }

    /// Writes everything and lets go of the store. What is told after that is dropped.
    pub async fn close(&self) {
        let (done, is_done) = oneshot::channel();
        if self.messages.send(Message::Close(done)).await.is_ok() {
            let _ = is_done.await;
        }
        self.shared.store.close().await;
    }

    fn send(&self, message: Message) -> bool {
        let sent = self.messages.try_send(message).is_ok();
        if !sent {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
        sent
    }

    fn send_spans(&self, spans: Vec<Span>, message: impl FnOnce(Vec<Span>) -> Message) {
        let count = spans.len();
        if count == 0 {
            return;
        }
        let queued = &self.shared.queued_spans;
        if queued.fetch_add(count, Ordering::Relaxed) + count > QUEUED_SPANS_MAX {
            queued.fetch_sub(count, Ordering::Relaxed);
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        } else if !self.send(message(spans)) {
            queued.fetch_sub(count, Ordering::Relaxed);
        }
    }
}

impl RequestSink for Studio {
    fn answered(&self, request: &Arc<RequestRecord>, kept: Option<KeptFor>) {
        self.send(Message::Answered(Arc::clone(request), kept));
    }
}

impl SpanSink for Studio {
    fn take(&self, spans: &[Span], why: KeptFor) {
        self.send_spans(spans.to_vec(), |spans| Message::Spans(spans, why));
    }
}
