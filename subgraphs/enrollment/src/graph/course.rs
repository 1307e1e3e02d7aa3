//! What enrollment adds to courses, and users as it refers to them.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use kit_graph::{
    CacheControlScope, GraphError, GraphResult, Money, RequestContext, RequireUser, authenticated, cache_control,
};
use kit_ids::{Clock, CourseId, UserId};

use super::enrollment::Enrollment;
use super::values::{PriceReason, money, price};
use crate::domain::{Standing, quote};
use crate::service::loaders::{EnrollmentInCourse, MembershipsOfUser};

pub(crate) struct User(pub(crate) UserId);

/// A person with an account.
#[Object]
impl User {
    /// Global id, `usr_…`.
    async fn id(&self) -> UserId {
        self.0
    }
}

/// What the viewer would pay, and why.
#[derive(SimpleObject)]
pub(crate) struct PriceQuote {
    /// To pay.
    amount: Money,
    /// Off the list price.
    discount: Money,
    /// Why.
    reason: PriceReason,
}

/// A course, with what the router has fetched of it from learning.
pub(crate) struct Course {
    pub(crate) id: CourseId,
    pub(crate) list_price: Option<Money>,
}

/// Lessons on one subject, offered as a whole.
#[Object]
impl Course {
    /// Global id, `crs_…`.
    async fn id(&self) -> CourseId {
        self.id
    }

    /// What it costs without any reduction.
    #[graphql(external)]
    async fn list_price(&self) -> GraphResult<Money> {
        self.list_price
            .ok_or_else(|| GraphError::bad_user_input("the list price is learning's to answer; ask it there"))
    }

    /// What the viewer would pay, and why.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private),
        requires = "listPrice { amountMinor currency }"
    )]
    async fn viewer_price(&self, ctx: &Context<'_>) -> GraphResult<Option<PriceQuote>> {
        let user = ctx.viewer().require_user()?.id;
        let Some(list) = self.list_price else { return Ok(None) };
        let is_enrolled = ctx.load::<EnrollmentInCourse>((user, self.id)).await?.is_some();
        let memberships = ctx.load::<MembershipsOfUser>(user).await?.unwrap_or_default();
        let now = ctx.data_unchecked::<Arc<dyn Clock>>().now();
        let is_member = memberships.iter().any(|membership| membership.gives_access_at(now));
        let quote = quote(price(list), Standing { is_enrolled, is_member });
        let (amount, discount) = (money(quote.amount), money(quote.discount));
        Ok(Some(PriceQuote { amount, discount, reason: quote.reason.into() }))
    }

    /// The viewer's place; null when not enrolled.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn viewer_enrollment(&self, ctx: &Context<'_>) -> GraphResult<Option<Enrollment>> {
        let user = ctx.viewer().require_user()?.id;
        Ok(ctx.load::<EnrollmentInCourse>((user, self.id)).await?.map(Enrollment))
    }
}
