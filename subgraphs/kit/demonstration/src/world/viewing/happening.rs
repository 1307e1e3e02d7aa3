//! What happens in a sitting: a player that plays, reports itself, is stopped for a while, waits for data or goes back.

use serde::Serialize;

use crate::{
    random::RowRandom,
    timeline::{MILLISECOND, UtcMicros},
};

/// A sitting has at least a beginning, a report, an end of playing and an end.
pub(super) const EVENTS_MIN: usize = 4;
/// Positions before the last are below so many hundredths of the lesson, so that it is the last that completes it.
const SEEN_BEFORE_MAX: i64 = 88;
/// Stops of one sitting at most, and how long each lasts: together with what is repeated, below `DETOUR_MAX`.
const STOPS_MAX: usize = 2;
const STOP_MS: (i64, i64) = (4_000, 180_000);
const BUFFERING_MS: (i64, i64) = (300, 6_000);
const REPETITIONS_MAX: usize = 3;
const REPEATED_MS: i64 = 20_000;
const JUMP_MS: i64 = 400;
/// Speeds of players, in hundredths.
const SPEEDS: [i64; 10] = [100, 100, 100, 100, 100, 100, 100, 125, 125, 150];

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "values of playback's `PlaybackEventKind` (domain.md 2.5)")]
pub enum ViewingEventKind {
    Play,
    Pause,
    Seek,
    Heartbeat,
    RateChange,
    BufferStart,
    BufferEnd,
    Stop,
    Complete,
}

impl ViewingEventKind {
    /// The GraphQL and SQL name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Play => "PLAY",
            Self::Pause => "PAUSE",
            Self::Seek => "SEEK",
            Self::Heartbeat => "HEARTBEAT",
            Self::RateChange => "RATE_CHANGE",
            Self::BufferStart => "BUFFER_START",
            Self::BufferEnd => "BUFFER_END",
            Self::Stop => "STOP",
            Self::Complete => "COMPLETE",
        }
    }
}

/// Something that happens in a sitting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ViewingEvent {
    /// Its number within the sitting, from 1.
    pub seq: i64,
    /// What happened.
    pub kind: ViewingEventKind,
    /// Where the player was.
    pub position_ms: i64,
    /// When it happened.
    pub at: UtcMicros,
    /// The speed that was chosen.
    pub detail: Option<&'static str>,
}

/// What decides the events of a sitting, beside chance.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) event_count: usize,
    pub(super) watched_seconds: i64,
    pub(super) completes: bool,
    pub(super) is_abandoned: bool,
}

impl Shape {
    /// How long after its beginning a sitting completes a lesson of this length.
    pub(super) fn completed_after(self, random: &mut RowRandom, length: i64) -> UtcMicros {
        let events = self.events(random, length, 0);
        events[events.len() - 2].at
    }

    /// What happens in a sitting that begins then.
    pub(super) fn events(self, random: &mut RowRandom, length: i64, started_at: UtcMicros) -> Vec<ViewingEvent> {
        let end_ms = self.watched_seconds * 1_000;
        let before_end_ms = if self.completes { length * 10 * SEEN_BEFORE_MAX } else { end_ms };
        let speed = *random.pick(&SPEEDS);
        let mut player = Player { speed, position_ms: 0, at: started_at + 800 * MILLISECOND, events: Vec::new() };
        player.note(ViewingEventKind::Play);
        // The last two are the end of playing and the end of the sitting.
        let inner = self.event_count - 3;
        let (mut stops, mut repetitions) = (0, 0);
        while player.events.len() < 1 + inner {
            let left = 1 + inner - player.events.len();
            let next_ms = next_position(random, player.position_ms, before_end_ms, left);
            match random.below(100) {
                0..12 if left >= 2 && stops < STOPS_MAX => {
                    stops += 1;
                    player.play_to(next_ms);
                    player.interrupt(ViewingEventKind::Pause, STOP_MS, ViewingEventKind::Play, random);
                }
                12..20 if left >= 2 => {
                    player.play_to(next_ms);
                    player.interrupt(ViewingEventKind::BufferStart, BUFFERING_MS, ViewingEventKind::BufferEnd, random);
                }
                20..28 if repetitions < REPETITIONS_MAX => {
                    repetitions += 1;
                    player.go_back(REPEATED_MS);
                }
                _ => {
                    player.play_to(next_ms);
                    let is_first = speed != 100 && player.events.len() == 1;
                    player.note(if is_first { ViewingEventKind::RateChange } else { ViewingEventKind::Heartbeat });
                }
            }
        }
        player.play_to(end_ms);
        player.note(match self {
            Self { completes: true, .. } => ViewingEventKind::Complete,
            Self { is_abandoned: true, .. } => ViewingEventKind::Heartbeat,
            _ => ViewingEventKind::Pause,
        });
        player.at += random.between(200, 4_000) * MILLISECOND;
        player.note(if self.is_abandoned { ViewingEventKind::Pause } else { ViewingEventKind::Stop });
        player.events
    }
}

/// The next of so many positions that are left before the end, somewhere around its share of the way.
fn next_position(random: &mut RowRandom, position_ms: i64, end_ms: i64, left: usize) -> i64 {
    let step = (end_ms - position_ms).max(0) / (left as i64 + 1);
    position_ms + random.between(step / 2, step)
}

struct Player {
    speed: i64,
    position_ms: i64,
    at: UtcMicros,
    events: Vec<ViewingEvent>,
}

impl Player {
    fn play_to(&mut self, position_ms: i64) {
        self.at += (position_ms - self.position_ms) * 100 / self.speed * MILLISECOND;
        self.position_ms = position_ms;
    }

    /// Goes back from where it has reported itself last.
    fn go_back(&mut self, by_ms: i64) {
        self.position_ms = (self.position_ms - by_ms).max(0);
        self.at += JUMP_MS * MILLISECOND;
        self.note(ViewingEventKind::Seek);
    }

    fn interrupt(
        &mut self,
        begin: ViewingEventKind,
        (from_ms, to_ms): (i64, i64),
        end: ViewingEventKind,
        random: &mut RowRandom,
    ) {
        self.note(begin);
        self.at += random.between(from_ms, to_ms) * MILLISECOND;
        self.note(end);
    }

    fn note(&mut self, kind: ViewingEventKind) {
        let detail = (kind == ViewingEventKind::RateChange).then_some(match self.speed {
            125 => "1.25",
            _ => "1.5",
        });
        let seq = self.events.len() as i64 + 1;
        self.events.push(ViewingEvent { seq, kind, position_ms: self.position_ms, at: self.at, detail });
    }
}
