//! How far a person is in a course.

#[cfg(test)]
mod tests;

use kit_ids::{LessonId, UserId};

/// What is known of it beside the course's length, which learning says. Nothing for who has not begun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CourseProgress {
    pub(crate) completed_lessons: i64,
    pub(crate) watched_seconds: i64,
    pub(crate) last_activity_at: Option<i64>,
}

/// Somebody has watched a lesson to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CompletedLesson {
    pub(crate) user_id: UserId,
    pub(crate) lesson_id: LessonId,
    /// Distinct seconds.
    pub(crate) watched_seconds: i64,
    pub(crate) at: i64,
}

/// The share of lessons completed, 0 to 100; 0 of a course without lessons. A lesson that was completed and removed
/// since does not make it more than all.
pub(crate) fn percent(completed_lessons: i64, lesson_count: i64) -> f64 {
    if lesson_count <= 0 {
        return 0.0;
    }
    let completed = u32::try_from(completed_lessons.clamp(0, lesson_count)).unwrap_or(u32::MAX);
    f64::from(completed) * 100.0 / f64::from(u32::try_from(lesson_count).unwrap_or(u32::MAX))
}
