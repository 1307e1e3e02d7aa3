//! `Company` and `Team`.

use async_graphql::{Context, Object};
use kit_graph::{
    CacheControlScope, GraphError, GraphResult, RequestContext, RequireUser, authenticated, cache_control,
};
use kit_ids::{CompanyId, TeamId};
use kit_paging::{CursorKey, Page, PageArguments, PagingContext, WindowKey, Windows};
use kit_viewer::{Refusal, Scope};
use thiserror::Error;

use super::people::UserConnection;
use crate::domain::{self, UserSort};
use crate::service::loaders::{
    COMPANIES_BY_NAME, CompanyById, CompanyMembers, CompanyTeams, PeopleOfTeam, TEAMS_BY_NAME, TeamMembers,
    TeamsOfCompany, UserById, company_position, people_order, team_position,
};

/// The foreign key of the team's company says that this cannot be.
#[derive(Debug, Error)]
#[error("the company of the team {0} is missing")]
struct CompanyMissing(TeamId);

/// A company whose people walk.
pub(crate) struct Company(pub(crate) domain::Company);

/// A company whose people walk.
#[Object(directive = cache_control::apply(Some(300), Some(CacheControlScope::Public)), cache_control(max_age = 300))]
impl Company {
    /// Global id, `com_…`.
    async fn id(&self) -> CompanyId {
        self.0.id
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How many people belong to it.
    async fn member_count(&self, ctx: &Context<'_>) -> GraphResult<i32> {
        let members = ctx.load::<CompanyMembers>(self.0.id).await?.unwrap_or_default();
        Ok(i32::try_from(members).unwrap_or(i32::MAX))
    }

    /// Its teams, by name.
    async fn teams(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<TeamConnection> {
        let page = PageArguments::new(first, after, last, before).parse(&TEAMS_BY_NAME, ctx.cursor_key())?;
        let rows = ctx.load::<Windows<TeamsOfCompany>>(WindowKey::new(self.0.id, (), page)).await?;
        let total = match ctx.wants_total_count() {
            true => Some(ctx.load::<CompanyTeams>(self.0.id).await?.unwrap_or_default()),
            false => None,
        };
        Ok(TeamConnection::new(rows.unwrap_or_else(Page::empty), total, |team| TeamEdge {
            cursor: ctx.cursor_key().cursor(&TEAMS_BY_NAME, &team_position(&team)),
            node: Team(team),
        }))
    }
}

/// A team within a company.
pub(crate) struct Team(pub(crate) domain::Team);

/// A team within a company.
#[Object(directive = cache_control::apply(Some(300), Some(CacheControlScope::Public)), cache_control(max_age = 300))]
impl Team {
    /// Global id, `tea_…`.
    async fn id(&self) -> TeamId {
        self.0.id
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The company.
    async fn company(&self, ctx: &Context<'_>) -> GraphResult<Company> {
        let company = ctx.load::<CompanyById>(self.0.company_id).await?;
        company.map(Company).ok_or_else(|| GraphError::internal(&CompanyMissing(self.0.id)))
    }

    /// How many people belong to it.
    async fn member_count(&self, ctx: &Context<'_>) -> GraphResult<i32> {
        let members = ctx.load::<TeamMembers>(self.0.id).await?.unwrap_or_default();
        Ok(i32::try_from(members).unwrap_or(i32::MAX))
    }

    /// Its people, by name.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<Option<UserConnection>> {
        self.require_colleague(ctx).await?;
        let sort = UserSort::DisplayName;
        let page = PageArguments::new(first, after, last, before).parse(people_order(sort), ctx.cursor_key())?;
        let rows = ctx.load::<Windows<PeopleOfTeam>>(WindowKey::new(self.0.id, (), page)).await?;
        let total = match ctx.wants_total_count() {
            true => Some(ctx.load::<TeamMembers>(self.0.id).await?.unwrap_or_default()),
            false => None,
        };
        Ok(Some(UserConnection::of(rows.unwrap_or_else(Page::empty), total, sort, ctx.cursor_key())))
    }
}

impl Team {
    /// Who sees its people: those of the same company, and holders of `user:read`.
    async fn require_colleague(&self, ctx: &Context<'_>) -> GraphResult<()> {
        let viewer = ctx.viewer().require_user()?;
        if viewer.scopes.contains(&Scope::UserRead) {
            return Ok(());
        }
        let company = ctx.load::<UserById>(viewer.id).await?.and_then(|user| user.company_id);
        if company == Some(self.0.company_id) { Ok(()) } else { Err(Refusal::NotOwner(Scope::UserRead).into()) }
    }
}

kit_paging::connection! {
    /// Companies, page by page.
    pub struct CompanyConnection;
    /// One entry of a CompanyConnection.
    pub struct CompanyEdge for Company;
}

impl CompanyConnection {
    /// The connection of a page.
    pub(super) fn of(page: Page<domain::Company>, total: Option<i64>, cursors: &CursorKey) -> Self {
        Self::new(page, total, |company| CompanyEdge {
            cursor: cursors.cursor(&COMPANIES_BY_NAME, &company_position(&company)),
            node: Company(company),
        })
    }
}

kit_paging::connection! {
    /// Teams, page by page.
    pub struct TeamConnection;
    /// One entry of a TeamConnection.
    pub struct TeamEdge for Team;
}
