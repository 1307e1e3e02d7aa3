//! Who watches what: sittings of people with lessons. Playback makes sessions of them, by its own rules.
//!
//! A sitting completes a lesson exactly where enrollment's share says so; all others leave before. So what playback
//! counts and what enrollment has heard of are one truth.

mod browsing;
mod happening;

use kit_ids::{LessonId, PlaybackSessionId, UserId};
use serde::Serialize;

pub use self::happening::{ViewingEvent, ViewingEventKind};
use self::{
    browsing::Browsing,
    happening::{EVENTS_MIN, Shape},
};
use super::{
    UserStatus, WorldKey,
    catalogue::Catalogue,
    enrollment::{self, EnrollmentShare, Glance},
    mint,
    people::People,
};
use crate::{
    RowRandom,
    timeline::{MINUTE, UtcMicros},
};

/// What people watch on.
const DEVICES: [&str; 6] =
    ["Chrome, Windows", "Safari, macOS", "Firefox, Linux", "Lyceum, Android", "Lyceum, iOS", "Lyceum, Smart TV"];

/// Of a thousand sittings that complete nothing so many just end, without a word of the player.
const ABANDONED_PER_MILLE: u64 = 200;
/// After so long without a word a sitting is over (domain.md 3.5).
const IDLE: UtcMicros = 30 * MINUTE;

/// One sitting of one person with one lesson.
#[derive(Clone, Debug, Serialize)]
pub struct Viewing {
    /// The row in [`World::viewings`](crate::World::viewings).
    pub row: usize,
    /// The id of the session.
    pub id: PlaybackSessionId,
    /// When it began.
    pub started_at: UtcMicros,
    /// The row of the person.
    pub user_row: usize,
    /// The id of the person.
    pub user_id: UserId,
    /// The row of the lesson.
    pub lesson_row: usize,
    /// The id of the lesson.
    pub lesson_id: LessonId,
    /// What it is watched on; nothing of people who left.
    pub device: Option<&'static str>,
    /// How many of its seconds are watched: the first ones.
    pub watched_seconds: i64,
    /// Whether the lesson is completed in it.
    pub completes: bool,
    /// Whether its player fell silent without an end.
    pub is_abandoned: bool,
    /// How many events it has.
    pub event_count: usize,
}

impl Viewing {
    fn shape(&self) -> Shape {
        let Self { event_count, watched_seconds, completes, is_abandoned, .. } = *self;
        Shape { event_count, watched_seconds, completes, is_abandoned }
    }
}

/// A sitting before its row is known.
struct Sitting {
    user_row: usize,
    lesson_row: usize,
    watched_seconds: i64,
    time: Time,
}

/// When a sitting is.
#[derive(Clone, Copy)]
enum Time {
    CompletedAt(UtcMicros),
    StartedAt(UtcMicros),
}

/// All sittings: those that complete lessons, looks into the next ones, and as much browsing as the profile has room for.
pub(super) fn all(
    key: &WorldKey,
    people: &People,
    catalogue: &Catalogue,
    enrollment: &EnrollmentShare,
) -> Vec<Viewing> {
    let count = key.profile.counts().playback_sessions;
    let mut browsing = Browsing::new(key, people, catalogue, enrollment);
    let mut viewings = Vec::with_capacity(count);
    for sitting in studied(enrollment).take(count) {
        let viewing = viewing(key, people, catalogue, viewings.len(), &sitting);
        browsing.note(&viewing);
        viewings.push(viewing);
    }
    for number in 0..count - viewings.len() {
        let sitting = browsing.sitting(number);
        let viewing = viewing(key, people, catalogue, viewings.len(), &sitting);
        browsing.note(&viewing);
        viewings.push(viewing);
    }
    viewings
}

fn studied(enrollment: &EnrollmentShare) -> impl Iterator<Item = Sitting> {
    let completing = enrollment.enrollments.iter().flat_map(|place| {
        enrollment.completed_lessons(place).iter().map(|lesson| Sitting {
            user_row: place.user_row,
            lesson_row: lesson.lesson_row,
            watched_seconds: lesson.watched_seconds,
            time: Time::CompletedAt(lesson.completed_at),
        })
    });
    let glances = enrollment.enrollments.iter().filter_map(|place| {
        let Glance { lesson_row, watched_seconds, started_at } = place.glance?;
        Some(Sitting { user_row: place.user_row, lesson_row, watched_seconds, time: Time::StartedAt(started_at) })
    });
    completing.chain(glances)
}

fn viewing(key: &WorldKey, people: &People, catalogue: &Catalogue, row: usize, sitting: &Sitting) -> Viewing {
    let (user, lesson) = (&people.users[sitting.user_row], &catalogue.lessons[sitting.lesson_row]);
    let mut random = key.random("playback_sessions", row);
    let device = *random.pick(&DEVICES);
    let is_careless = random.chance(ABANDONED_PER_MILLE);
    let (event_count, watched_seconds) = (event_count(key, row), sitting.watched_seconds);
    let (started_at, completes) = match sitting.time {
        Time::StartedAt(started_at) => (started_at, false),
        Time::CompletedAt(completed_at) => {
            let shape = Shape { event_count, watched_seconds, completes: true, is_abandoned: false };
            (completed_at - shape.completed_after(&mut events_random(key, row), lesson.duration_seconds), true)
        }
    };
    let is_long_ago = started_at + enrollment::sitting(watched_seconds) + IDLE < key.anchor.micros();
    Viewing {
        row,
        id: mint(started_at, &mut random),
        started_at,
        user_row: user.row,
        user_id: user.id,
        lesson_row: lesson.row,
        lesson_id: lesson.id,
        device: (user.status != UserStatus::Deactivated).then_some(device),
        watched_seconds,
        completes,
        is_abandoned: is_careless && is_long_ago && !completes,
        event_count,
    }
}

/// What happens in a sitting, in order.
pub(super) fn events(key: &WorldKey, viewing: &Viewing, length: i64) -> Vec<ViewingEvent> {
    viewing.shape().events(&mut events_random(key, viewing.row), length, viewing.started_at)
}

fn events_random(key: &WorldKey, row: usize) -> RowRandom {
    key.random("playback_events", row)
}

/// As many events as the profile has for each sitting; of two neighbours one has so many more as the other has fewer.
fn event_count(key: &WorldKey, row: usize) -> usize {
    let counts = key.profile.counts();
    let mean = counts.playback_events / counts.playback_sessions;
    let more = key.random("playback_event_counts", row / 2).index(mean - EVENTS_MIN + 1);
    if row.is_multiple_of(2) { mean + more } else { mean - more }
}
