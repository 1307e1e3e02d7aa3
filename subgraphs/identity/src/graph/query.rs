//! Where reading begins, and where the router finds entities.

use async_graphql::{Context, Object};
use kit_graph::{
    CacheControlScope, GraphError, GraphResult, RequestContext, RequireScope, RequireUser, authenticated, cache_control,
};
use kit_ids::{CompanyId, LoginEventId, NotificationId, TeamId, UserId};
use kit_paging::{PageArguments, PagingContext};
use kit_service::CallContext;
use kit_viewer::Scope;

use super::login_history::LoginEvent;
use super::notification::Notification;
use super::organisation::{Company, CompanyConnection, Team};
use super::partner::{Partner, PartnerConnection};
use super::people::{UserConnection, UserFilter, UserOrder};
use super::user::User;
use crate::domain::{PartnerId, UserSort};
use crate::service::loaders::{
    COMPANIES_BY_NAME, CompanyById, LoginEventById, NotificationById, PARTNERS_BY_NAME, PartnerById, TeamById,
    UserByHandle, UserById, people_order,
};
use crate::service::{By, Directory, DirectoryError, PartnerAdministration};

/// What can be asked.
pub(crate) struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// The viewer.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn me(&self, ctx: &Context<'_>) -> GraphResult<Option<User>> {
        let id = ctx.viewer().require_user()?.id;
        Ok(ctx.load::<UserById>(id).await?.map(User))
    }

    /// A person by exactly one of id and handle.
    #[graphql(tag = "partner")]
    async fn user(&self, ctx: &Context<'_>, id: Option<UserId>, handle: Option<String>) -> GraphResult<Option<User>> {
        let user = match (id, handle) {
            (Some(id), None) => ctx.load::<UserById>(id).await?,
            (None, Some(handle)) => ctx.load::<UserByHandle>(handle).await?,
            _ => return Err(GraphError::bad_user_input("exactly one of `id` and `handle` is needed")),
        };
        Ok(user.map(User))
    }

    /// Everyone, for administrators.
    #[graphql(
        requires_scopes = "user:read",
        guard = "RequireScope(Scope::UserRead)",
        tag = "admin",
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<UserFilter>,
        order_by: Option<UserOrder>,
    ) -> GraphResult<Option<UserConnection>> {
        let sort = order_by.map_or(UserSort::Newest, UserSort::from);
        let page = PageArguments::new(first, after, last, before).parse(people_order(sort), ctx.cursor_key())?;
        let (filter, wanted) = (filter.unwrap_or_default().into(), (&page, ctx.wants_total_count()));
        let found = ctx.data_unchecked::<Directory>().users(ctx.viewer(), &filter, sort, wanted).await;
        let (page, total) = found.map_err(graph_error)?;
        Ok(Some(UserConnection::of(page, total, sort, ctx.cursor_key())))
    }

    /// A company by id.
    async fn company(&self, ctx: &Context<'_>, id: CompanyId) -> GraphResult<Option<Company>> {
        Ok(ctx.load::<CompanyById>(id).await?.map(Company))
    }

    /// Companies, those whose name begins with `query` when it is given.
    async fn companies(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(validator(chars_max_length = 254))] query: Option<String>,
    ) -> GraphResult<Option<CompanyConnection>> {
        let page = PageArguments::new(first, after, last, before).parse(&COMPANIES_BY_NAME, ctx.cursor_key())?;
        let wanted = (&page, ctx.wants_total_count());
        let found = ctx.data_unchecked::<Directory>().companies(query.as_deref(), wanted).await;
        let (page, total) = found.map_err(graph_error)?;
        Ok(Some(CompanyConnection::of(page, total, ctx.cursor_key())))
    }

    /// A team by id.
    async fn team(&self, ctx: &Context<'_>, id: TeamId) -> GraphResult<Option<Team>> {
        Ok(ctx.load::<TeamById>(id).await?.map(Team))
    }

    /// Partners by name, those whose name or client id begins with `query` when it is given.
    #[graphql(
        requires_scopes = "admin",
        guard = "RequireScope(Scope::Admin)",
        tag = "admin",
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn partners(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(validator(chars_max_length = 254))] query: Option<String>,
    ) -> GraphResult<Option<PartnerConnection>> {
        let page = PageArguments::new(first, after, last, before).parse(&PARTNERS_BY_NAME, ctx.cursor_key())?;
        let wanted = (&page, ctx.wants_total_count());
        let administration = ctx.data_unchecked::<PartnerAdministration>();
        let found = administration.list(query.as_deref(), wanted, &By::admin(ctx.call())?).await;
        let (page, total) = found.map_err(|error| GraphError::internal(&error))?;
        Ok(Some(PartnerConnection::of(page, total, ctx.cursor_key())))
    }

    /// A partner by id.
    #[graphql(
        requires_scopes = "admin",
        guard = "RequireScope(Scope::Admin)",
        tag = "admin",
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn partner(&self, ctx: &Context<'_>, id: PartnerId) -> GraphResult<Option<Partner>> {
        Ok(ctx.load::<PartnerById>(id).await?.map(Partner))
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, ctx: &Context<'_>, #[graphql(key)] id: UserId) -> GraphResult<Option<User>> {
        Ok(ctx.load::<UserById>(id).await?.map(User))
    }

    #[graphql(entity)]
    async fn find_user_by_handle(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] handle: String,
    ) -> GraphResult<Option<User>> {
        Ok(ctx.load::<UserByHandle>(handle).await?.map(User))
    }

    #[graphql(entity)]
    async fn find_company_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: CompanyId,
    ) -> GraphResult<Option<Company>> {
        Ok(ctx.load::<CompanyById>(id).await?.map(Company))
    }

    #[graphql(entity)]
    async fn find_team_by_id(&self, ctx: &Context<'_>, #[graphql(key)] id: TeamId) -> GraphResult<Option<Team>> {
        Ok(ctx.load::<TeamById>(id).await?.map(Team))
    }

    #[graphql(entity)]
    async fn find_login_event_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: LoginEventId,
    ) -> GraphResult<Option<LoginEvent>> {
        let event = ctx.load::<LoginEventById>(id).await?;
        // To anyone else it does not exist.
        Ok(event.filter(|event| ctx.viewer().self_or_scope(event.user_id, Scope::UserRead).is_ok()).map(LoginEvent))
    }

    #[graphql(entity)]
    async fn find_notification_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: NotificationId,
    ) -> GraphResult<Option<Notification>> {
        let found = ctx.load::<NotificationById>(id).await?;
        // To anyone else it does not exist.
        Ok(found.filter(|notification| ctx.viewer().is_user(notification.user_id)).map(Notification))
    }
}

fn graph_error(error: DirectoryError) -> GraphError {
    match error {
        DirectoryError::Refused(refusal) => refusal.into(),
        DirectoryError::Database(error) => GraphError::internal(&error),
    }
}
