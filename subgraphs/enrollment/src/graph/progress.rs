//! How far the viewer is in a course.

use async_graphql::{Context, Object};
use kit_graph::{DateTime, GraphResult, RequestContext};
use kit_ids::{CourseId, LessonId, UserId};

use crate::domain::{self, percent};
use crate::service::loaders::NextLessonInCourse;

/// Progress, with the course's length as learning says it.
pub(crate) struct CourseProgress {
    pub(crate) key: (UserId, CourseId),
    pub(crate) progress: domain::CourseProgress,
    pub(crate) lesson_count: i32,
    pub(crate) total_seconds: i32,
}

/// How far the viewer is in a course.
#[Object]
impl CourseProgress {
    /// Lessons completed.
    async fn completed_lessons(&self) -> i32 {
        at_most(self.progress.completed_lessons, self.lesson_count)
    }

    /// Share of the lessons completed, 0 to 100.
    async fn percent(&self) -> f64 {
        percent(self.progress.completed_lessons, self.lesson_count.into())
    }

    /// Distinct seconds watched.
    async fn watched_seconds(&self) -> i32 {
        at_most(self.progress.watched_seconds, self.total_seconds)
    }

    /// The first lesson not completed.
    async fn next_lesson_id(&self, ctx: &Context<'_>) -> GraphResult<Option<LessonId>> {
        ctx.load::<NextLessonInCourse>(self.key).await
    }

    /// When the viewer last watched.
    async fn last_activity_at(&self) -> Option<DateTime> {
        self.progress.last_activity_at.map(DateTime::from)
    }
}

/// What learning has removed since counts no longer, though enrollment may not have heard of it yet.
fn at_most(count: i64, all: i32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX).min(all)
}
