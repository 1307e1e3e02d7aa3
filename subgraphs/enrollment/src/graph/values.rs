//! The domain's values as GraphQL spells them.

use async_graphql::Enum;
use kit_graph::{CurrencyCode, Money};

use crate::domain;

/// How a place in a course was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::EnrollmentSource")]
pub(crate) enum EnrollmentSource {
    /// Paid for.
    Purchase,
    /// Through a membership.
    Subscription,
    /// The course costs nothing.
    Free,
    /// Given by an administrator.
    AdminGrant,
}

/// What became of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::OrderStatus")]
pub(crate) enum OrderStatus {
    /// Not yet known.
    Pending,
    /// Paid.
    Paid,
    /// Declined.
    Failed,
    /// Paid back.
    Refunded,
}

/// Why a price is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::PriceReason")]
pub(crate) enum PriceReason {
    /// The list price.
    List,
    /// The viewer is enrolled.
    AlreadyOwned,
    /// The viewer's membership covers it.
    Subscribed,
    /// The course costs nothing.
    Free,
}

/// How long a paid period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::BillingPeriod")]
pub(crate) enum BillingPeriod {
    /// A month.
    Month,
    /// A year.
    Year,
}

/// A price as money.
pub(crate) fn money(price: domain::Price) -> Money {
    let currency = match price.currency {
        domain::Currency::Krw => CurrencyCode::Krw,
        domain::Currency::Usd => CurrencyCode::Usd,
        domain::Currency::Eur => CurrencyCode::Eur,
        domain::Currency::Jpy => CurrencyCode::Jpy,
    };
    Money::new(price.amount_minor, currency)
}

/// Money as a price.
pub(crate) fn price(money: Money) -> domain::Price {
    let currency = match money.currency {
        CurrencyCode::Krw => domain::Currency::Krw,
        CurrencyCode::Usd => domain::Currency::Usd,
        CurrencyCode::Eur => domain::Currency::Eur,
        CurrencyCode::Jpy => domain::Currency::Jpy,
    };
    domain::Price { amount_minor: money.amount_minor.get(), currency }
}
