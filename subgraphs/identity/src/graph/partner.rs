//! `Partner`, its secrets, and its connection: for administrators.

use async_graphql::{Context, Object};
use kit_graph::{CacheControlScope, DateTime, GraphResult, RequestContext, cache_control};
use kit_paging::{CursorKey, Page};

use crate::domain::{self, PartnerId, PartnerSecretId, StoredSecret};
use crate::service::loaders::{PARTNERS_BY_NAME, SecretsOfPartner, partner_position};

/// A partner, whose programs ask in their own name.
pub(crate) struct Partner(pub(crate) domain::Partner);

/// A partner, whose programs ask in their own name.
#[Object(
    tag = "admin",
    directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
    cache_control(no_cache, private)
)]
impl Partner {
    /// Id, `par_…`.
    async fn id(&self) -> PartnerId {
        self.0.id
    }

    /// What its programs sign in as, and what its operations are registered under.
    async fn client_id(&self) -> &str {
        self.0.client_id.as_str()
    }

    /// Name, for people.
    async fn name(&self) -> &str {
        &self.0.terms.name
    }

    /// All that its tokens may allow.
    async fn scopes(&self) -> Vec<&'static str> {
        self.0.terms.scopes.iter().map(|scope| scope.name()).collect()
    }

    /// The part of the graph that its tokens are for; null when they are for no contract.
    async fn contract(&self) -> Option<&str> {
        self.0.terms.contract.as_deref()
    }

    /// How many operations it may ask for in a second.
    async fn operations_per_second(&self) -> i32 {
        whole(self.0.terms.operations_per_second)
    }

    /// How much its operations may cost in a minute.
    async fn cost_per_minute(&self) -> i32 {
        whole(self.0.terms.cost_per_minute)
    }

    /// From when on it gets no tokens.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.terms.expires_at.map(DateTime::from_micros)
    }

    /// Since when it gets no tokens, because somebody disabled it.
    async fn disabled_at(&self) -> Option<DateTime> {
        self.0.disabled_at.map(DateTime::from_micros)
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        DateTime::from_micros(self.0.created_at)
    }

    /// When it last got a token, to the minute.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime::from_micros)
    }

    /// Its secrets, oldest first; those that have ended are listed for 30 days and more. What they are is shown nowhere.
    async fn secrets(&self, ctx: &Context<'_>) -> GraphResult<Vec<PartnerSecret>> {
        let secrets = ctx.load::<SecretsOfPartner>(self.0.client_id.as_str().to_owned()).await?;
        Ok(secrets.unwrap_or_default().into_iter().map(PartnerSecret).collect())
    }
}

/// What is known of a partner's secret.
pub(crate) struct PartnerSecret(StoredSecret);

/// What is known of a partner's secret.
#[Object(
    tag = "admin",
    directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
    cache_control(no_cache, private)
)]
impl PartnerSecret {
    /// Id, `psc_…`; it is no secret itself.
    async fn id(&self) -> PartnerSecretId {
        self.0.id
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime::from_micros(self.0.created_at)
    }

    /// When it ends, or has ended; null while no other one follows it.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime::from_micros)
    }

    /// When it last got a token, to the minute.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime::from_micros)
    }
}

/// Quotas stay far below the end of `Int`.
fn whole(quota: u32) -> i32 {
    i32::try_from(quota).unwrap_or(i32::MAX)
}

kit_paging::connection! {
    /// Partners, page by page.
    pub struct PartnerConnection;
    /// One entry of a PartnerConnection.
    pub struct PartnerEdge for Partner;
}

impl PartnerConnection {
    /// The connection of a page.
    pub(super) fn of(page: Page<domain::Partner>, total: Option<i64>, cursors: &CursorKey) -> Self {
        Self::new(page, total, |partner| PartnerEdge {
            cursor: cursors.cursor(&PARTNERS_BY_NAME, &partner_position(&partner)),
            node: Partner(partner),
        })
    }
}
