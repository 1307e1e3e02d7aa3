//! What was watched, as far as the events of a session prove it (domain 3.5).
//!
//! Between two events with consecutive numbers something was watched when the player was playing after the first, the
//! second is no jump, and so much can have been watched in the time between them. Where a number is missing nobody
//! knows what happened, and nothing is watched until the missing event arrives: so what a session proves depends on
//! its events alone, not on how they were cut into batches, nor on the order in which the batches came.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use super::event::{EventKind, PlaybackEvent};

/// The greatest speed of a player.
const RATE_MAX: i64 = 4;
/// How far a player may be ahead of the time that has passed: clocks and reports are not exact.
const TOLERANCE_MS: i64 = 2_000;

/// Where the player was after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) seq: i64,
    pub(crate) position_ms: i64,
    pub(crate) at: i64,
    pub(crate) is_playing: bool,
}

/// Something that was watched without a jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Stretch {
    /// The number of the event that it ends with.
    seq: i64,
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    /// When it was begun to be watched.
    pub(crate) began_at: i64,
    /// For how long it was watched.
    pub(crate) spent_ms: i64,
}

/// What new events add to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advance {
    /// What they prove to have been watched, beside what was proved before.
    pub(crate) stretches: Vec<Stretch>,
    /// Where the player was last; nothing while nothing has happened.
    pub(crate) end: Option<Mark>,
}

impl Advance {
    /// The advance by events that all come behind `last`, in order.
    pub(crate) fn behind(last: Option<Mark>, fresh: &[PlaybackEvent]) -> Self {
        let mut stretches = Vec::new();
        let end = fresh.iter().fold(last, |before, event| {
            let before = before.filter(|before| before.seq + 1 == event.seq);
            stretches.extend(before.and_then(|before| stretch(before, event)));
            Some(mark(before, event))
        });
        Self { stretches, end }
    }

    /// The advance by events that come between others. `known` holds events of the session in order: from the last one
    /// before `fresh` that says by itself whether the player is playing, which every event but a jump does, to the end.
    pub(crate) fn among(known: &[PlaybackEvent], fresh: &[PlaybackEvent]) -> Self {
        let by_number = |events: &[PlaybackEvent]| -> BTreeMap<i64, PlaybackEvent> {
            events.iter().map(|event| (event.seq, event.clone())).collect()
        };
        let mut all = by_number(fresh);
        all.extend(by_number(known));
        let all: Vec<PlaybackEvent> = all.into_values().collect();
        let proved: HashSet<Stretch> = Self::behind(None, known).stretches.into_iter().collect();
        let now = Self::behind(None, &all);
        Self { stretches: now.stretches.into_iter().filter(|found| !proved.contains(found)).collect(), end: now.end }
    }

    /// How much was watched, repetitions included.
    pub(crate) fn watched_ms(&self) -> i64 {
        self.stretches.iter().map(|stretch| stretch.to_ms - stretch.from_ms).sum()
    }
}

fn mark(before: Option<Mark>, event: &PlaybackEvent) -> Mark {
    let is_playing = match event.kind {
        EventKind::Play | EventKind::Heartbeat | EventKind::RateChange | EventKind::BufferEnd => true,
        EventKind::Seek => before.is_some_and(|before| before.is_playing),
        EventKind::Pause | EventKind::BufferStart | EventKind::Stop | EventKind::Complete | EventKind::Error => false,
    };
    Mark { seq: event.seq, position_ms: event.position_ms, at: event.at, is_playing }
}

fn stretch(before: Mark, event: &PlaybackEvent) -> Option<Stretch> {
    let is_jump = matches!(event.kind, EventKind::Seek | EventKind::Play);
    let watched_ms = event.position_ms - before.position_ms;
    let passed_ms = ((event.at - before.at) / 1_000).max(0);
    let is_plausible = watched_ms > 0 && watched_ms <= passed_ms * RATE_MAX + TOLERANCE_MS;
    (before.is_playing && !is_jump && is_plausible).then(|| Stretch {
        seq: event.seq,
        from_ms: before.position_ms,
        to_ms: event.position_ms,
        began_at: before.at,
        // A machine that slept between two reports did not play all that time.
        spent_ms: passed_ms.min(watched_ms * RATE_MAX),
    })
}
