//! What learning adds to `User`.

use async_graphql::{Context, Object};
use kit_graph::{CacheControlScope, GraphResult, RequestContext, cache_control};
use kit_ids::UserId;
use kit_paging::{Page, PageArguments, PagingContext, WindowKey, Windows};

use super::course::CourseConnection;
use crate::domain::{CourseSort, CourseStatus};
use crate::service::{CourseCountOfInstructor, CoursesOfInstructor, course_order};

pub(crate) struct User(pub(super) UserId);

/// A person with an account.
#[Object]
impl User {
    /// Global id, `usr_…`.
    async fn id(&self) -> UserId {
        self.0
    }

    /// Published courses that the person teaches, newest first.
    #[graphql(
        directive = cache_control::apply(Some(120), Some(CacheControlScope::Public)),
        cache_control(max_age = 120)
    )]
    async fn taught_courses(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<Option<CourseConnection>> {
        let listed = (CourseSort::Newest, CourseStatus::Published);
        let page = PageArguments::new(first, after, last, before);
        let page = page.parse(course_order(listed.0, listed.1), ctx.cursor_key())?;
        let rows = ctx.load::<Windows<CoursesOfInstructor>>(WindowKey::new(self.0, listed.0, page)).await?;
        let total = match ctx.wants_total_count() {
            true => Some(ctx.load::<CourseCountOfInstructor>(self.0).await?.unwrap_or(0)),
            false => None,
        };
        Ok(Some(CourseConnection::of(rows.unwrap_or_else(Page::empty), total, listed, ctx.cursor_key())))
    }
}
