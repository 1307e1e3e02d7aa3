//! `Lesson`.

use async_graphql::{Context, Object};
use kit_graph::{CacheControlScope, GraphResult, RequestContext, cache_control};
use kit_ids::LessonId;

use super::course::{Course, dangling, int};
use crate::domain;
use crate::service::CourseById;

kit_paging::connection! {
    /// Lessons, page by page.
    pub struct LessonConnection;
    /// One entry of a LessonConnection.
    pub struct LessonEdge for Lesson;
}

pub(crate) struct Lesson(pub(super) domain::Lesson);

impl Lesson {
    /// The lesson, unless its course is a draft that the viewer must not see.
    pub(super) async fn visible(ctx: &Context<'_>, lesson: Option<domain::Lesson>) -> GraphResult<Option<Self>> {
        let Some(lesson) = lesson else { return Ok(None) };
        let course = ctx.load::<CourseById>(lesson.course_id).await?;
        Ok(Course::visible(ctx, course).await?.map(|_| Self(lesson)))
    }
}

/// One session of a course.
#[Object(directive = cache_control::apply(Some(120), Some(CacheControlScope::Public)), cache_control(max_age = 120))]
impl Lesson {
    /// Global id, `les_…`.
    async fn id(&self) -> LessonId {
        self.0.id
    }

    /// The course.
    async fn course(&self, ctx: &Context<'_>) -> GraphResult<Course> {
        ctx.load::<CourseById>(self.0.course_id).await?.map(Course).ok_or_else(|| dangling("a course"))
    }

    /// Place among the course's lessons, from 1.
    async fn position(&self) -> i32 {
        int(self.0.position)
    }

    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it is about.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }

    /// Length in seconds.
    async fn duration_seconds(&self) -> i32 {
        int(self.0.duration_seconds)
    }

    /// Whether it is open to those not enrolled.
    async fn is_free_preview(&self) -> bool {
        self.0.is_free_preview
    }
}
