//! What routers keep together, as this crate sees it: the server behind it is somebody else's business.
//!
//! Time on that server is a number that every change raises, the same for all routers (docs/decisions/0009).

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

/// A moment of the shared time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedMoment {
    /// What remembers the changes; one that has forgotten some of them calls itself differently.
    pub era: String,
    /// The number of the last change.
    pub clock: u64,
}

/// What one change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SharedSubject {
    /// Everything with this tag.
    Tag(u64),
    /// Whatever this person is shown.
    Person([u8; 32]),
}

/// What has changed since a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SharedChanges {
    /// It is not known what.
    Everything,
    /// Each of these, at the time of its number.
    Some(Vec<(u64, SharedSubject)>),
}

/// What a router asks.
#[derive(Debug, Clone, Copy)]
pub struct SharedLook<'l> {
    /// Up to when the router knows all changes.
    pub since: &'l SharedMoment,
    /// Who asks, if that is known.
    pub person: Option<[u8; 32]>,
    /// What is wanted.
    pub names: &'l [[u8; 32]],
}

/// What it is answered, all of it true at one moment.
#[derive(Debug, Clone)]
pub struct SharedView {
    /// The moment.
    pub moment: SharedMoment,
    /// What has changed since the router was told last.
    pub changes: SharedChanges,
    /// When the person has changed something last; 0: never, as far as it matters.
    pub person_changed_at: u64,
    /// What is kept under each of the names and is not outdated, for this person neither, in their order.
    pub found: Vec<Option<SharedAnswer>>,
}

/// Something that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedAnswer {
    /// The number of the time at which it was asked for.
    pub asked_at: u64,
    /// What it is about.
    pub tags: Vec<u64>,
    /// For how many seconds it could be kept when it came.
    pub max_age: u32,
    /// Whether it is for one viewer only.
    pub is_private: bool,
    /// How long ago it came.
    pub age: Duration,
    /// The text.
    pub value: Vec<u8>,
}

/// Something to keep.
#[derive(Debug, Clone)]
pub struct SharedEntry {
    /// What it is found by.
    pub name: [u8; 32],
    /// When it was asked for; whatever has changed since outdates it.
    pub asked_at: SharedMoment,
    /// As it will be found.
    pub answer: SharedAnswer,
    /// How long it is of use, from when it came.
    pub life: Duration,
}

/// Why what is shared cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SharedCacheUnavailable {
    /// It was asked, and has not answered in time.
    #[error("the shared cache has not answered in time")]
    Unanswered,
    /// It is known to be gone; nobody has waited.
    #[error("the shared cache is gone")]
    Away,
}

/// Where routers keep answers together.
///
/// **What must hold.** Nothing is found that was asked for before one of its tags has changed, or before the person who asks
/// has changed something, by whichever router that was told; also when it was put there after that. Who has forgotten what
/// has changed has forgotten what was kept.
#[async_trait]
pub trait SharedCache: Debug + Send + Sync + 'static {
    /// Tells what has changed, and what is kept, in one exchange.
    ///
    /// # Errors
    /// When that is not known in time.
    async fn look(&self, look: SharedLook<'_>) -> Result<SharedView, SharedCacheUnavailable>;

    /// Outdates whatever is about one of these and was asked for before now; no subjects: everything.
    ///
    /// # Errors
    /// When it is not known in time that it was done. It may be done nevertheless, or later.
    async fn outdate(&self, subjects: Option<&[SharedSubject]>) -> Result<(), SharedCacheUnavailable>;

    /// Keeps what is not outdated yet, in one exchange.
    ///
    /// # Errors
    /// When it is not known in time that it was done.
    async fn keep(&self, entries: &[SharedEntry]) -> Result<(), SharedCacheUnavailable>;
}
