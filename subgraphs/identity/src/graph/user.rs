//! `User`.

use async_graphql::{Context, Enum, Object};
use kit_graph::{
    CacheControlScope, DateTime, ErrorCode, GraphError, GraphResult, GridPoint, RequestContext, RequireUser, Url,
    authenticated, cache_control,
};
use kit_ids::{CategoryId, UserId};
use kit_paging::{PageArguments, PagingContext, WindowKey, Windows};
use kit_viewer::{Role, Scope};

use super::login_history::{LoginEventConnection, LoginKind, connection};
use super::notification::NotificationConnection;
use super::organisation::{Company, Team};
use crate::domain;
use crate::service::loaders::{
    CompanyById, HISTORY_ORDER, LoginEventCount, LoginHistory, NOTICES_ORDER, NotificationCount, NotificationsOfUser,
    RolesOfUser, TeamById,
};

/// Whether an account is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::UserStatus")]
pub(crate) enum UserStatus {
    /// In use.
    Active,
    /// Barred from signing in for now.
    Suspended,
    /// Closed.
    Deactivated,
}

/// A person with an account.
pub(crate) struct User(pub(crate) domain::User);

impl User {
    /// Whether the viewer may see what is private: it is theirs, or they have the scope.
    fn is_open_to(&self, ctx: &Context<'_>) -> bool {
        ctx.viewer().self_or_scope(self.0.id, Scope::UserRead).is_ok()
    }
}

/// A person with an account.
#[Object(directive = cache_control::apply(Some(60), Some(CacheControlScope::Public)), cache_control(max_age = 60))]
impl User {
    /// Global id, `usr_…`.
    async fn id(&self) -> UserId {
        self.0.id
    }

    /// Unique short name, as in a profile's address.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Name, as others see it.
    #[graphql(shareable, tag = "partner")]
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// Picture.
    #[graphql(shareable, tag = "partner")]
    async fn avatar_url(&self) -> Option<Url> {
        self.0.avatar_url.clone().map(Url::trusted)
    }

    /// What the person says about themselves.
    async fn bio(&self) -> Option<&str> {
        self.0.bio.as_deref()
    }

    /// Categories of interest.
    async fn interests(&self) -> &[CategoryId] {
        &self.0.interests
    }

    /// When the account was opened.
    async fn joined_at(&self) -> DateTime {
        DateTime::from_micros(self.0.created_at)
    }

    /// Whether the account is in use.
    async fn status(&self) -> UserStatus {
        self.0.status.into()
    }

    /// The company the person walks for.
    async fn company(&self, ctx: &Context<'_>) -> GraphResult<Option<Company>> {
        match self.0.company_id {
            Some(id) => Ok(ctx.load::<CompanyById>(id).await?.map(Company)),
            None => Ok(None),
        }
    }

    /// The team the person walks with, always of that company.
    async fn team(&self, ctx: &Context<'_>) -> GraphResult<Option<Team>> {
        match self.0.team_id {
            Some(id) => Ok(ctx.load::<TeamById>(id).await?.map(Team)),
            None => Ok(None),
        }
    }

    /// Where the person walks; only for themselves and holders of user:read.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(60), Some(CacheControlScope::Private)),
        cache_control(max_age = 60, private)
    )]
    async fn home_grid(&self, ctx: &Context<'_>) -> Option<GridPoint> {
        let home = self.0.home.filter(|_| self.is_open_to(ctx))?;
        Some(GridPoint { nx: home.nx, ny: home.ny })
    }

    /// Address; only for themselves and holders of user:read.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn email(&self, ctx: &Context<'_>) -> Option<&str> {
        self.is_open_to(ctx).then_some(self.0.email.as_str())
    }

    /// Telephone; only for themselves and holders of user:read.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn phone(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.phone.as_deref().filter(|_| self.is_open_to(ctx))
    }

    /// What the person may act as.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(30), Some(CacheControlScope::Private)),
        cache_control(max_age = 30, private)
    )]
    async fn roles(&self, ctx: &Context<'_>) -> GraphResult<Option<Vec<Role>>> {
        let roles = ctx.load::<RolesOfUser>(self.0.id).await?;
        Ok(roles.map(|roles| roles.into_iter().collect()))
    }

    /// Sign-ins and what else touched the account's sessions, newest first; only for themselves and holders of user:read.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn login_history(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        kind: Option<LoginKind>,
    ) -> GraphResult<Option<LoginEventConnection>> {
        ctx.viewer().self_or_scope(self.0.id, Scope::UserRead)?;
        let page = PageArguments::new(first, after, last, before).parse(&HISTORY_ORDER, ctx.cursor_key())?;
        let kind = kind.map(domain::LoginKind::from);
        let total = if ctx.wants_total_count() {
            Some(ctx.load::<LoginEventCount>((self.0.id, kind)).await?.unwrap_or_default())
        } else {
            None
        };
        let page = ctx.load::<Windows<LoginHistory>>(WindowKey::new(self.0.id, kind, page)).await?;
        Ok(page.map(|page| connection(page, total, ctx.cursor_key())))
    }

    /// Notices to the person, newest first; only for themselves.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(default_with = "Some(false)")] unread_only: Option<bool>,
    ) -> GraphResult<Option<NotificationConnection>> {
        if !ctx.viewer().is_user(self.0.id) {
            return Err(GraphError::new(ErrorCode::Forbidden, "notifications are for the person themselves"));
        }
        let page = PageArguments::new(first, after, last, before).parse(&NOTICES_ORDER, ctx.cursor_key())?;
        let unread_only = unread_only.unwrap_or_default();
        let total = match ctx.wants_total_count() {
            true => Some(ctx.load::<NotificationCount>((self.0.id, unread_only)).await?.unwrap_or_default()),
            false => None,
        };
        let page = ctx.load::<Windows<NotificationsOfUser>>(WindowKey::new(self.0.id, unread_only, page)).await?;
        Ok(page.map(|page| NotificationConnection::of(page, total, ctx.cursor_key())))
    }
}
