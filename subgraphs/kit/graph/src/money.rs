//! Money.

use async_graphql::{Enum, InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::Long;

/// An amount of money, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, SimpleObject, InputObject)]
#[graphql(shareable, input_name = "MoneyInput")]
pub struct Money {
    /// The amount in the currency's smallest unit, such as won or cents.
    pub amount_minor: Long,
    /// The currency.
    pub currency: CurrencyCode,
}

impl Money {
    /// So many minor units.
    #[must_use]
    pub fn new(amount_minor: i64, currency: CurrencyCode) -> Self {
        Self { amount_minor: amount_minor.into(), currency }
    }
}

/// ISO 4217 code of a currency that is accepted here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CurrencyCode {
    /// South Korean won.
    Krw,
    /// United States dollar.
    Usd,
    /// Euro.
    Eur,
    /// Japanese yen.
    Jpy,
}

impl CurrencyCode {
    /// All currencies.
    pub const ALL: [Self; 4] = [Self::Krw, Self::Usd, Self::Eur, Self::Jpy];

    /// As databases and other systems spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Krw => "KRW",
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Jpy => "JPY",
        }
    }

    /// The currency of that code.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|currency| currency.name() == name)
    }
}
