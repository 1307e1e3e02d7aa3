//! What can be changed.

use async_graphql::{Context, Object};
use kit_graph::{GraphResult, RequireScope};
use kit_service::CallContext;
use kit_viewer::Scope;

use super::category::Category;
use super::course::Course;
use super::input::{
    AddLessonInput, ArchiveCourseInput, CreateCourseInput, MoveLessonInput, PublishCourseInput, RemoveLessonInput,
    UpdateCourseInput, UpdateLessonInput, UpsertCategoryInput,
};
use super::lesson::Lesson;
use super::payload::{
    AddLessonPayload, ArchiveCoursePayload, CreateCoursePayload, MoveLessonPayload, PublishCoursePayload,
    RemoveLessonPayload, UpdateCoursePayload, UpdateLessonPayload, UpsertCategoryPayload,
};
use crate::service::Catalogue;

pub(crate) struct Mutation;

/// What can be changed; mutations of one request run one after the other.
#[Object]
impl Mutation {
    /// Makes a draft of a course.
    #[graphql(requires_scopes = "course:write", guard = "RequireScope(Scope::CourseWrite)")]
    async fn create_course(
        &self,
        ctx: &Context<'_>,
        input: CreateCourseInput,
    ) -> GraphResult<Option<CreateCoursePayload>> {
        let echo = input.client_mutation_id.clone();
        let key = input.idempotency_key.clone();
        let done = catalogue(ctx).create_course(ctx.call(), &input.into(), key.as_deref().map(String::as_str)).await;
        CreateCoursePayload::of(done, echo, Course)
    }

    /// Changes a course at any time; what is left out stays as it is.
    #[graphql(requires_scopes = "course:write", guard = "RequireScope(Scope::CourseWrite)")]
    async fn update_course(
        &self,
        ctx: &Context<'_>,
        input: UpdateCourseInput,
    ) -> GraphResult<Option<UpdateCoursePayload>> {
        let echo = input.client_mutation_id.clone();
        let (course, version) = (input.course_id, input.expected_version.into());
        let done = catalogue(ctx).update_course(ctx.call(), course, version, &input.into()).await;
        UpdateCoursePayload::of(done, echo, Course)
    }

    /// Opens a course to everyone; it needs a lesson, an instructor and a category.
    #[graphql(requires_scopes = "course:write", guard = "RequireScope(Scope::CourseWrite)")]
    async fn publish_course(
        &self,
        ctx: &Context<'_>,
        input: PublishCourseInput,
    ) -> GraphResult<Option<PublishCoursePayload>> {
        let echo = input.client_mutation_id.clone();
        let done = catalogue(ctx).publish_course(ctx.call(), input.course_id).await;
        PublishCoursePayload::of(done, echo, Course)
    }

    /// Takes a course out of the catalogue; who is enrolled keeps it.
    #[graphql(requires_scopes = "course:write", guard = "RequireScope(Scope::CourseWrite)")]
    async fn archive_course(
        &self,
        ctx: &Context<'_>,
        input: ArchiveCourseInput,
    ) -> GraphResult<Option<ArchiveCoursePayload>> {
        let echo = input.client_mutation_id.clone();
        let done = catalogue(ctx).archive_course(ctx.call(), input.course_id).await;
        ArchiveCoursePayload::of(done, echo, Course)
    }

    /// Adds a lesson to a course.
    #[graphql(requires_scopes = "course:write", guard = "RequireScope(Scope::CourseWrite)")]
    async fn add_lesson(&self, ctx: &Context<'_>, input: AddLessonInput) -> GraphResult<Option<AddLessonPayload>> {
        let echo = input.client_mutation_id.clone();
        let key = input.idempotency_key.clone();
        let done = catalogue(ctx).add_lesson(ctx.call(), &input.into(), key.as_deref().map(String::as_str)).await;
        AddLessonPayload::of(done, echo, Lesson)
    }

    /// Changes a lesson; what is left out stays as it is.
    #[graphql(requires_scopes = "course:write", guard = "RequireScope(Scope::CourseWrite)")]
    async fn update_lesson(
        &self,
        ctx: &Context<'_>,
        input: UpdateLessonInput,
    ) -> GraphResult<Option<UpdateLessonPayload>> {
        let echo = input.client_mutation_id.clone();
        let lesson = input.lesson_id;
        let done = catalogue(ctx).update_lesson(ctx.call(), lesson, &input.into()).await;
        UpdateLessonPayload::of(done, echo, Lesson)
    }

    /// Gives a lesson another place in its course.
    #[graphql(requires_scopes = "course:write", guard = "RequireScope(Scope::CourseWrite)")]
    async fn move_lesson(&self, ctx: &Context<'_>, input: MoveLessonInput) -> GraphResult<Option<MoveLessonPayload>> {
        let echo = input.client_mutation_id.clone();
        let done = catalogue(ctx).move_lesson(ctx.call(), input.lesson_id, input.position.into()).await;
        MoveLessonPayload::of(done, echo, Lesson)
    }

    /// Removes a lesson; the last one of a published course stays.
    #[graphql(requires_scopes = "course:write", guard = "RequireScope(Scope::CourseWrite)")]
    async fn remove_lesson(
        &self,
        ctx: &Context<'_>,
        input: RemoveLessonInput,
    ) -> GraphResult<Option<RemoveLessonPayload>> {
        let echo = input.client_mutation_id.clone();
        let done = catalogue(ctx).remove_lesson(ctx.call(), input.lesson_id).await;
        RemoveLessonPayload::of(done, echo, Course)
    }

    /// Makes or changes a category.
    #[graphql(requires_scopes = "course:write", guard = "RequireScope(Scope::CourseWrite)")]
    async fn upsert_category(
        &self,
        ctx: &Context<'_>,
        input: UpsertCategoryInput,
    ) -> GraphResult<Option<UpsertCategoryPayload>> {
        let echo = input.client_mutation_id.clone();
        let key = input.idempotency_key.clone();
        let done = catalogue(ctx).upsert_category(ctx.call(), &input.into(), key.as_deref().map(String::as_str)).await;
        UpsertCategoryPayload::of(done, echo, Category)
    }
}

fn catalogue<'c>(ctx: &'c Context<'_>) -> &'c Catalogue {
    ctx.data_unchecked::<Catalogue>()
}
