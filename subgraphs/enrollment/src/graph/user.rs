//! What enrollment adds to users.

use async_graphql::{Context, Object};
use kit_graph::{CacheControlScope, GraphResult, RequestContext, RequireUser, authenticated, cache_control};
use kit_ids::UserId;
use kit_paging::{CursorKey, Page, PageArguments, PagingContext, WindowKey, Windows};
use kit_viewer::Scope;

use super::enrollment::Enrollment;
use super::membership::{Membership, current};
use crate::domain;
use crate::service::loaders::{ENROLLMENTS_ORDER, EnrollmentCountOfUser, EnrollmentsOfUser, enrollment_position};

pub(crate) struct User(pub(crate) UserId);

/// A person with an account.
#[Object]
impl User {
    /// Global id, `usr_…`.
    async fn id(&self) -> UserId {
        self.0
    }

    /// The person's places in courses, newest first; only for themselves and holders of user:read.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn enrollments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        completed: Option<bool>,
    ) -> GraphResult<Option<EnrollmentConnection>> {
        ctx.viewer().self_or_scope(self.0, Scope::UserRead)?;
        let page = PageArguments::new(first, after, last, before).parse(&ENROLLMENTS_ORDER, ctx.cursor_key())?;
        let total = match ctx.wants_total_count() {
            true => Some(ctx.load::<EnrollmentCountOfUser>((self.0, completed)).await?.unwrap_or(0)),
            false => None,
        };
        let page = ctx.load::<Windows<EnrollmentsOfUser>>(WindowKey::new(self.0, completed, page)).await?;
        Ok(page.map(|page| connection(page, total, ctx.cursor_key())))
    }

    /// The person's membership while it gives access; only for themselves and holders of user:read.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn active_subscription(&self, ctx: &Context<'_>) -> GraphResult<Option<Membership>> {
        ctx.viewer().self_or_scope(self.0, Scope::UserRead)?;
        Ok(current(ctx, self.0).await?.map(Membership))
    }
}

kit_paging::connection! {
    /// Enrolments, page by page.
    pub struct EnrollmentConnection;
    /// One entry of a EnrollmentConnection.
    pub struct EnrollmentEdge for Enrollment;
}

fn connection(page: Page<domain::Enrollment>, total: Option<i64>, cursors: &CursorKey) -> EnrollmentConnection {
    EnrollmentConnection::new(page, total, |enrollment| EnrollmentEdge {
        cursor: cursors.cursor(&ENROLLMENTS_ORDER, &enrollment_position(&enrollment)),
        node: Enrollment(enrollment),
    })
}
