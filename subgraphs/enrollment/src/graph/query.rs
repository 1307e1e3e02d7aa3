//! Where reading begins.

use async_graphql::{Context, Object};
use kit_graph::{
    CacheControlScope, GraphError, GraphResult, Money, RequestContext, RequireUser, authenticated, cache_control,
};
use kit_ids::{CourseId, EnrollmentId, MembershipId, OrderId, PlanId, UserId};
use kit_service::CallContext;

use super::course::Course;
use super::enrollment::{Enrollment, Order};
use super::entitlement::{EntitlementDecision, graph_error};
use super::membership::Membership;
use super::plan::Plan;
use super::user::User;
use crate::service::Till;
use crate::service::entitlements::entitlements;
use crate::service::loaders::PlanById;
use crate::service::subscribing::Subscribing;

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
        let plans = ctx.data_unchecked::<Subscribing>().plans().await.map_err(|error| GraphError::internal(&error))?;
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

    /// For other subgraphs: whether a person may use each of these courses, at most 100.
    #[graphql(inaccessible, tag = "internal", cache_control(no_cache, private))]
    async fn entitlements(
        &self,
        ctx: &Context<'_>,
        user_id: UserId,
        resource_ids: Vec<CourseId>,
    ) -> GraphResult<Vec<EntitlementDecision>> {
        let till = ctx.data_unchecked::<Till>();
        let found = entitlements(till, user_id, &resource_ids, ctx.call()).await;
        Ok(found.map_err(|error| graph_error(&error))?.into_iter().map(EntitlementDecision::from).collect())
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
