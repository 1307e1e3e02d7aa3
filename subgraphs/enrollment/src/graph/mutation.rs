//! Where writing begins.

use async_graphql::{Context, Object};
use kit_graph::{GraphResult, RequireScope, RequireUser, authenticated};
use kit_service::CallContext;
use kit_viewer::Scope;

use super::input::{
    CancelSubscriptionInput, EnrollInCourseInput, GrantEnrollmentInput, RefundOrderInput, ResumeSubscriptionInput,
    SubscribeInput,
};
use super::payload::{
    CancelSubscriptionPayload, EnrollInCoursePayload, GrantEnrollmentPayload, RefundOrderPayload,
    ResumeSubscriptionPayload, SubscribePayload,
};
use crate::service::enrolling::Enrolling;
use crate::service::refunding::Refunding;
use crate::service::subscribing::Subscribing;

pub(crate) struct Mutation;

/// What can be changed; mutations of one request run one after the other.
#[Object]
impl Mutation {
    /// Enrols the viewer: free, by membership, or by paying.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn enroll_in_course(
        &self,
        ctx: &Context<'_>,
        input: EnrollInCourseInput,
    ) -> GraphResult<Option<EnrollInCoursePayload>> {
        let echo = input.client_mutation_id.clone();
        EnrollInCoursePayload::of(ctx.data_unchecked::<Enrolling>().enroll(&input.into(), ctx.call()).await, echo)
    }

    /// Buys a membership: every course for a period.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn subscribe(&self, ctx: &Context<'_>, input: SubscribeInput) -> GraphResult<Option<SubscribePayload>> {
        let echo = input.client_mutation_id.clone();
        SubscribePayload::of(subscribing(ctx).subscribe(&input.into(), ctx.call()).await, echo)
    }

    /// Stops renewing the viewer's membership; it lasts to the end of the period.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn cancel_subscription(
        &self,
        ctx: &Context<'_>,
        input: CancelSubscriptionInput,
    ) -> GraphResult<Option<CancelSubscriptionPayload>> {
        CancelSubscriptionPayload::of(subscribing(ctx).cancel(ctx.call()).await, input.client_mutation_id)
    }

    /// Takes back a cancellation before the period ends.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn resume_subscription(
        &self,
        ctx: &Context<'_>,
        input: ResumeSubscriptionInput,
    ) -> GraphResult<Option<ResumeSubscriptionPayload>> {
        ResumeSubscriptionPayload::of(subscribing(ctx).resume(ctx.call()).await, input.client_mutation_id)
    }

    /// Enrols a person without payment.
    #[graphql(requires_scopes = "admin", guard = "RequireScope(Scope::Admin)")]
    async fn grant_enrollment(
        &self,
        ctx: &Context<'_>,
        input: GrantEnrollmentInput,
    ) -> GraphResult<Option<GrantEnrollmentPayload>> {
        let echo = input.client_mutation_id.clone();
        GrantEnrollmentPayload::of(ctx.data_unchecked::<Enrolling>().grant(&input.into(), ctx.call()).await, echo)
    }

    /// Pays back an order and takes back what it bought.
    #[graphql(requires_scopes = "admin", guard = "RequireScope(Scope::Admin)")]
    async fn refund_order(
        &self,
        ctx: &Context<'_>,
        input: RefundOrderInput,
    ) -> GraphResult<Option<RefundOrderPayload>> {
        let echo = input.client_mutation_id.clone();
        RefundOrderPayload::of(ctx.data_unchecked::<Refunding>().refund(&input.into(), ctx.call()).await, echo)
    }
}

fn subscribing<'ctx>(ctx: &'ctx Context<'_>) -> &'ctx Subscribing {
    ctx.data_unchecked()
}
