//! `Category`.

use async_graphql::{Context, Object};
use kit_graph::{CacheControlScope, GraphResult, RequestContext, cache_control};
use kit_ids::CategoryId;
use kit_paging::{Page, PageArguments, PagingContext, WindowKey, Windows};

use super::course::{CourseConnection, CourseOrder};
use crate::domain::{self, CourseSort, CourseStatus};
use crate::service::{CategoryById, CourseCountOfCategory, CoursesOfCategory, course_order};

pub(crate) struct Category(pub(super) domain::Category);

/// A subject; also what mentors teach and people follow.
#[Object(directive = cache_control::apply(Some(3600), Some(CacheControlScope::Public)), cache_control(max_age = 3600))]
impl Category {
    /// Global id, `cat_…`.
    async fn id(&self) -> CategoryId {
        self.0.id
    }

    /// Name in addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The category above.
    async fn parent(&self, ctx: &Context<'_>) -> GraphResult<Option<Category>> {
        match self.0.parent_id {
            Some(id) => Ok(ctx.load::<CategoryById>(id).await?.map(Category)),
            None => Ok(None),
        }
    }

    /// Its published courses.
    async fn courses(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        order_by: Option<CourseOrder>,
    ) -> GraphResult<CourseConnection> {
        let sort = order_by.map_or(CourseSort::Newest, CourseSort::from);
        let listed = (sort, CourseStatus::Published);
        let page = PageArguments::new(first, after, last, before);
        let page = page.parse(course_order(listed.0, listed.1), ctx.cursor_key())?;
        let rows = ctx.load::<Windows<CoursesOfCategory>>(WindowKey::new(self.0.id, sort, page)).await?;
        let total = match ctx.wants_total_count() {
            true => Some(ctx.load::<CourseCountOfCategory>(self.0.id).await?.unwrap_or(0)),
            false => None,
        };
        Ok(CourseConnection::of(rows.unwrap_or_else(Page::empty), total, listed, ctx.cursor_key()))
    }
}
