//! What the router remembers of answers, and what it tells clients of how long they may.
//!
//! How long something may be kept the graph says (`hints`; `policy` of a whole operation, `fetch_policy` of what is asked of
//! one subgraph), and each subgraph with its replies; the strictest counts. Two stores keep what may be kept: the answers of subgraphs (`request` is what a request sees of them while it is
//! executed), and whole replies, here. `key` says for whom something is kept, `tags` what it is about, `freshness` what has
//! changed since; `headers` writes `Cache-Control`, `Age` and `ETag`.
//!
//! **Invariants.** What was made for one viewer is found by nobody else: who may see it is part of its key, and rights are
//! judged before anything is looked for. Nothing is kept of mutations, of subscriptions and of what came with an error. Who
//! has changed something is shown nothing that was asked for before that.

mod fetch_policy;
mod freshness;
mod headers;
mod hints;
mod key;
pub(crate) mod operators;
mod policy;
mod request;
mod store;
mod tags;

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use apollo_compiler::ast::OperationType;
use apollo_compiler::validation::Valid;
use router_execution::{CachePolicy, FetchCache, Flights, JsonMap, Reply, RequestContext};
use serde_json::value::RawValue;
use tokio::time::Instant;

pub(crate) use self::fetch_policy::policy_of_fetch;
use self::freshness::Freshness;
pub(crate) use self::headers::{ReplyCaching, write_headers};
pub(crate) use self::hints::Hints;
use self::key::{digest, person};
pub(crate) use self::policy::policy_of;
use self::request::RequestCache;
use self::store::{Kept, Store};
pub(crate) use self::tags::FetchSubjects;
use crate::configuration::CachingSettings;
use crate::graph_view::GraphView;
use crate::identity::Viewer;
use crate::operation::Operation;
use crate::telemetry::{self, Stage};

/// Everything that is kept between requests.
#[derive(Debug)]
pub(crate) struct Caches {
    settings: CachingSettings,
    fetches: Option<Store<Arc<JsonMap>>>,
    replies: Option<Store<Box<RawValue>>>,
    freshness: Freshness,
    flights: Flights,
    /// The replies that are being renewed.
    renewing: Mutex<HashSet<[u8; 32]>>,
}

/// Tells a router what has changed outside of it, so that it forgets what it keeps of that. Clones tell the same router.
#[derive(Debug, Clone)]
pub struct CacheInvalidation(Arc<Caches>);

impl CacheInvalidation {
    pub(crate) fn new(caches: &Arc<Caches>) -> Self {
        Self(Arc::clone(caches))
    }

    /// Objects of these types, and whatever has one of these values in an `ID` field, have changed: nothing that was asked
    /// for before this call is given to anybody after it.
    pub fn outdate<'n>(&self, types: impl Iterator<Item = &'n str>, ids: impl Iterator<Item = &'n str>) {
        self.0.outdate(types, ids);
    }

    /// It is not known what has changed.
    pub fn outdate_everything(&self) {
        self.0.outdate_everything();
    }
}

/// The `data` of a reply.
type KeptReply = Arc<Kept<Box<RawValue>>>;

/// What is to be executed.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) view: Arc<GraphView>,
    pub(crate) operation: Arc<Operation>,
    pub(crate) variables: Arc<Valid<JsonMap>>,
    pub(crate) context: RequestContext,
    /// As subgraphs are told.
    pub(crate) viewer: Viewer,
    /// Stands for the headers that subgraphs are told of the request beside; none without rules for headers.
    pub(crate) headers: Option<[u8; 32]>,
}

/// A reply, and what a client may know of how it was kept.
#[derive(Debug)]
pub(crate) struct Executed {
    pub(crate) reply: Reply,
    pub(crate) caching: ReplyCaching,
}

impl Execution {
    async fn run(&self) -> Reply {
        let executor = self.view.executor(self.operation.kind);
        let executing = executor.execute(&self.operation.prepared, &self.variables, &self.context);
        Stage::Execution.run(executing).await
    }

    fn policy_of(&self, reply: &Reply) -> CachePolicy {
        let policy = reply.policy.and(self.operation.policy);
        // Nobody was asked: what is in it may be of today only.
        if policy.max_age == u32::MAX { CachePolicy::NOT_KEPT } else { policy }
    }
}

impl Caches {
    pub(crate) fn new(settings: CachingSettings) -> Self {
        let stale_seconds = settings.stale_if_error_seconds.max(settings.stale_while_revalidate_seconds);
        let kept_max = Duration::from_secs(u64::from(settings.max_age_seconds_max) + u64::from(stale_seconds));
        Self {
            fetches: Store::new(settings.fetch_bytes_max, settings.stale_if_error_seconds),
            replies: Store::new(settings.reply_bytes_max, settings.stale_while_revalidate_seconds),
            freshness: Freshness::new(kept_max),
            flights: Flights::default(),
            renewing: Mutex::default(),
            settings,
        }
    }

    /// Answers from what is kept, as far as possible, and keeps what may be kept.
    pub(crate) async fn execute(self: &Arc<Self>, execution: Execution) -> Executed {
        if execution.operation.kind == OperationType::Mutation {
            return self.change(execution).await;
        }
        if !self.settings.is_used() {
            let reply = execution.run().await;
            let policy = execution.policy_of(&reply);
            return Executed { reply, caching: ReplyCaching::fresh(policy) };
        }
        let cache = Arc::new(RequestCache::new(self, &execution));
        let may_be_kept = self.replies.is_some() && execution.operation.policy.may_be_kept();
        let key = may_be_kept.then(|| reply_key(&execution));
        if let Some((kept, key)) = self.kept_reply(&cache, key) {
            let policy = kept.policy_now();
            if !policy.may_be_kept() {
                self.renew(execution, key);
            }
            return Executed { reply: reply_of(&kept), caching: ReplyCaching::kept(kept.policy, kept.age()) };
        }
        self.execute_and_keep(execution, &cache, key).await
    }

    /// Whatever is about one of these types or ids has changed.
    fn outdate<'n>(&self, types: impl Iterator<Item = &'n str>, ids: impl Iterator<Item = &'n str>) {
        let types = types.map(|name| tags::of_type(&self.freshness, name));
        self.freshness.outdate(types.chain(ids.map(|id| tags::of_id(&self.freshness, id))));
        telemetry::count_cache_invalidation();
    }

    /// Everything has changed.
    fn outdate_everything(&self) {
        self.freshness.outdate_everything();
        telemetry::count_cache_invalidation();
    }

    /// About how many bytes are kept: of answers of subgraphs, and of replies.
    fn bytes(&self) -> (u64, u64) {
        (self.fetches.as_ref().map_or(0, Store::bytes), self.replies.as_ref().map_or(0, Store::bytes))
    }

    fn kept_reply(&self, cache: &RequestCache, key: Option<[u8; 32]>) -> Option<(KeptReply, [u8; 32])> {
        let (store, key) = self.replies.as_ref().zip(key)?;
        let kept = cache.get(store, key).filter(|kept| kept.is_within(self.settings.stale_while_revalidate_seconds));
        telemetry::count_reply_cache(kept.as_ref().map(|kept| kept.policy_now().may_be_kept()));
        Some((kept?, key))
    }

    async fn execute_and_keep(
        &self,
        mut execution: Execution,
        cache: &Arc<RequestCache>,
        key: Option<[u8; 32]>,
    ) -> Executed {
        execution.context.cache = Some(Arc::clone(cache) as Arc<dyn FetchCache>);
        let reply = execution.run().await;
        let policy = cache.bounded(execution.policy_of(&reply));
        let place = self.replies.as_ref().zip(key).zip(cache.viewer_of(policy));
        if let Some(((store, key), viewer)) = place.filter(|_| policy.may_be_kept()) {
            let (value, tags) = (reply.data.clone(), cache.tags());
            let bytes = value.get().len() + tags.len() * size_of::<freshness::Tag>();
            let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
            let kept = Kept { value, policy, since: Instant::now(), asked_at: cache.asked_at, tags, bytes };
            store.put((key, viewer), kept);
        }
        Executed { reply, caching: ReplyCaching::fresh(policy) }
    }

    /// Renews a reply behind the one who was given it once more.
    fn renew(self: &Arc<Self>, execution: Execution, key: [u8; 32]) {
        if !self.renewing.lock().unwrap_or_else(PoisonError::into_inner).insert(key) {
            return;
        }
        let caches = Arc::clone(self);
        tokio::spawn(async move {
            let renewal = Renewal { caches: &caches, key };
            let cache = Arc::new(RequestCache::new(&caches, &execution));
            caches.execute_and_keep(execution, &cache, Some(key)).await;
            drop(renewal);
        });
    }

    /// Executes a mutation: what it says it has changed is outdated before anybody hears of it.
    async fn change(&self, execution: Execution) -> Executed {
        let reply = execution.run().await;
        let data: JsonMap = serde_json::from_str(reply.data.get()).unwrap_or_default();
        let changes = execution.operation.changes.tags_of_change(&self.freshness, &data, &execution.variables);
        self.freshness.outdate(changes);
        if let Some(person) = person(&execution.viewer) {
            self.freshness.changed_by(person);
        }
        Executed { reply, caching: ReplyCaching::fresh(CachePolicy::NOT_KEPT) }
    }
}

/// Ends the renewal, however it ends.
struct Renewal<'c> {
    caches: &'c Caches,
    key: [u8; 32],
}

impl Drop for Renewal<'_> {
    fn drop(&mut self) {
        self.caches.renewing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// A number for each operation that is prepared: none has that of another, even one with the same text that was forgotten.
pub(crate) fn next_operation_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What the reply is kept under: the operation, which is of one view of the graph and of one set of rights, and its
/// variables.
fn reply_key(execution: &Execution) -> [u8; 32] {
    let variables = serde_json::to_vec(&**execution.variables).unwrap_or_default();
    digest([&execution.operation.number.to_be_bytes()[..], &variables])
}

fn reply_of(kept: &Kept<Box<RawValue>>) -> Reply {
    Reply { data: kept.value.clone(), errors: Vec::new(), extensions: JsonMap::new(), policy: kept.policy_now() }
}
