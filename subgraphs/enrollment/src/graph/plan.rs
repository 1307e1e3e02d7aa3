//! Plans.

use async_graphql::Object;
use kit_graph::{CacheControlScope, Money, cache_control};
use kit_ids::PlanId;

use super::values::{BillingPeriod, money};
use crate::domain;

pub(crate) struct Plan(pub(crate) domain::Plan);

/// A kind of membership on offer.
#[Object(
    directive = cache_control::apply(Some(3600), Some(CacheControlScope::Public)),
    cache_control(max_age = 3600),
    tag = "partner"
)]
impl Plan {
    /// Global id, `pln_…`.
    async fn id(&self) -> PlanId {
        self.0.id
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What each period costs.
    async fn price(&self) -> Money {
        money(self.0.price)
    }

    /// How long a period is.
    async fn period(&self) -> BillingPeriod {
        self.0.period.into()
    }

    /// Whether it can be bought.
    async fn active(&self) -> bool {
        self.0.active
    }
}
