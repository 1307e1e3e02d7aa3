//! Enrolments and the orders that paid for them.

use async_graphql::{Context, Object};
use kit_graph::{CacheControlScope, DateTime, GraphResult, Money, RequestContext, authenticated, cache_control};
use kit_ids::{EnrollmentId, OrderId};
use kit_viewer::Scope;

use super::course::Course;
use super::user::User;
use super::values::{EnrollmentSource, OrderStatus, money};
use crate::domain;
use crate::service::loaders::{EnrollmentById, OrderById};

pub(crate) struct Enrollment(pub(crate) domain::Enrollment);

impl Enrollment {
    /// The enrolment, when the viewer may see it: its owner and holders of `user:read`.
    pub(crate) async fn visible(ctx: &Context<'_>, id: EnrollmentId) -> GraphResult<Option<Self>> {
        let found = ctx.load::<EnrollmentById>(id).await?;
        Ok(found.filter(|one| ctx.viewer().self_or_scope(one.user_id, Scope::UserRead).is_ok()).map(Self))
    }
}

/// A person's place in a course; never deleted.
#[Object(
    directive = authenticated::apply(),
    directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
    cache_control(no_cache, private)
)]
impl Enrollment {
    /// Global id, `enr_…`.
    async fn id(&self) -> EnrollmentId {
        self.0.id
    }

    /// Who.
    async fn user(&self) -> Option<User> {
        Some(User(self.0.user_id))
    }

    /// In which course.
    async fn course(&self) -> Option<Course> {
        Some(Course::reference(self.0.course_id))
    }

    /// How the place was come by.
    async fn source(&self) -> EnrollmentSource {
        self.0.source.into()
    }

    /// When.
    async fn enrolled_at(&self) -> DateTime {
        self.0.enrolled_at.into()
    }

    /// When every lesson was completed.
    async fn completed_at(&self) -> Option<DateTime> {
        self.0.completed_at.map(DateTime::from)
    }

    /// The order that paid for it.
    async fn order(&self, ctx: &Context<'_>) -> GraphResult<Option<Order>> {
        match self.0.order_id {
            Some(id) => Ok(ctx.load::<OrderById>(id).await?.map(Order)),
            None => Ok(None),
        }
    }
}

pub(crate) struct Order(pub(crate) domain::Order);

impl Order {
    /// The order, when the viewer may see it: its owner and holders of `user:read`.
    pub(crate) async fn visible(ctx: &Context<'_>, id: OrderId) -> GraphResult<Option<Self>> {
        let found = ctx.load::<OrderById>(id).await?;
        Ok(found.filter(|one| ctx.viewer().self_or_scope(one.user_id, Scope::UserRead).is_ok()).map(Self))
    }
}

/// A charge for one course or period.
#[Object(
    directive = authenticated::apply(),
    directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
    cache_control(no_cache, private)
)]
impl Order {
    /// Global id, `ord_…`.
    async fn id(&self) -> OrderId {
        self.0.id
    }

    /// How much.
    async fn amount(&self) -> Money {
        money(self.0.amount)
    }

    /// What became of it.
    async fn status(&self) -> OrderStatus {
        self.0.status.into()
    }

    /// When.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}
