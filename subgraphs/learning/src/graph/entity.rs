//! The entities that the router asks for by key, batched (P16).

use async_graphql::{Context, Object};
use kit_graph::{GraphResult, RequestContext};
use kit_ids::{CategoryId, CourseId, LessonId, UserId};

use super::category::Category;
use super::course::Course;
use super::lesson::Lesson;
use super::user::User;
use crate::service::{CategoryById, CategoryBySlug, CourseById, CourseBySlug, LessonById};

#[derive(Default)]
pub(crate) struct EntityQuery;

#[Object]
impl EntityQuery {
    #[graphql(entity)]
    async fn find_course_by_id(&self, ctx: &Context<'_>, #[graphql(key)] id: CourseId) -> GraphResult<Option<Course>> {
        Course::visible(ctx, ctx.load::<CourseById>(id).await?).await
    }

    #[graphql(entity)]
    async fn find_course_by_slug(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] slug: String,
    ) -> GraphResult<Option<Course>> {
        Course::visible(ctx, ctx.load::<CourseBySlug>(slug).await?).await
    }

    #[graphql(entity)]
    async fn find_lesson_by_id(&self, ctx: &Context<'_>, #[graphql(key)] id: LessonId) -> GraphResult<Option<Lesson>> {
        Lesson::visible(ctx, ctx.load::<LessonById>(id).await?).await
    }

    #[graphql(entity)]
    async fn find_category_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: CategoryId,
    ) -> GraphResult<Option<Category>> {
        Ok(ctx.load::<CategoryById>(id).await?.map(Category))
    }

    #[graphql(entity)]
    async fn find_category_by_slug(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] slug: String,
    ) -> GraphResult<Option<Category>> {
        Ok(ctx.load::<CategoryBySlug>(slug).await?.map(Category))
    }

    // Whether the user exists is for identity to say.
    #[graphql(entity)]
    async fn find_user_by_id(&self, #[graphql(key)] id: UserId) -> Option<User> {
        Some(User(id))
    }
}
