//! How far somebody got in a course: better courses and more active people are finished more often.

use kit_ids::LessonId;
use serde::Serialize;

use super::super::{Course, Lesson, User, WorldKey};
use crate::{
    random::RowRandom,
    timeline::{self, DAY, MINUTE, UtcMicros},
};

/// Nobody completes more lessons a day than this, on average.
const LESSONS_PER_DAY_MAX: i64 = 3;
/// The score (quality and activity, in thousandths) at which nobody finishes a course.
const SCORE_FLOOR: f64 = 300.0;
/// Where half of those who give up have stopped, as a share of the course, in a course of average score.
const DROP_OFF_MEDIAN: f64 = 0.24;
const DROP_OFF_SIGMA: f64 = 0.8;
const SCORE_AVERAGE: f64 = 585.0;

/// A lesson somebody has completed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CompletedLesson {
    /// The row of the lesson.
    pub lesson_row: usize,
    /// The id of the lesson.
    pub lesson_id: LessonId,
    /// When it was completed.
    pub completed_at: UtcMicros,
}

/// How far an enrolment goes: as a story has it, or as drawn.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extent {
    Drawn,
    Exactly(usize),
    Everything,
}

pub(super) struct Progress {
    pub(super) completed: Vec<CompletedLesson>,
    pub(super) watched_seconds: i64,
    pub(super) last_activity_at: Option<UtcMicros>,
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

pub(super) fn draw(key: &WorldKey, attempt: &Attempt<'_>, extent: Extent) -> Progress {
    let Attempt { enrollment_row, user, course, lessons, enrolled_at } = *attempt;
    let mut random = key.random("course_progress", enrollment_row);
    let anchor = key.anchor.micros();
    let count = match extent {
        Extent::Everything => lessons.len(),
        Extent::Exactly(count) => count.min(lessons.len()),
        Extent::Drawn => {
            let possible = ((anchor - enrolled_at) * LESSONS_PER_DAY_MAX / DAY) as usize;
            drawn_count(user, course, lessons.len(), &mut random).min(possible)
        }
    };
    let completed = completions(&lessons[..count], enrolled_at, anchor, &mut random);
    let whole: i64 = lessons[..count].iter().map(|lesson| lesson.duration_seconds).sum();
    // A look into the next lesson, up to 80 % of it.
    let glance = match (extent, lessons.get(count)) {
        (Extent::Drawn, Some(next)) if random.chance(500) => next.duration_seconds * random.between(1, 80) / 100,
        _ => 0,
    };
    let watched_seconds = whole + glance;
    let first_look = (watched_seconds > 0).then(|| (enrolled_at + 2 * MINUTE).min(anchor));
    let last_activity_at = completed.last().map(|lesson| lesson.completed_at).or(first_look);
    Progress { completed, watched_seconds, last_activity_at }
}

fn drawn_count(user: &User, course: &Course, lessons: usize, random: &mut RowRandom) -> usize {
    let score = 0.6 * f64::from(course.quality_per_mille) + 0.4 * f64::from(user.activity_per_mille);
    if random.chance((score - SCORE_FLOOR).max(0.0) as u64) {
        return lessons;
    }
    let share = random.log_normal(DROP_OFF_MEDIAN * score / SCORE_AVERAGE, DROP_OFF_SIGMA);
    ((share * lessons as f64) as usize).min(lessons - 1)
}

/// One lesson after another, each in its own stretch of the time this person took.
fn completions(
    lessons: &[Lesson],
    enrolled_at: UtcMicros,
    anchor: UtcMicros,
    random: &mut RowRandom,
) -> Vec<CompletedLesson> {
    let count = lessons.len() as i64;
    let wanted = count * random.between(DAY / 3, 3 * DAY);
    let span = wanted.min(anchor - enrolled_at);
    let completion = |(lesson, index): (&Lesson, i64)| CompletedLesson {
        lesson_row: lesson.row,
        lesson_id: lesson.id,
        completed_at: timeline::instant(
            random,
            enrolled_at + span * index / count,
            enrolled_at + span * (index + 1) / count,
        ),
    };
    lessons.iter().zip(0..).map(completion).collect()
}
