//! Where writing begins.

use async_graphql::{Context, Object};
use kit_graph::{GraphResult, RequireScope, RequireUser, authenticated};
use kit_service::CallContext;
use kit_viewer::Scope;

use super::input::{
    DeactivateUserInput, JoinTeamInput, MarkNotificationsReadInput, SetHomeLocationInput, SetUserRolesInput,
    UpdateProfileInput,
};
use super::payload::{
    DeactivateUserPayload, JoinTeamPayload, MarkNotificationsReadPayload, SetHomeLocationPayload, SetUserRolesPayload,
    UpdateProfilePayload,
};
use crate::service::{Administration, Notifications, Profiles};

/// What can be changed; mutations of one request run one after the other.
pub(crate) struct Mutation;

/// What can be changed; mutations of one request run one after the other.
#[Object]
impl Mutation {
    /// Changes the viewer's own profile; what is left out stays as it is.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        input: UpdateProfileInput,
    ) -> GraphResult<Option<UpdateProfilePayload>> {
        let echo = input.client_mutation_id.clone();
        UpdateProfilePayload::of(profiles(ctx).update(input.into(), ctx.call()).await, echo)
    }

    /// Sets where the viewer walks; kept only as a weather grid cell.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn set_home_location(
        &self,
        ctx: &Context<'_>,
        input: SetHomeLocationInput,
    ) -> GraphResult<Option<SetHomeLocationPayload>> {
        let done = profiles(ctx).set_home(input.latitude, input.longitude, ctx.call()).await;
        SetHomeLocationPayload::of(done, input.client_mutation_id)
    }

    /// Joins the team that an invitation is for.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn join_team(&self, ctx: &Context<'_>, input: JoinTeamInput) -> GraphResult<Option<JoinTeamPayload>> {
        let done = profiles(ctx).join_team(&input.invite_code, ctx.call()).await;
        JoinTeamPayload::of(done, input.client_mutation_id)
    }

    /// Marks notifications of the viewer as read.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn mark_notifications_read(
        &self,
        ctx: &Context<'_>,
        input: MarkNotificationsReadInput,
    ) -> GraphResult<Option<MarkNotificationsReadPayload>> {
        let done = ctx.data_unchecked::<Notifications>().mark_read(&input.ids, ctx.call()).await;
        MarkNotificationsReadPayload::of(done, input.client_mutation_id)
    }

    /// Replaces a person's roles.
    #[graphql(requires_scopes = "admin", guard = "RequireScope(Scope::Admin)", tag = "admin")]
    async fn set_user_roles(
        &self,
        ctx: &Context<'_>,
        input: SetUserRolesInput,
    ) -> GraphResult<Option<SetUserRolesPayload>> {
        let done = administration(ctx).set_roles(input.user_id, &input.roles, ctx.call()).await;
        SetUserRolesPayload::of(done, input.client_mutation_id)
    }

    /// Closes an account: ends its sessions now, erases personal data after 30 days.
    #[graphql(requires_scopes = "user:write", guard = "RequireScope(Scope::UserWrite)", tag = "admin")]
    async fn deactivate_user(
        &self,
        ctx: &Context<'_>,
        input: DeactivateUserInput,
    ) -> GraphResult<Option<DeactivateUserPayload>> {
        let done = administration(ctx).deactivate(input.user_id, input.reason.as_deref(), ctx.call()).await;
        DeactivateUserPayload::of(done, input.client_mutation_id)
    }
}

fn profiles<'c>(ctx: &'c Context<'_>) -> &'c Profiles {
    ctx.data_unchecked::<Profiles>()
}

fn administration<'c>(ctx: &'c Context<'_>) -> &'c Administration {
    ctx.data_unchecked::<Administration>()
}
