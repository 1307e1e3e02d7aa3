//! What the router remembers of answers, and what it tells clients of how long they may.
//!
//! How long something may be kept the graph says (`hints`; `policy` of a whole operation, `fetch_policy` of what is asked of
//! one subgraph), and each subgraph with its replies; the strictest counts. Two stores keep what may be kept: the answers of
//! subgraphs (`request` is what a request sees of them while it is executed), and whole replies, here. `key` says for whom something is kept, `tags` what it is about, `cache_tags` what subgraphs call that, `freshness` what has
//! changed since; `headers` writes `Cache-Control`, `Age` and `ETag`; `verdicts` tells operators what became of each fetch. Behind both stores there may be one that several routers
//! share (`level`): it is told of every change (`telling`) and given every answer (`keeping`), and a request hears from it what
//! has changed elsewhere before anything is looked for.
//!
//! **Invariants.** What was made for one viewer is found by nobody else: who may see it is part of its key, and rights are
//! judged before anything is looked for. Nothing is kept of mutations, of subscriptions and of what came with an error. Who
//! has changed something is shown nothing that was asked for before that.

mod cache_tags;
mod fetch_policy;
mod freshness;
mod headers;
mod hints;
mod keeping;
mod key;
mod level;
pub(crate) mod operators;
mod policy;
mod request;
mod shared;
mod store;
mod tags;
mod telling;
mod verdicts;

use std::collections::HashSet;
use std::hash::RandomState;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use apollo_compiler::ast::OperationType;
use apollo_compiler::validation::Valid;
use router_execution::{CachePolicy, FetchCache, Flights, JsonMap, Reply, RequestContext};
use serde_json::value::RawValue;

pub(crate) use self::cache_tags::CacheTags;
use self::freshness::{Freshness, Words};
pub(crate) use self::headers::{ReplyCaching, write_headers};
pub(crate) use self::hints::Hints;
pub(crate) use self::key::digest;
use self::key::person;
use self::level::Level;
pub(crate) use self::policy::policy_of;
use self::request::{Made, RequestCache, Wanted};
pub use self::shared::{
    SharedAnswer, SharedCache, SharedCacheUnavailable, SharedChanges, SharedEntry, SharedLook, SharedMoment,
    SharedSubject, SharedView,
};
use self::store::{Kept, Store};
pub(crate) use self::tags::{FetchSubjects, read_fetch};
pub(crate) use self::verdicts::{Circumstances, Verdicts, told_of_reply};
use crate::configuration::CachingSettings;
use crate::graph_view::GraphView;
use crate::identity::Viewer;
use crate::operation::Operation;
use crate::recording::Recorder;
use crate::telemetry::{self, Stage};

/// Everything that is kept between requests.
#[derive(Debug)]
pub(crate) struct Caches {
    settings: CachingSettings,
    fetches: Option<Store<Arc<JsonMap>>>,
    replies: Option<Store<Box<RawValue>>>,
    freshness: Freshness,
    /// What is kept together with other routers.
    level: Option<Level>,
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
    /// for before this call is given to anybody after it. Routers with which this one shares what they keep are told beside;
    /// what is given back can wait for that.
    pub fn outdate<'n>(&self, types: impl Iterator<Item = &'n str>, ids: impl Iterator<Item = &'n str>) -> Outdated {
        Outdated { telling: self.0.outdate(types, ids, std::iter::empty()), caches: Arc::clone(&self.0) }
    }

    /// The same of what subgraphs call by these words: with `@cacheTag`, or in the `extensions` of their replies.
    pub fn outdate_tagged<'n>(&self, words: impl Iterator<Item = &'n str>) -> Outdated {
        let telling = self.0.outdate(std::iter::empty(), std::iter::empty(), words);
        Outdated { telling, caches: Arc::clone(&self.0) }
    }

    /// It is not known what has changed.
    pub fn outdate_everything(&self) -> Outdated {
        Outdated { telling: self.0.outdate_everything(), caches: Arc::clone(&self.0) }
    }
}

/// Something is outdated here, and others are being told.
#[derive(Debug)]
pub struct Outdated {
    telling: Option<Telling>,
    caches: Arc<Caches>,
}

type Telling = tokio::sync::oneshot::Receiver<()>;

impl Outdated {
    /// Waits until the other routers know it as well, or cannot be told within the time that a request waits for them.
    pub async fn everywhere(self) {
        if let (Some(level), Some(telling)) = (&self.caches.level, self.telling) {
            level.told(telling).await;
        }
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
    pub(crate) recorder: Recorder,
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
        Stage::Execution.run(&self.recorder, executing).await
    }

    fn policy_of(&self, reply: &Reply) -> CachePolicy {
        let policy = reply.policy.and(self.operation.policy);
        // Nobody was asked: what is in it may be of today only.
        if policy.max_age == u32::MAX { CachePolicy::NOT_KEPT } else { policy }
    }
}

impl Caches {
    /// With `shared` it needs a runtime.
    pub(crate) fn new(settings: CachingSettings, shared: Option<Arc<dyn SharedCache>>) -> Self {
        let kept_max = Duration::from_secs(settings.kept_seconds_max());
        let words = if shared.is_some() { Words::Shared } else { Words::Own(RandomState::new()) };
        Self {
            fetches: Store::new(settings.fetch_bytes_max, settings.stale_if_error_seconds),
            replies: Store::new(settings.reply_bytes_max, settings.stale_while_revalidate_seconds),
            freshness: Freshness::new(kept_max, words),
            level: shared.map(|shared| Level::new(shared, &settings)),
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
        let may_be_kept = self.replies.is_some() && execution.operation.policy.may_be_kept();
        let key = may_be_kept.then(|| reply_key(&execution));
        let (cache, found) = match &self.level {
            Some(_) => RequestCache::begin(self, &execution, key.map(Wanted::reply)).await,
            None => (RequestCache::alone(self, &execution), Vec::new()),
        };
        let cache = Arc::new(cache);
        if let Some((kept, key)) = self.kept_reply(&cache, key, found).await {
            let policy = kept.policy_now();
            if !policy.may_be_kept() {
                self.renew(execution, key);
            }
            return Executed { reply: reply_of(&kept), caching: ReplyCaching::kept(kept.policy, kept.age()) };
        }
        self.execute_and_keep(execution, &cache, key).await
    }

    /// Whatever is about one of these types or ids, or is called so by a subgraph, has changed.
    fn outdate<'n>(
        &self,
        types: impl Iterator<Item = &'n str>,
        ids: impl Iterator<Item = &'n str>,
        words: impl Iterator<Item = &'n str>,
    ) -> Option<Telling> {
        let types = types.map(|name| tags::of_type(&self.freshness, name));
        let ids = ids.map(|id| tags::of_id(&self.freshness, id));
        let words = words.map(|word| tags::of_word(&self.freshness, word));
        telemetry::count_cache_invalidation();
        self.outdate_tags(types.chain(ids).chain(words).collect(), None)
    }

    /// First it is noted that others have to be told: from then on nothing of theirs is believed until they are.
    fn outdate_tags(&self, tags: Vec<freshness::Tag>, person: Option<[u8; 32]>) -> Option<Telling> {
        let telling = self.level.as_ref().map(|level| level.outdate(&tags, person));
        self.freshness.outdate(tags);
        if let Some(person) = person {
            self.freshness.changed_by(person);
        }
        telling
    }

    /// Everything has changed.
    fn outdate_everything(&self) -> Option<Telling> {
        telemetry::count_cache_invalidation();
        let telling = self.level.as_ref().map(Level::outdate_everything);
        self.freshness.outdate_everything();
        telling
    }

    /// About how many bytes are kept: of answers of subgraphs, and of replies.
    fn bytes(&self) -> (u64, u64) {
        (self.fetches.as_ref().map_or(0, Store::bytes), self.replies.as_ref().map_or(0, Store::bytes))
    }

    /// The reply that is kept. `found` is what was found of it elsewhere, on the way.
    async fn kept_reply(
        &self,
        cache: &RequestCache,
        key: Option<[u8; 32]>,
        found: Vec<Option<SharedAnswer>>,
    ) -> Option<(KeptReply, [u8; 32])> {
        let (store, key) = self.replies.as_ref().zip(key)?;
        let within = self.settings.stale_while_revalidate_seconds;
        let find = || cache.get(store, key).filter(|kept| kept.is_within(within));
        let mut kept = find();
        let mut is_borrowed = false;
        if self.level.is_some() && kept.is_none() {
            let wanted = [Wanted::reply(key)];
            match found.is_empty() {
                true => cache.borrow_all(store, &wanted).await,
                false => cache.take_in(store, &wanted, found),
            }
            kept = find();
            is_borrowed = kept.is_some();
        }
        telemetry::count_reply_cache(kept.as_ref().map(|kept| kept.policy_now().may_be_kept()), is_borrowed);
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
            let seconds_after = self.settings.stale_while_revalidate_seconds;
            let made = Made { value, policy, tags, bytes, is_whole: true, seconds_after };
            cache.put(store, Wanted::reply(key), viewer, made);
        }
        Executed { reply, caching: ReplyCaching::fresh(policy) }
    }

    /// Renews a reply behind the one who was given it once more.
    fn renew(self: &Arc<Self>, mut execution: Execution, key: [u8; 32]) {
        if !self.renewing.lock().unwrap_or_else(PoisonError::into_inner).insert(key) {
            return;
        }
        // The request is answered, and is not what this is recorded as.
        (execution.recorder, execution.context.observer) = (Recorder::default(), None);
        let caches = Arc::clone(self);
        tokio::spawn(async move {
            let renewal = Renewal { caches: &caches, key };
            let (cache, _) = RequestCache::begin(&caches, &execution, None).await;
            caches.execute_and_keep(execution, &Arc::new(cache), Some(key)).await;
            drop(renewal);
        });
    }

    /// Executes a mutation: what it says it has changed is outdated before anybody hears of it.
    async fn change(&self, execution: Execution) -> Executed {
        let reply = execution.run().await;
        let data: JsonMap = serde_json::from_str(reply.data.get()).unwrap_or_default();
        let changes = execution.operation.changes.tags_of_change(&self.freshness, &data, &execution.variables);
        let telling = self.outdate_tags(changes, person(&execution.viewer));
        if let (Some(level), Some(telling)) = (&self.level, telling) {
            level.told(telling).await;
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

/// What the reply is kept under: the operation, which is of one view of the graph and of one set of rights, and its
/// variables.
fn reply_key(execution: &Execution) -> [u8; 32] {
    let variables = serde_json::to_vec(&**execution.variables).unwrap_or_default();
    digest([&execution.operation.digest[..], &variables])
}

fn reply_of(kept: &Kept<Box<RawValue>>) -> Reply {
    Reply { data: kept.value.clone(), errors: Vec::new(), extensions: JsonMap::new(), policy: kept.policy_now() }
}
