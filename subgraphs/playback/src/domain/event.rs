//! What happens in a session, and which reports of it are taken (domain 3.5).

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use thiserror::Error;

use super::session::cut;

/// Events of one batch.
pub(crate) const BATCH_MAX: usize = 100;
/// Letters that are kept of an event's detail.
const DETAIL_LETTERS_MAX: usize = 200;
/// How far a client's clock may be from ours.
const CLOCK_SKEW_US: i64 = 5 * 60 * 1_000_000;
/// How far behind the end a player may report itself.
const END_MARGIN_MS: i64 = 2_000;
/// The longest thing that is played; the bound while its length is not known.
pub(super) const SECONDS_MAX: i64 = 24 * 60 * 60;

kit_names::named! {
    /// What can happen in a session.
    pub(crate) enum EventKind {
        Play = "PLAY",
        Pause = "PAUSE",
        Seek = "SEEK",
        Heartbeat = "HEARTBEAT",
        RateChange = "RATE_CHANGE",
        BufferStart = "BUFFER_START",
        BufferEnd = "BUFFER_END",
        Stop = "STOP",
        Complete = "COMPLETE",
        Error = "ERROR",
    }
}

/// Something that happened in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlaybackEvent {
    /// Its number within the session, from 1.
    pub(crate) seq: i64,
    pub(crate) kind: EventKind,
    pub(crate) position_ms: i64,
    /// UTC microseconds, as every time here.
    pub(crate) at: i64,
    pub(crate) detail: Option<String>,
}

/// Why a batch is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum BatchRefusal {
    #[error("a batch holds at most {BATCH_MAX} events; send more of them in several")]
    TooLarge,
    #[error("the numbers of a batch must be above 0 and grow")]
    SeqInvalid,
}

/// Events as a client reports them, with numbers that grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch(Vec<PlaybackEvent>);

impl Batch {
    pub(crate) fn new(events: Vec<PlaybackEvent>) -> Result<Self, BatchRefusal> {
        if events.len() > BATCH_MAX {
            return Err(BatchRefusal::TooLarge);
        }
        let grows = events.windows(2).all(|pair| pair[0].seq < pair[1].seq);
        if !grows || events.first().is_some_and(|first| first.seq <= 0) {
            return Err(BatchRefusal::SeqInvalid);
        }
        Ok(Self(events))
    }

    /// The numbers, in order.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = i64> {
        self.0.iter().map(|event| event.seq)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The events that are not known yet, with what a client may not claim set right: a time within five minutes of
    /// now, and a position within what is played.
    pub(crate) fn fresh(&self, known: &HashSet<i64>, length: Option<i64>, now: i64) -> Vec<PlaybackEvent> {
        let fresh = self.0.iter().filter(|event| !known.contains(&event.seq));
        let set_right = |event: &PlaybackEvent| PlaybackEvent {
            position_ms: event.position_ms.clamp(0, position_max_ms(length)),
            at: event.at.clamp(now - CLOCK_SKEW_US, now + CLOCK_SKEW_US),
            detail: event.detail.as_deref().map(|detail| cut(detail, DETAIL_LETTERS_MAX)),
            ..event.clone()
        };
        fresh.map(set_right).collect()
    }
}

/// The last position of something of that length in seconds.
fn position_max_ms(length: Option<i64>) -> i64 {
    length.map_or(SECONDS_MAX * 1_000, |seconds| seconds.clamp(0, SECONDS_MAX) * 1_000 + END_MARGIN_MS)
}

/// A position in milliseconds. What is no number is the beginning.
#[expect(clippy::cast_possible_truncation, reason = "a float becomes the nearest integer that there is")]
pub(crate) fn position_ms(seconds: f64) -> i64 {
    (seconds * 1_000.0).round() as i64
}
