//! What has changed since something was asked for.
//!
//! Time is a number that every change raises. What is kept knows the number at which it was asked for: it is outdated when
//! one of its tags has changed since, and for a viewer who has changed anything since. Nothing has to be searched for and
//! removed, and an answer that was on its way while something changed is outdated when it arrives.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use moka::sync::Cache;

use super::key::{ViewerKey, digest};

/// What something that is kept is about, as a number: two words that share one cost a miss.
pub(super) type Tag = u64;

/// Changes of more tags are remembered as one change of everything.
const TAGS_MAX: usize = 200_000;
/// Viewers who have changed something.
const VIEWERS_MAX: u64 = 1_000_000;

/// Remembers what has changed, and when.
#[derive(Debug)]
pub(super) struct Freshness {
    now: AtomicU64,
    /// When something was outdated last.
    latest: AtomicU64,
    changes: RwLock<Changes>,
    /// When each viewer has changed something last.
    changed_by: Cache<ViewerKey, u64>,
    words: Words,
}

/// How words become tags.
#[derive(Debug)]
pub(super) enum Words {
    /// In another way in each process.
    Own(RandomState),
    /// In the same way in every router.
    Shared,
}

#[derive(Debug, Default)]
struct Changes {
    by_tag: HashMap<Tag, u64>,
    /// Everything has changed then.
    everything: u64,
}

impl Freshness {
    /// `kept_max` is the longest that anything is kept.
    pub(super) fn new(kept_max: Duration, words: Words) -> Self {
        Self {
            now: AtomicU64::new(1),
            latest: AtomicU64::new(0),
            changes: RwLock::default(),
            changed_by: Cache::builder().max_capacity(VIEWERS_MAX).time_to_live(kept_max).build(),
            words,
        }
    }

    pub(super) fn now(&self) -> u64 {
        self.now.load(Ordering::SeqCst)
    }

    /// When something was outdated last.
    pub(super) fn latest(&self) -> u64 {
        self.latest.load(Ordering::SeqCst)
    }

    pub(super) fn tag(&self, name: &str) -> Tag {
        match &self.words {
            Words::Own(hasher) => hasher.hash_one(name),
            Words::Shared => {
                let [a, b, c, d, e, f, g, h, ..] = digest([&b"tag"[..], name.as_bytes()]);
                u64::from_be_bytes([a, b, c, d, e, f, g, h])
            }
        }
    }

    /// Whatever is about one of these and was asked for before now is outdated.
    pub(super) fn outdate(&self, tags: impl IntoIterator<Item = Tag>) {
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        let now = self.tick();
        changes.by_tag.extend(tags.into_iter().map(|tag| (tag, now)));
        if changes.by_tag.len() > TAGS_MAX {
            *changes = Changes { by_tag: HashMap::new(), everything: now };
        }
        self.latest.store(now, Ordering::SeqCst);
    }

    /// Everything that was asked for before now is outdated.
    pub(super) fn outdate_everything(&self) {
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        let now = self.tick();
        *changes = Changes { by_tag: HashMap::new(), everything: now };
        self.latest.store(now, Ordering::SeqCst);
    }

    /// Since what was asked for at this time one of the tags has changed.
    pub(super) fn is_outdated(&self, asked_at: u64, tags: &[Tag]) -> bool {
        if self.latest() <= asked_at {
            return false;
        }
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        let is_later = |tag| changes.by_tag.get(tag).is_some_and(|changed| *changed > asked_at);
        changes.everything > asked_at || tags.iter().any(is_later)
    }

    /// The viewer has changed something: from now on they see nothing that was asked for before.
    pub(super) fn changed_by(&self, viewer: ViewerKey) {
        self.changed_by.insert(viewer, self.tick());
    }

    /// When the viewer has changed something last; 0: never, as far as it matters.
    pub(super) fn last_change_of(&self, viewer: &ViewerKey) -> u64 {
        self.changed_by.get(viewer).unwrap_or(0)
    }

    fn tick(&self) -> u64 {
        self.now.fetch_add(1, Ordering::SeqCst) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_before_a_change_of_its_own_tags_is_outdated() {
        let freshness = Freshness::new(Duration::from_secs(60), Words::Own(RandomState::new()));
        let [course, lesson] = ["crs_1", "les_1"].map(|name| freshness.tag(name));
        let before = freshness.now();
        assert!(!freshness.is_outdated(before, &[course, lesson]));
        freshness.outdate([course]);
        let after = freshness.now();
        assert!(freshness.is_outdated(before, &[lesson, course]));
        assert!(!freshness.is_outdated(before, &[lesson]));
        assert!(!freshness.is_outdated(after, &[course]));
        freshness.outdate_everything();
        assert!(freshness.is_outdated(after, &[]));
        assert!(!freshness.is_outdated(freshness.now(), &[course]));
    }

    /// More changes than are remembered outdate too much, never too little.
    #[test]
    fn too_many_changes_are_a_change_of_everything() {
        let freshness = Freshness::new(Duration::from_secs(60), Words::Own(RandomState::new()));
        let before = freshness.now();
        freshness.outdate(0..TAGS_MAX as u64 + 1);
        assert!(freshness.is_outdated(before, &[u64::MAX]));
        assert!(!freshness.is_outdated(freshness.now(), &[0]));
    }

    /// Routers understand each other: this number stands on servers, and must not change from one version to the next.
    #[test]
    fn shared_words_are_the_same_everywhere() {
        let freshness = Freshness::new(Duration::from_secs(60), Words::Shared);
        assert_eq!(freshness.tag("type Course"), 0x3fb9_c222_8f30_e991);
        assert_ne!(freshness.tag("type Course"), freshness.tag("id Course"));
    }
}
