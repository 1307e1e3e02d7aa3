//! What is kept, as one request may see it.

mod borrowing;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use apollo_compiler::validation::Valid;
use async_trait::async_trait;
use router_execution::{
    CachePolicy, CacheScope, FetchCache, FetchKey, FetchPlace, Flights, FreshAnswer, JsonMap, JsonValue, KeptAnswer,
};
use tokio::time::Instant;

pub(super) use self::borrowing::Wanted;
use super::freshness::Tag;
use super::key::{ViewerKey, ViewerKeys, digest, person};
use super::level::{Shareable, Standing};
use super::shared::{SharedAnswer, SharedEntry};
use super::store::{Kept, Store};
use super::{Caches, Execution};
use crate::operation::Operation;
use crate::telemetry;

/// About what a value takes in memory beside its text.
const VALUE_BYTES: usize = 64;

/// One request's look at what is kept.
#[derive(Debug)]
pub(crate) struct RequestCache {
    caches: Arc<Caches>,
    operation: Arc<Operation>,
    variables: Arc<Valid<JsonMap>>,
    keys: ViewerKeys,
    has_header_rules: bool,
    /// When the request began.
    asked_at: u64,
    /// When its viewer has changed something last: nothing older is for them.
    since: u64,
    standing: Standing,
    /// Stands for the viewer when they change something.
    person: Option<ViewerKey>,
    graph: [u8; 32],
    /// What is shared has not answered once: it is not waited for again.
    is_unanswered: AtomicBool,
    /// What the answers so far are about.
    tags: Mutex<HashSet<Tag>>,
    oldest: Oldest,
}

/// When the oldest of the answers was asked for: a whole reply is as old as that.
#[derive(Debug)]
struct Oldest {
    asked_at: AtomicU64,
    asked_at_shared: AtomicU64,
    is_borrowed: AtomicBool,
}

impl RequestCache {
    /// What `execution` may see, when nothing is shared.
    pub(super) fn alone(caches: &Arc<Caches>, execution: &Execution) -> Self {
        let viewer = &execution.viewer;
        let asked_at = caches.freshness.now();
        let person = person(viewer);
        Self {
            caches: Arc::clone(caches),
            operation: Arc::clone(&execution.operation),
            variables: Arc::clone(&execution.variables),
            keys: ViewerKeys::new(viewer, execution.headers),
            has_header_rules: execution.headers.is_some(),
            asked_at,
            since: person.map_or(0, |person| caches.freshness.last_change_of(&person)),
            standing: Standing::Alone,
            person,
            graph: execution.view.operations.graph_digest(),
            is_unanswered: AtomicBool::new(false),
            tags: Mutex::default(),
            oldest: Oldest {
                asked_at: AtomicU64::new(asked_at),
                asked_at_shared: AtomicU64::new(u64::MAX),
                is_borrowed: AtomicBool::new(false),
            },
        }
    }

    /// The same, after it was heard what has changed elsewhere. When `reply` is wanted and memory does not have it, it is
    /// looked for on the same way, and then is in memory if it was there.
    pub(super) async fn begin(
        caches: &Arc<Caches>,
        execution: &Execution,
        reply: Option<Wanted>,
    ) -> (Self, Vec<Option<SharedAnswer>>) {
        let mut cache = Self::alone(caches, execution);
        let Some(level) = &caches.level else { return (cache, Vec::new()) };
        let is_here = |wanted: Wanted| {
            let store = caches.replies.as_ref();
            cache.viewers().any(|viewer| store.is_some_and(|store| store.get(&(wanted.key, viewer)).is_some()))
        };
        let names = reply.filter(|reply| !is_here(*reply)).map_or_else(Vec::new, |reply| cache.names(reply));
        let (standing, found) = level.look(&caches.freshness, cache.person, &names).await;
        // Only now is it known here what had changed there.
        cache.asked_at = caches.freshness.now();
        cache.since = cache.person.map_or(0, |person| caches.freshness.last_change_of(&person));
        cache.oldest.asked_at = AtomicU64::new(cache.asked_at);
        cache.is_unanswered = AtomicBool::new(!matches!(standing, Standing::Synchronous { .. }));
        cache.standing = standing;
        (cache, found)
    }

    fn viewers(&self) -> impl Iterator<Item = ViewerKey> {
        [Some(self.keys.shared), self.keys.own].into_iter().flatten()
    }

    /// What is kept in memory for this viewer, and is not outdated.
    pub(super) fn get<V: Send + Sync + 'static>(&self, store: &Store<V>, key: [u8; 32]) -> Option<Arc<Kept<V>>> {
        if matches!(self.standing, Standing::Unsure) {
            return None;
        }
        let current = self.viewers().filter_map(|viewer| store.get(&(key, viewer)));
        let current = current.filter(|kept| {
            kept.asked_at >= self.since
                && self.is_new_enough(kept)
                && !self.caches.freshness.is_outdated(kept.asked_at, &kept.tags)
        });
        // When both were kept at one time or another, the newer one is what holds.
        current.reduce(|one, other| if one.since > other.since { one } else { other })
    }

    /// By the shared time, as far as that is known.
    fn is_new_enough<V>(&self, kept: &Kept<V>) -> bool {
        match &self.standing {
            Standing::Alone => true,
            Standing::Synchronous { person_changed_at, .. } => kept.asked_at_shared >= *person_changed_at,
            Standing::Away | Standing::Unsure => !kept.is_borrowed || self.since == 0,
        }
    }

    /// Keeps what was asked for by this request, here and for others. `seconds_after` is how long it is of use after its time.
    pub(super) fn put<V: Shareable + Clone + Send + Sync + 'static>(
        &self,
        store: &Store<V>,
        wanted: Wanted,
        viewer: ViewerKey,
        made: Made<V>,
    ) {
        let Made { value, policy, tags, bytes, is_whole, seconds_after } = made;
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let own = match &self.standing {
            Standing::Synchronous { moment, .. } => Some(moment),
            _ => None,
        };
        let own_clock = own.map_or(0, |moment| moment.clock);
        let (asked_at, asked_at_shared, is_borrowed) =
            if is_whole { self.oldest.get(own_clock) } else { (self.asked_at, own_clock, false) };
        if let (Some(level), Some(moment)) = (&self.caches.level, own) {
            let mut moment = moment.clone();
            moment.clock = asked_at_shared;
            level.keep(SharedEntry {
                name: self.name(wanted, &viewer),
                asked_at: moment,
                answer: SharedAnswer {
                    asked_at: asked_at_shared,
                    tags: tags.to_vec(),
                    max_age: policy.max_age,
                    is_private: policy.scope == CacheScope::Private,
                    age: Duration::ZERO,
                    value: value.to_text(),
                },
                life: Duration::from_secs(u64::from(policy.max_age) + u64::from(seconds_after)),
            });
        }
        let since = Instant::now();
        let kept = Kept { value, policy, since, asked_at, asked_at_shared, is_borrowed, tags, bytes };
        store.put((wanted.key, viewer), kept);
    }

    /// For whom something of this policy is kept; nobody, when it is private and nobody has said who they are.
    pub(super) fn viewer_of(&self, policy: CachePolicy) -> Option<ViewerKey> {
        match policy.scope.max(self.operation.policy.scope) {
            CacheScope::Public => Some(self.keys.shared),
            CacheScope::Private => self.keys.own,
        }
    }

    /// All that the answers are about.
    pub(super) fn tags(&self) -> Arc<[Tag]> {
        self.tags.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Notes what a part of the reply is about, and how old it is.
    fn note_kept<V>(&self, kept: &Kept<V>) {
        self.note(&kept.tags);
        self.oldest.asked_at.fetch_min(kept.asked_at, Ordering::Relaxed);
        self.oldest.asked_at_shared.fetch_min(kept.asked_at_shared, Ordering::Relaxed);
        self.oldest.is_borrowed.fetch_or(kept.is_borrowed, Ordering::Relaxed);
    }

    fn note(&self, tags: &[Tag]) {
        self.tags.lock().unwrap_or_else(PoisonError::into_inner).extend(tags);
    }

    /// No longer than the settings allow.
    pub(super) fn bounded(&self, policy: CachePolicy) -> CachePolicy {
        CachePolicy { max_age: policy.max_age.min(self.caches.settings.max_age_seconds_max), ..policy }
    }
}

#[async_trait]
impl FetchCache for RequestCache {
    async fn find(&self, place: FetchPlace, keys: &[FetchKey]) -> Vec<Option<KeptAnswer>> {
        let Some(store) = &self.caches.fetches else { return Vec::new() };
        let stale_seconds = self.caches.settings.stale_if_error_seconds;
        let find = |key: &FetchKey| self.get(store, *key).filter(|kept| kept.is_within(stale_seconds));
        let mut kept: Vec<_> = keys.iter().map(find).collect();
        let hits = kept.iter().filter(|kept| is_fresh(kept)).count();
        if self.caches.level.is_some() && hits < keys.len() {
            let missing: Vec<_> = (0..keys.len()).filter(|index| !is_fresh(&kept[*index])).collect();
            let wanted: Vec<_> = missing.iter().map(|index| Wanted::fetch(keys[*index])).collect();
            self.borrow_all(store, &wanted).await;
            missing.into_iter().for_each(|index| kept[index] = find(&keys[index]));
        }
        let all_hits = kept.iter().filter(|kept| is_fresh(kept)).count();
        if let Some(subjects) = self.operation.subjects.get(place.fetch.0) {
            telemetry::count_fetch_cache(subjects.subgraph(), hits, keys.len() - all_hits);
            if all_hits > hits {
                telemetry::count_fetch_cache_shared(subjects.subgraph(), all_hits - hits);
            }
        }
        let answers = kept.into_iter().map(|kept| {
            let kept = kept?;
            self.note_kept(&kept);
            Some(KeptAnswer { data: Arc::clone(&kept.value), policy: kept.policy_now(), age: kept.age() })
        });
        answers.collect()
    }

    async fn keep(&self, place: FetchPlace, policy: CachePolicy, answers: Vec<FreshAnswer>) {
        let Operation { subjects, fetch_policies, .. } = &*self.operation;
        let (Some(subjects), Some(said)) = (subjects.get(place.fetch.0), fetch_policies.get(place.fetch.0)) else {
            return;
        };
        let policy = self.bounded(policy.and(*said));
        let viewer = self.viewer_of(policy).filter(|_| policy.may_be_kept());
        for answer in answers {
            let tags = subjects.tags_of(&self.caches.freshness, place, &self.variables, &answer);
            self.note(&tags);
            let (Some(store), Some(viewer)) = (&self.caches.fetches, viewer) else { continue };
            let bytes = bytes_of(&answer.data) + tags.len() * size_of::<Tag>();
            let made = Made {
                value: answer.data,
                policy,
                tags: tags.into(),
                bytes,
                is_whole: false,
                seconds_after: self.caches.settings.stale_if_error_seconds,
            };
            self.put(store, Wanted::fetch(answer.key), viewer, made);
        }
    }

    /// Only those wait for one answer together for whom nothing has changed in between; and nobody where a subgraph's headers
    /// go to its client.
    fn flights(&self) -> Option<(&Flights, [u8; 32])> {
        if !self.caches.settings.shared_fetches || self.has_header_rules {
            return None;
        }
        let since_shared = match &self.standing {
            Standing::Alone | Standing::Away => 0,
            Standing::Synchronous { person_changed_at, .. } => *person_changed_at,
            // Somebody may be waiting for what was asked before a change.
            Standing::Unsure => return None,
        };
        let viewer = match self.operation.policy {
            // The graph says that it is for everybody, and for how long.
            policy if policy.may_be_kept() && policy.max_age < u32::MAX => self.viewer_of(policy),
            _ => self.keys.own.or(Some(self.keys.shared)),
        };
        let (latest, since) = (self.caches.freshness.latest().to_be_bytes(), self.since.to_be_bytes());
        let scope = digest([&viewer?[..], &latest, &since, &since_shared.to_be_bytes()]);
        Some((&self.caches.flights, scope))
    }
}

/// What a request has asked for, to be kept.
#[derive(Debug)]
pub(super) struct Made<V> {
    pub(super) value: V,
    pub(super) policy: CachePolicy,
    pub(super) tags: Arc<[Tag]>,
    pub(super) bytes: usize,
    /// Whether it was made of other things that may have been kept.
    pub(super) is_whole: bool,
    /// For how many seconds it is of use after its time.
    pub(super) seconds_after: u32,
}

impl Oldest {
    /// In this router's time and in the shared one, where `own` is when the request began; and whether some was borrowed.
    fn get(&self, own: u64) -> (u64, u64, bool) {
        let asked_at_shared = self.asked_at_shared.load(Ordering::Relaxed).min(own);
        (self.asked_at.load(Ordering::Relaxed), asked_at_shared, self.is_borrowed.load(Ordering::Relaxed))
    }
}

fn is_fresh<V>(kept: &Option<Arc<Kept<V>>>) -> bool {
    kept.as_ref().is_some_and(|kept| kept.policy_now().may_be_kept())
}

/// About how much memory it takes.
fn bytes_of(data: &JsonMap) -> usize {
    data.iter().map(|(key, value)| key.as_str().len() + bytes_of_value(value)).sum::<usize>() + VALUE_BYTES
}

fn bytes_of_value(value: &JsonValue) -> usize {
    match value {
        JsonValue::String(text) => text.as_str().len() + VALUE_BYTES,
        JsonValue::Array(items) => items.iter().map(bytes_of_value).sum::<usize>() + VALUE_BYTES,
        JsonValue::Object(object) => bytes_of(object),
        _ => VALUE_BYTES,
    }
}
