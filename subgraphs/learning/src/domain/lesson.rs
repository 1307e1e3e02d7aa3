//! Lessons.

use kit_ids::{CourseId, LessonId};

/// Most lessons of a course: what an editor can still show, and what one transaction may shift.
pub const LESSONS_MAX: i64 = 500;

/// One session of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Its id.
    pub id: LessonId,
    /// Its course.
    pub course_id: CourseId,
    /// Its place, from 1.
    pub position: i64,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: Option<String>,
    /// Its length in seconds.
    pub duration_seconds: i64,
    /// Whether it is open to those not enrolled.
    pub is_free_preview: bool,
}
