//! `Company` and `Team`.

use async_graphql::{Context, Object};
use kit_graph::{CacheControlScope, GraphError, GraphResult, RequestContext, cache_control};
use kit_ids::{CompanyId, TeamId};
use thiserror::Error;

use crate::domain;
use crate::service::loaders::{CompanyById, CompanyMembers, TeamMembers};

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
}
