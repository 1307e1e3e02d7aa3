//! Lessons: how many a course has, what each is called and how long it takes.

use kit_ids::{CourseId, LessonId};
use serde::Serialize;

use super::{
    course::{CourseDraft, FLAGSHIP},
    wording,
};
use crate::{
    timeline::{MINUTE, UtcMicros},
    world::{WorldKey, mint},
};

/// Lessons of the flagship in every profile: 22 of 25 are exactly 88 %.
pub(in crate::world) const FLAGSHIP_LESSONS: usize = 25;
/// A course has at least an opening and a closing lesson.
const LESSONS_MIN: usize = 2;
/// Titles do not repeat up to here: an opening, 8 concepts in 6 patterns, a closing.
const LESSONS_MAX: usize = 50;
/// Lessons are numbered per course, so that one course's length moves no other course's rows.
const ROWS_PER_COURSE: usize = 1_000;

const DURATION_MEDIAN_SECONDS: f64 = 520.0;
const DURATION_SIGMA: f64 = 0.5;
const DURATION_MIN_SECONDS: f64 = 60.0;
const DURATION_MAX_SECONDS: f64 = 3_600.0;

/// A lesson of a course.
#[derive(Clone, Debug, Serialize)]
pub struct Lesson {
    /// The row in [`World::lessons`](crate::World::lessons).
    pub row: usize,
    /// The lesson's id.
    pub id: LessonId,
    /// When it was added.
    pub created_at: UtcMicros,
    /// The row of its course.
    pub course_row: usize,
    /// The id of its course.
    pub course_id: CourseId,
    /// Its place in the course, counted from 1 without gaps.
    pub position: u32,
    /// The title, unique within the course.
    pub title: String,
    /// One sentence, or none.
    pub summary: Option<String>,
    /// How long it takes.
    pub duration_seconds: i64,
    /// Whether it can be watched without enrolling.
    pub is_free_preview: bool,
}

/// Divides exactly `total` lessons among the courses, log-normally, within the bounds of a course.
pub(super) fn counts_per_course(key: &WorldKey, courses: usize, total: usize) -> Vec<usize> {
    let weights: Vec<f64> = (0..courses).map(|row| key.random("lesson_counts", row).log_normal(1.0, 0.45)).collect();
    let others: f64 = weights[FLAGSHIP + 1..].iter().sum();
    let shared = (total - FLAGSHIP_LESSONS - LESSONS_MIN * (courses - 1)) as f64;
    let mut counts: Vec<usize> =
        weights.iter().map(|weight| (LESSONS_MIN + (shared * weight / others) as usize).min(LESSONS_MAX)).collect();
    counts[FLAGSHIP] = FLAGSHIP_LESSONS;
    // Rounding down left a few over: one each for the first courses that have room.
    let mut left = total - counts.iter().sum::<usize>();
    for row in (FLAGSHIP + 1..courses).cycle() {
        if left == 0 {
            break;
        }
        if counts[row] < LESSONS_MAX {
            counts[row] += 1;
            left -= 1;
        }
    }
    counts
}

/// The `count` lessons of a course, numbered from `first_row` on.
pub(super) fn of_course(key: &WorldKey, draft: &CourseDraft, first_row: usize, count: usize) -> Vec<Lesson> {
    (1..=count).map(|position| lesson(key, draft, first_row + position - 1, position, count)).collect()
}

fn lesson(key: &WorldKey, draft: &CourseDraft, row: usize, position: usize, count: usize) -> Lesson {
    let course = &draft.course;
    let mut random = key.random("lessons", course.row * ROWS_PER_COURSE + position);
    let created_at = course.created_at + position as i64 * 7 * MINUTE;
    let wording = wording::lesson(draft.subject, position, count, course.language);
    let duration = random.log_normal(DURATION_MEDIAN_SECONDS, DURATION_SIGMA);
    Lesson {
        row,
        id: mint(created_at, &mut random),
        created_at,
        course_row: course.row,
        course_id: course.id,
        position: position as u32,
        title: wording.title,
        summary: random.chance(800).then_some(wording.summary),
        duration_seconds: duration.clamp(DURATION_MIN_SECONDS, DURATION_MAX_SECONDS) as i64,
        is_free_preview: position == 1 || (position == 2 && random.chance(300)),
    }
}
