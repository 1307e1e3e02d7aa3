//! What a router keeps together with others, behind its own memory.
//!
//! A request begins by hearing what has changed elsewhere; so what its router's memory knows to be outdated is all that was
//! outdated anywhere before the request came. What is not in memory is looked for there, and found only if the shared time
//! says that nothing has changed since it was asked for (docs/decisions/0009).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use router_execution::JsonMap;
use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::freshness::{Freshness, Tag};
use super::keeping::Keeper;
use super::shared::{
    SharedAnswer, SharedCache, SharedCacheUnavailable, SharedChanges, SharedEntry, SharedLook, SharedMoment,
    SharedSubject, SharedView,
};
use super::telling::Teller;
use crate::configuration::CachingSettings;
use crate::telemetry;

/// The shared part of the caches.
#[derive(Debug)]
pub(super) struct Level {
    cache: Arc<dyn SharedCache>,
    /// Up to when all changes are known here.
    known: Mutex<SharedMoment>,
    teller: Teller,
    keeper: Keeper,
    value_bytes_max: usize,
    time_max: Duration,
    /// Values that cannot be read were complained of.
    has_complained: AtomicBool,
}

/// What a request knows of what is shared.
#[derive(Debug, Clone)]
pub(super) enum Standing {
    /// Nothing is shared.
    Alone,
    /// All that had changed anywhere at this moment; and when the viewer had changed something last.
    Synchronous { moment: SharedMoment, person_changed_at: u64 },
    /// What is shared is gone, for longer than a moment: what this router knows by itself has to do.
    Away,
    /// Something may have changed elsewhere that this router has not heard of.
    Unsure,
}

/// What a value is on its way to another router.
pub(super) trait Shareable: Sized {
    fn to_text(&self) -> Vec<u8>;
    /// None when it is something else.
    fn of_text(text: &[u8]) -> Option<Self>;
}

impl Shareable for Arc<JsonMap> {
    fn to_text(&self) -> Vec<u8> {
        serde_json::to_vec(&**self).unwrap_or_default()
    }

    fn of_text(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok().map(Arc::new)
    }
}

impl Shareable for Box<RawValue> {
    fn to_text(&self) -> Vec<u8> {
        self.get().as_bytes().to_vec()
    }

    fn of_text(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }
}

impl Level {
    /// Needs a runtime.
    pub(super) fn new(cache: Arc<dyn SharedCache>, settings: &CachingSettings) -> Self {
        Self {
            known: Mutex::default(),
            teller: Teller::new(Arc::clone(&cache)),
            keeper: Keeper::new(Arc::clone(&cache)),
            value_bytes_max: settings.redis_value_bytes_max,
            time_max: Duration::from_millis(settings.redis_timeout_ms),
            has_complained: AtomicBool::new(false),
            cache,
        }
    }

    /// Hears what has changed elsewhere, and looks for these names on the same way. While others do not know all that has
    /// changed here, nothing is found.
    pub(super) async fn look(
        &self,
        freshness: &Freshness,
        person: Option<[u8; 32]>,
        names: &[[u8; 32]],
    ) -> (Standing, Vec<Option<SharedAnswer>>) {
        let names = if self.teller.has_told_all() { names } else { &[] };
        let since = self.known().clone();
        let seen = self.cache.look(SharedLook { since: &since, person, names }).await;
        telemetry::count_shared_look(match seen {
            Ok(_) => "answered",
            Err(SharedCacheUnavailable::Unanswered) => "unanswered",
            Err(SharedCacheUnavailable::Away) => "away",
        });
        match seen {
            Ok(view) => {
                self.hear(freshness, &view);
                let SharedView { moment, person_changed_at, found, .. } = view;
                (Standing::Synchronous { moment, person_changed_at }, found)
            }
            Err(SharedCacheUnavailable::Unanswered) => (Standing::Unsure, Vec::new()),
            Err(SharedCacheUnavailable::Away) => (Standing::Away, Vec::new()),
        }
    }

    /// Outdates here what has changed elsewhere; once, however many requests are told of it.
    fn hear(&self, freshness: &Freshness, view: &SharedView) {
        let mut known = self.known();
        let is_same_era = known.era == view.moment.era;
        if is_same_era && known.clock >= view.moment.clock {
            return;
        }
        match &view.changes {
            SharedChanges::Some(changes) if is_same_era => {
                let news = changes.iter().filter(|(clock, _)| *clock > known.clock);
                let mut tags = Vec::new();
                for (_, subject) in news {
                    match subject {
                        SharedSubject::Tag(tag) => tags.push(*tag),
                        SharedSubject::Person(person) => freshness.changed_by(*person),
                    }
                }
                freshness.outdate(tags);
            }
            _ => freshness.outdate_everything(),
        }
        known.clone_from(&view.moment);
    }

    /// Has others told; what is given back can be waited for.
    pub(super) fn outdate(&self, tags: &[Tag], person: Option<[u8; 32]>) -> oneshot::Receiver<()> {
        let tags = tags.iter().copied().map(SharedSubject::Tag);
        self.teller.outdate(Some(tags.chain(person.map(SharedSubject::Person))))
    }

    pub(super) fn outdate_everything(&self) -> oneshot::Receiver<()> {
        self.teller.outdate(None::<[SharedSubject; 0]>)
    }

    /// Waits until others are told, no longer than anybody waits for the server.
    pub(super) async fn told(&self, telling: oneshot::Receiver<()>) {
        // Who could not be told believes nothing until they are.
        let _told_or_not = tokio::time::timeout(self.time_max, telling).await;
    }

    /// Whether what is kept there may be believed here.
    pub(super) fn may_be_believed(&self) -> bool {
        self.teller.has_told_all()
    }

    /// Keeps it for others, unless it is too large.
    pub(super) fn keep(&self, entry: SharedEntry) {
        if entry.answer.value.len() > self.value_bytes_max {
            return telemetry::count_shared_keep("too_large", 1);
        }
        self.keeper.keep(entry);
    }

    /// Reads a value. One that cannot be read is none.
    pub(super) fn read<V: Shareable>(&self, answer: &SharedAnswer) -> Option<V> {
        let value = V::of_text(&answer.value);
        if value.is_none() && !self.has_complained.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "what is kept on the shared server is not what a router keeps there; it is taken for nothing"
            );
        }
        value
    }

    fn known(&self) -> MutexGuard<'_, SharedMoment> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
