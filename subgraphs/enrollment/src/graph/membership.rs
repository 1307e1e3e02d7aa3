//! Memberships.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object};
use kit_graph::{CacheControlScope, DateTime, GraphError, GraphResult, RequestContext, cache_control};
use kit_ids::{Clock, MembershipId, UserId};
use kit_viewer::Scope;

use super::plan::Plan;
use crate::domain;
use crate::service::loaders::{MembershipById, MembershipsOfUser, PlanById};

/// Where a membership is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::SubscriptionStatus")]
pub(crate) enum SubscriptionStatus {
    /// Paid.
    Active,
    /// A renewal failed and is tried again; access goes on.
    PastDue,
    /// Will not renew; access goes on to the end of the period.
    Canceled,
    /// Over.
    Expired,
}

/// The membership that gives a person access now.
pub(crate) async fn current(ctx: &Context<'_>, user: UserId) -> GraphResult<Option<domain::Membership>> {
    let memberships = ctx.load::<MembershipsOfUser>(user).await?.unwrap_or_default();
    Ok(domain::Membership::current(memberships, now(ctx)))
}

pub(crate) struct Membership(pub(crate) domain::Membership);

impl Membership {
    /// The membership, when the viewer may see it: its owner and holders of `user:read`.
    pub(crate) async fn visible(ctx: &Context<'_>, id: MembershipId) -> GraphResult<Option<Self>> {
        let found = ctx.load::<MembershipById>(id).await?;
        Ok(found.filter(|one| ctx.viewer().self_or_scope(one.user_id, Scope::UserRead).is_ok()).map(Self))
    }
}

/// A bought subscription: every course while it lasts.
#[Object(
    directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
    cache_control(no_cache, private)
)]
impl Membership {
    /// Global id, `sub_…`.
    async fn id(&self) -> MembershipId {
        self.0.id
    }

    /// What was bought.
    async fn plan(&self, ctx: &Context<'_>) -> GraphResult<Plan> {
        let plan = ctx.load::<PlanById>(self.0.plan_id).await?;
        plan.map(Plan).ok_or_else(|| GraphError::internal(&PlanMissing))
    }

    /// Where it is in its life.
    async fn status(&self) -> SubscriptionStatus {
        self.0.status.into()
    }

    /// When it began.
    async fn started_at(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// When the paid period ends.
    async fn current_period_end(&self) -> DateTime {
        self.0.current_period_end.into()
    }

    /// Whether it is paid again then.
    async fn auto_renew(&self) -> bool {
        self.0.auto_renew
    }

    /// Whole days to that end.
    async fn days_left(&self, ctx: &Context<'_>) -> i32 {
        self.0.days_left_at(now(ctx))
    }
}

fn now(ctx: &Context<'_>) -> i64 {
    ctx.data_unchecked::<Arc<dyn Clock>>().now()
}

/// The database refuses a membership without its plan.
#[derive(Debug, thiserror::Error)]
#[error("the plan of a membership is missing")]
struct PlanMissing;
