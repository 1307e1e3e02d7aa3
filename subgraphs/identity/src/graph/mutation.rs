//! Where writing begins.

use async_graphql::{Context, Object};
use kit_graph::{GraphResult, RequireScope, RequireUser, authenticated};
use kit_service::CallContext;
use kit_viewer::Scope;

use super::input::{
    DeactivateUserInput, JoinTeamInput, MarkNotificationsReadInput, SetHomeLocationInput, SetUserRolesInput,
    UpdateProfileInput,
};
use super::partner_input::{
    CreatePartnerInput, DisablePartnerInput, EnablePartnerInput, RevokePartnerSecretInput, RotatePartnerSecretInput,
    UpdatePartnerInput,
};
use super::partner_payload::{
    CreatePartnerPayload, DisablePartnerPayload, EnablePartnerPayload, RevokePartnerSecretPayload,
    RotatePartnerSecretPayload, UpdatePartnerPayload,
};
use super::payload::{
    DeactivateUserPayload, JoinTeamPayload, MarkNotificationsReadPayload, SetHomeLocationPayload, SetUserRolesPayload,
    UpdateProfilePayload,
};
use crate::service::{Administration, By, Notifications, PartnerAdministration, Profiles, Which};

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

    /// Writes a new partner. Its secret is shown once, here.
    #[graphql(requires_scopes = "admin", guard = "RequireScope(Scope::Admin)", tag = "admin")]
    async fn create_partner(
        &self,
        ctx: &Context<'_>,
        input: CreatePartnerInput,
    ) -> GraphResult<Option<CreatePartnerPayload>> {
        let (by, echo, key) = (By::admin(ctx.call())?, input.client_mutation_id.clone(), input.key());
        let (client_id, change) = input.into_parts();
        let done = match change {
            Ok(change) => partners(ctx).create(&client_id, &change, key.as_deref(), &by).await,
            Err(fault) => Err(fault),
        };
        CreatePartnerPayload::of(done, echo)
    }

    /// Changes what is agreed with a partner; what is left out stays as it is.
    #[graphql(requires_scopes = "admin", guard = "RequireScope(Scope::Admin)", tag = "admin")]
    async fn update_partner(
        &self,
        ctx: &Context<'_>,
        input: UpdatePartnerInput,
    ) -> GraphResult<Option<UpdatePartnerPayload>> {
        let (by, echo, id) = (By::admin(ctx.call())?, input.client_mutation_id.clone(), input.partner_id);
        let done = match input.into_change() {
            Ok(change) => partners(ctx).update(id, &change, &by).await,
            Err(fault) => Err(fault),
        };
        UpdatePartnerPayload::of(done, echo)
    }

    /// Gives a partner another secret, shown once, here; the one before stays valid for the overlap.
    #[graphql(requires_scopes = "admin", guard = "RequireScope(Scope::Admin)", tag = "admin")]
    async fn rotate_partner_secret(
        &self,
        ctx: &Context<'_>,
        input: RotatePartnerSecretInput,
    ) -> GraphResult<Option<RotatePartnerSecretPayload>> {
        let (by, key) = (By::admin(ctx.call())?, input.idempotency_key.as_ref().map(|key| key.as_str()));
        let done = partners(ctx).rotate(input.partner_id, input.overlap_us(), key, &by).await;
        RotatePartnerSecretPayload::of(done, input.client_mutation_id)
    }

    /// Ends a secret of a partner now; tokens that it got live on for ten minutes at most.
    #[graphql(requires_scopes = "admin", guard = "RequireScope(Scope::Admin)", tag = "admin")]
    async fn revoke_partner_secret(
        &self,
        ctx: &Context<'_>,
        input: RevokePartnerSecretInput,
    ) -> GraphResult<Option<RevokePartnerSecretPayload>> {
        let (by, which) = (By::admin(ctx.call())?, Which::One(input.secret_id));
        let done = partners(ctx).revoke(input.partner_id, which, &by).await;
        RevokePartnerSecretPayload::of(done, input.client_mutation_id)
    }

    /// Gives a partner no more tokens; those that it has live on for ten minutes at most.
    #[graphql(requires_scopes = "admin", guard = "RequireScope(Scope::Admin)", tag = "admin")]
    async fn disable_partner(
        &self,
        ctx: &Context<'_>,
        input: DisablePartnerInput,
    ) -> GraphResult<Option<DisablePartnerPayload>> {
        let done = partners(ctx).set_enabled(input.partner_id, false, &By::admin(ctx.call())?).await;
        DisablePartnerPayload::of(done, input.client_mutation_id)
    }

    /// Gives a partner tokens again.
    #[graphql(requires_scopes = "admin", guard = "RequireScope(Scope::Admin)", tag = "admin")]
    async fn enable_partner(
        &self,
        ctx: &Context<'_>,
        input: EnablePartnerInput,
    ) -> GraphResult<Option<EnablePartnerPayload>> {
        let done = partners(ctx).set_enabled(input.partner_id, true, &By::admin(ctx.call())?).await;
        EnablePartnerPayload::of(done, input.client_mutation_id)
    }
}

fn profiles<'c>(ctx: &'c Context<'_>) -> &'c Profiles {
    ctx.data_unchecked::<Profiles>()
}

fn partners<'c>(ctx: &'c Context<'_>) -> &'c PartnerAdministration {
    ctx.data_unchecked::<PartnerAdministration>()
}

fn administration<'c>(ctx: &'c Context<'_>) -> &'c Administration {
    ctx.data_unchecked::<Administration>()
}
