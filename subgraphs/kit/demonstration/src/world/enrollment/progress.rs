//! How far somebody got in a course: better courses and more active people are finished more often.

use kit_ids::LessonId;
use serde::Serialize;

use super::super::{Course, Lesson, User, WorldKey};
use crate::{
    Profile,
    random::RowRandom,
    timeline::{self, DAY, MINUTE, SECOND, UtcMicros},
};

/// Nobody completes more lessons a day than this, on average.
const LESSONS_PER_DAY_MAX: i64 = 3;
/// The score (quality and activity, in thousandths) at which nobody finishes a course.
const SCORE_FLOOR: f64 = 300.0;
/// Where half of those who give up have stopped, as a share of the course, in a course of average score.
const DROP_OFF_MEDIAN: f64 = 0.24;
const DROP_OFF_SIGMA: f64 = 0.8;
const SCORE_AVERAGE: f64 = 585.0;
/// Somebody who completes a lesson has seen so much of it at least, in per cent.
const SEEN_MIN: i64 = 93;
/// Pauses and repetitions take no longer than this, beside the lesson itself.
const DETOUR_MAX: UtcMicros = 10 * MINUTE;
/// Of a hundred sittings so many at most complete a lesson, and about so many do.
const COMPLETING_PER_CENT_MAX: usize = 60;
const COMPLETING_PER_CENT: usize = 45;
/// Lessons that somebody completes who begins a course, on average.
const LESSONS_PER_STARTER: usize = 7;

/// A lesson somebody has completed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CompletedLesson {
    /// The row of the lesson.
    pub lesson_row: usize,
    /// The id of the lesson.
    pub lesson_id: LessonId,
    /// When it was completed.
    pub completed_at: UtcMicros,
    /// How many of its seconds were watched by then: the first ones.
    pub watched_seconds: i64,
}

/// A look into a lesson that was not completed.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct Glance {
    pub(in crate::world) lesson_row: usize,
    pub(in crate::world) watched_seconds: i64,
    pub(in crate::world) started_at: UtcMicros,
}

/// How far an enrolment goes: as a story has it, or as drawn.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extent {
    Drawn,
    Exactly(usize),
    /// So many, one each evening up to yesterday's.
    Daily(usize),
    Everything,
}

pub(super) struct Progress {
    pub(super) completed: Vec<CompletedLesson>,
    /// A look into the lesson after those.
    pub(super) glance: Option<Glance>,
}

impl Progress {
    /// The completion of the course: that of its last lesson, once all are completed.
    pub(super) fn completed_at(&self, lessons: &[Lesson]) -> Option<UtcMicros> {
        let last = self.completed.last()?;
        (self.completed.len() == lessons.len()).then_some(last.completed_at)
    }
}

/// Somebody who takes a course.
pub(super) struct Attempt<'a> {
    pub(super) enrollment_row: usize,
    pub(super) user: &'a User,
    pub(super) course: &'a Course,
    pub(super) lessons: &'a [Lesson],
    pub(super) enrolled_at: UtcMicros,
}

/// How many lessons can still be completed: each completion is a sitting, and a profile has so many of those.
pub(super) struct Budget {
    left: usize,
    /// Of a thousand people who enrol so many begin.
    starters_per_mille: u64,
}

impl Budget {
    pub(super) fn of(profile: Profile) -> Self {
        let counts = profile.counts();
        let expected = counts.playback_sessions * COMPLETING_PER_CENT / 100;
        Self {
            left: counts.playback_sessions * COMPLETING_PER_CENT_MAX / 100,
            starters_per_mille: (expected * 1_000 / (counts.enrollments * LESSONS_PER_STARTER)).min(1_000) as u64,
        }
    }
}

pub(super) fn draw(key: &WorldKey, attempt: &Attempt<'_>, extent: Extent, budget: &mut Budget) -> Progress {
    let Attempt { enrollment_row, user, course, lessons, enrolled_at } = *attempt;
    let mut random = key.random("course_progress", enrollment_row);
    // Nothing happens after somebody has left.
    let anchor = user.present_until(key.anchor.micros());
    let wanted = match extent {
        Extent::Everything => lessons.len(),
        Extent::Exactly(count) | Extent::Daily(count) => count.min(lessons.len()),
        Extent::Drawn if user.persona.is_none() && !random.chance(budget.starters_per_mille) => 0,
        Extent::Drawn => {
            let possible = ((anchor - enrolled_at) * LESSONS_PER_DAY_MAX / DAY) as usize;
            drawn_count(user, course, lessons.len(), &mut random).min(possible)
        }
    };
    let available = anchor - enrolled_at - MINUTE;
    let count = longest(&lessons[..wanted.min(budget.left)], available);
    budget.left -= count;
    let times = match extent {
        Extent::Daily(_) => evenings(anchor, count, &mut random),
        _ => one_after_another(&lessons[..count], enrolled_at, available, &mut random),
    };
    let completed = lessons.iter().zip(times).map(|(lesson, completed_at)| CompletedLesson {
        lesson_row: lesson.row,
        lesson_id: lesson.id,
        completed_at,
        watched_seconds: (lesson.duration_seconds * random.between(SEEN_MIN, 100) + 99) / 100,
    });
    let completed: Vec<CompletedLesson> = completed.collect();
    let is_curious = match extent {
        Extent::Drawn => count > 0 && random.chance(500),
        _ => count > 0,
    };
    let glance = lessons.get(count).filter(|_| is_curious).and_then(|next| {
        let from = completed.last().map_or(enrolled_at, |lesson| lesson.completed_at) + MINUTE;
        glance(next, from, anchor, &mut random)
    });
    Progress { completed, glance }
}

fn drawn_count(user: &User, course: &Course, lessons: usize, random: &mut RowRandom) -> usize {
    let score = 0.6 * f64::from(course.quality_per_mille) + 0.4 * f64::from(user.activity_per_mille);
    if random.chance((score - SCORE_FLOOR).max(0.0) as u64) {
        return lessons;
    }
    let share = random.log_normal(DROP_OFF_MEDIAN * score / SCORE_AVERAGE, DROP_OFF_SIGMA);
    ((share * lessons as f64) as usize).min(lessons - 1)
}

/// How long a sitting with this much of a lesson can take.
pub(in crate::world) fn sitting(seconds: i64) -> UtcMicros {
    seconds * SECOND + DETOUR_MAX
}

/// As many of the lessons, from the first on, as can be watched in that time.
fn longest(lessons: &[Lesson], available: UtcMicros) -> usize {
    let spent = lessons.iter().scan(0, |spent, lesson| {
        *spent += sitting(lesson.duration_seconds);
        Some(*spent)
    });
    spent.take_while(|spent| *spent < available).count()
}

/// Completions one after another, each in a stretch of its own of the time this person took: there is time to watch
/// the lesson before, and no other lesson of the course is watched meanwhile.
fn one_after_another(
    lessons: &[Lesson],
    enrolled_at: UtcMicros,
    available: UtcMicros,
    random: &mut RowRandom,
) -> Vec<UtcMicros> {
    let count = lessons.len() as i64;
    let least: UtcMicros = lessons.iter().map(|lesson| sitting(lesson.duration_seconds)).sum();
    let wanted = count * random.between(DAY / 3, 3 * DAY);
    let slack = if count == 0 { 0 } else { (wanted.min(available) - least).max(0) / count };
    let completion = |begin: &mut UtcMicros, lesson: &Lesson| {
        let earliest = *begin + sitting(lesson.duration_seconds);
        *begin = earliest + slack;
        Some(timeline::instant(random, earliest, earliest + slack))
    };
    lessons.iter().scan(enrolled_at + MINUTE / 2, completion).collect()
}

fn evenings(anchor: UtcMicros, count: usize, random: &mut RowRandom) -> Vec<UtcMicros> {
    (1..=count as i64).rev().map(|days| timeline::evening(anchor, days, random)).collect()
}

/// A look into a lesson, if there is time for it.
fn glance(lesson: &Lesson, from: UtcMicros, anchor: UtcMicros, random: &mut RowRandom) -> Option<Glance> {
    let watched_seconds = (lesson.duration_seconds * random.between(4, 80) / 100).max(1);
    let to = (from + 5 * DAY).min(anchor - sitting(watched_seconds));
    (from < to).then(|| Glance {
        lesson_row: lesson.row,
        watched_seconds,
        started_at: timeline::instant(random, from, to),
    })
}
