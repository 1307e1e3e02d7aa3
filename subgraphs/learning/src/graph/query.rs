//! What can be asked.

use async_graphql::{Context, InputObject, Object};
use kit_graph::{CacheControlScope, GraphError, GraphResult, RequestContext, cache_control};
use kit_ids::{CategoryId, CourseId, LessonId, UserId};
use kit_paging::{PageArguments, PagingContext};

use super::category::Category;
use super::course::{Course, CourseConnection, CourseLevel, CourseOrder, CourseStatus};
use super::lesson::Lesson;
use super::payload::graph_error;
use crate::domain;
use crate::service::{Catalogue, CourseById, CourseBySlug, LessonById, course_order};

/// Which courses; every field given must hold.
#[derive(Default, InputObject)]
pub(crate) struct CourseFilter {
    /// Title or description contains this.
    #[graphql(validator(chars_max_length = 200))]
    query: Option<String>,
    /// Belongs to one of these or below.
    #[graphql(validator(max_items = 50))]
    category_ids: Option<Vec<CategoryId>>,
    /// Expects one of these.
    #[graphql(validator(max_items = 3))]
    levels: Option<Vec<CourseLevel>>,
    /// Is taught in this language.
    language: Option<String>,
    /// Is taught by this person.
    instructor_id: Option<UserId>,
    /// Costs nothing, or something.
    free: Option<bool>,
    /// Has this status; anything but PUBLISHED shows only one's own courses, or all to administrators.
    status: Option<CourseStatus>,
}

impl From<CourseFilter> for domain::CourseFilter {
    fn from(filter: CourseFilter) -> Self {
        Self {
            text: filter.query.filter(|text| !text.is_empty()),
            category_ids: filter.category_ids,
            levels: filter.levels.map(|levels| levels.into_iter().map(Into::into).collect()),
            language: filter.language,
            instructor_ids: filter.instructor_id.into_iter().collect(),
            free: filter.free,
            status: filter.status.map_or(domain::CourseStatus::Published, Into::into),
        }
    }
}

#[derive(Default)]
pub(crate) struct CatalogueQuery;

#[Object]
impl CatalogueQuery {
    /// A course by exactly one of id and slug.
    #[graphql(tag = "partner")]
    async fn course(
        &self,
        ctx: &Context<'_>,
        id: Option<CourseId>,
        slug: Option<String>,
    ) -> GraphResult<Option<Course>> {
        let found = match (id, slug) {
            (Some(id), None) => ctx.load::<CourseById>(id).await?,
            (None, Some(slug)) => ctx.load::<CourseBySlug>(slug).await?,
            _ => return Err(GraphError::bad_user_input("exactly one of `id` and `slug` is needed")),
        };
        Course::visible(ctx, found).await
    }

    /// The catalogue.
    #[graphql(
        tag = "partner",
        directive = cache_control::apply(Some(60), Some(CacheControlScope::Public)),
        cache_control(max_age = 60)
    )]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn courses(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<CourseFilter>,
        #[graphql(default_with = "Some(CourseOrder::Newest)")] order_by: Option<CourseOrder>,
    ) -> GraphResult<Option<CourseConnection>> {
        let filter = domain::CourseFilter::from(filter.unwrap_or_default());
        if filter.status != domain::CourseStatus::Published {
            ctx.forbid_sharing();
        }
        let listed = (order_by.map_or(domain::CourseSort::Newest, Into::into), filter.status);
        let page = PageArguments::new(first, after, last, before);
        let page = page.parse(course_order(listed.0, listed.1), ctx.cursor_key())?;
        let found = ctx.data_unchecked::<Catalogue>();
        let found = found.courses(ctx.viewer(), filter, listed.0, &page, ctx.wants_total_count()).await;
        let (page, total) = found.map_err(graph_error)?;
        Ok(Some(CourseConnection::of(page, total, listed, ctx.cursor_key())))
    }

    /// A lesson by id.
    async fn lesson(&self, ctx: &Context<'_>, id: LessonId) -> GraphResult<Option<Lesson>> {
        Lesson::visible(ctx, ctx.load::<LessonById>(id).await?).await
    }

    /// The categories directly below `parent`, or the top ones.
    #[graphql(
        directive = cache_control::apply(Some(3600), Some(CacheControlScope::Public)),
        cache_control(max_age = 3600)
    )]
    async fn categories(&self, ctx: &Context<'_>, parent: Option<CategoryId>) -> GraphResult<Option<Vec<Category>>> {
        let found = ctx.data_unchecked::<Catalogue>().categories(parent).await.map_err(graph_error)?;
        Ok(Some(found.into_iter().map(Category).collect()))
    }
}
