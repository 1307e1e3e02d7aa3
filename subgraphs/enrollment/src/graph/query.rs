//! Where reading begins.

use async_graphql::{Context, Object};
use kit_graph::{
    CacheControlScope, GraphError, GraphResult, Money, RequestContext, RequireUser, authenticated, cache_control,
};
use kit_ids::{CourseId, EnrollmentId, MembershipId, OrderId, PlanId, UserId};

use super::course::Course;
use super::enrollment::{Enrollment, Order};
use super::membership::Membership;
use super::plan::Plan;
use super::user::User;
use crate::service::enrolling::Enrolling;
use crate::service::loaders::PlanById;

pub(crate) struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// The plans on offer.
    #[graphql(
        directive = cache_control::apply(Some(3600), Some(CacheControlScope::Public)),
        cache_control(max_age = 3600)
    )]
    async fn plans(&self, ctx: &Context<'_>) -> GraphResult<Option<Vec<Plan>>> {
        let plans = ctx.data_unchecked::<Enrolling>().plans().await.map_err(|error| GraphError::internal(&error))?;
        Ok(Some(plans.into_iter().map(Plan).collect()))
    }

    /// An enrolment of the viewer by id.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn enrollment(&self, ctx: &Context<'_>, id: EnrollmentId) -> GraphResult<Option<Enrollment>> {
        Enrollment::visible(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_enrollment_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: EnrollmentId,
    ) -> GraphResult<Option<Enrollment>> {
        Enrollment::visible(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_plan_by_id(&self, ctx: &Context<'_>, #[graphql(key)] id: PlanId) -> GraphResult<Option<Plan>> {
        Ok(ctx.load::<PlanById>(id).await?.map(Plan))
    }

    #[graphql(entity)]
    async fn find_order_by_id(&self, ctx: &Context<'_>, #[graphql(key)] id: OrderId) -> GraphResult<Option<Order>> {
        Order::visible(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_membership_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: MembershipId,
    ) -> GraphResult<Option<Membership>> {
        Membership::visible(ctx, id).await
    }

    // Whether the course exists is for learning to say, whether the user does for identity.
    #[graphql(entity)]
    async fn find_course_by_id(
        &self,
        #[graphql(key)] id: CourseId,
        list_price: Option<Money>,
        lesson_count: Option<i32>,
        total_duration_seconds: Option<i32>,
    ) -> Option<Course> {
        Some(Course { id, list_price, lesson_count, total_duration_seconds })
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, #[graphql(key)] id: UserId) -> Option<User> {
        Some(User(id))
    }
}
