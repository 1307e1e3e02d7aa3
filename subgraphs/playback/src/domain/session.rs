//! Sessions: one sitting of one person with one thing (domain 3.5).

#[cfg(test)]
mod tests;

use kit_ids::{PlayableId, PlaybackSessionId, UserId};

use super::watching::Mark;

/// Sessions that a person has at a time.
pub(crate) const LIVE_MAX: i64 = 3;
/// After how long without events a session is over.
pub(crate) const IDLE_US: i64 = 30 * 60 * 1_000_000;
/// Watched for so long, it is a view.
const VIEW_MS: i64 = 30_000;

kit_names::named! {
    /// Why a session ended.
    pub(crate) enum EndReason {
        /// Its person stopped it, or left.
        Stopped = "STOPPED",
        /// Nothing was heard of it for [`IDLE_US`].
        Idle = "IDLE",
        /// A newer session took its place.
        Displaced = "DISPLACED",
    }
}

/// One sitting of one person with one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: PlaybackSessionId,
    pub(crate) user_id: UserId,
    pub(crate) playable: PlayableId,
    /// UTC microseconds, as every time here.
    pub(crate) started_at: i64,
    /// When something was last heard of it, by our clock.
    pub(crate) last_activity_at: i64,
    /// When and why it ended.
    pub(crate) end: Option<(i64, EndReason)>,
    /// Which of its person's [`LIVE_MAX`] places it has while it lasts, from 1.
    pub(crate) live_slot: Option<i64>,
    /// Where it is; before its first event, where its person had come to.
    pub(crate) position_ms: i64,
    /// Where the player was after the event with the highest number.
    pub(crate) last: Option<Mark>,
    pub(crate) event_count: i64,
    /// How much was watched in it, repetitions included.
    pub(crate) watched_ms: i64,
    /// Whether it was settled that it is a view, or is none because its person had one within a day.
    pub(crate) view_settled: bool,
    pub(crate) device: Option<String>,
}

impl Session {
    /// The highest number of its events; 0 while there are none.
    pub(crate) fn last_seq(&self) -> i64 {
        self.last.map_or(0, |last| last.seq)
    }

    /// How many numbers are missing below the highest.
    pub(crate) fn gaps(&self) -> i64 {
        self.last_seq() - self.event_count
    }

    /// Whether nothing was heard of it for long.
    pub(crate) fn is_idle_at(&self, now: i64) -> bool {
        self.end.is_none() && self.last_activity_at <= now - IDLE_US
    }

    /// Whether enough of something of that length was watched to be a view: 30 seconds or half.
    pub(crate) fn is_view(&self, length: Option<i64>) -> bool {
        self.watched_ms >= VIEW_MS
            || length.is_some_and(|seconds| seconds > 0 && self.watched_ms * 2 >= seconds * 1_000)
    }
}

/// A place that none of these sessions has.
pub(crate) fn free_slot(live: &[Session]) -> Option<i64> {
    (1..=LIVE_MAX).find(|slot| live.iter().all(|session| session.live_slot != Some(*slot)))
}

/// The first letters of a text.
pub(crate) fn cut(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}
