//! What enrollment adds to courses.

use async_graphql::{Context, Object, SimpleObject};
use kit_graph::{
    CacheControlScope, GraphError, GraphResult, Money, RequestContext, RequireUser, authenticated, cache_control,
};
use kit_ids::CourseId;

use super::enrollment::Enrollment;
use super::membership;
use super::progress::CourseProgress;
use super::values::{PriceReason, money, price};
use crate::domain::{Standing, quote};
use crate::service::loaders::{EnrollmentCountInCourse, EnrollmentInCourse, ProgressInCourse};

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
    pub(crate) lesson_count: Option<i32>,
    pub(crate) total_duration_seconds: Option<i32>,
}

impl Course {
    /// A course of which nothing is fetched yet.
    pub(crate) fn reference(id: CourseId) -> Self {
        Self { id, list_price: None, lesson_count: None, total_duration_seconds: None }
    }
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
        self.list_price.ok_or_else(|| learnings_own("listPrice"))
    }

    /// How many lessons it has.
    #[graphql(external)]
    async fn lesson_count(&self) -> GraphResult<i32> {
        self.lesson_count.ok_or_else(|| learnings_own("lessonCount"))
    }

    /// Length of all lessons together.
    #[graphql(external)]
    async fn total_duration_seconds(&self) -> GraphResult<i32> {
        self.total_duration_seconds.ok_or_else(|| learnings_own("totalDurationSeconds"))
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
        let is_member = membership::current(ctx, user).await?.is_some();
        let quote = quote(price(list), Standing { is_enrolled, is_member });
        let (amount, discount) = (money(quote.amount), money(quote.discount));
        Ok(Some(PriceQuote { amount, discount, reason: quote.reason.into() }))
    }

    /// How far the viewer is; null when not enrolled.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private),
        requires = "lessonCount totalDurationSeconds"
    )]
    async fn viewer_progress(&self, ctx: &Context<'_>) -> GraphResult<Option<CourseProgress>> {
        let user = ctx.viewer().require_user()?.id;
        let (Some(lesson_count), Some(total_seconds)) = (self.lesson_count, self.total_duration_seconds) else {
            return Ok(None);
        };
        let key = (user, self.id);
        if ctx.load::<EnrollmentInCourse>(key).await?.is_none() {
            return Ok(None);
        }
        let progress = ctx.load::<ProgressInCourse>(key).await?.unwrap_or_default();
        Ok(Some(CourseProgress { key, progress, lesson_count, total_seconds }))
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

    /// How many are enrolled.
    #[graphql(
        directive = cache_control::apply(Some(60), Some(CacheControlScope::Public)),
        cache_control(max_age = 60),
        tag = "partner"
    )]
    async fn enrollment_count(&self, ctx: &Context<'_>) -> GraphResult<Option<i32>> {
        let count = ctx.load::<EnrollmentCountInCourse>(self.id).await?.unwrap_or(0);
        Ok(Some(i32::try_from(count).unwrap_or(i32::MAX)))
    }
}

fn learnings_own(field: &str) -> GraphError {
    GraphError::bad_user_input(format!("`{field}` is learning's to answer; ask it there"))
}
