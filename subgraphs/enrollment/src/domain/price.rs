//! What a person pays for a course (domain 3.3).

#[cfg(test)]
mod tests;

kit_names::named! {
    /// ISO 4217 code of an accepted currency.
    pub(crate) enum Currency { Krw = "KRW", Usd = "USD", Eur = "EUR", Jpy = "JPY" }
}

kit_names::named! {
    /// Why a price is what it is.
    pub(crate) enum PriceReason { List = "LIST", AlreadyOwned = "ALREADY_OWNED", Subscribed = "SUBSCRIBED", Free = "FREE" }
}

/// An amount of money, in the smallest unit of its currency; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Price {
    pub(crate) amount_minor: i64,
    pub(crate) currency: Currency,
}

/// What a person is to a course already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Standing {
    pub(crate) is_enrolled: bool,
    pub(crate) is_member: bool,
}

/// What a person would pay, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PriceQuote {
    pub(crate) amount: Price,
    pub(crate) discount: Price,
    pub(crate) reason: PriceReason,
}

/// The price of a course for a person of that standing: whatever opens the course makes it cost nothing.
pub(crate) fn quote(list: Price, standing: Standing) -> PriceQuote {
    let reason = match standing {
        Standing { is_enrolled: true, .. } => PriceReason::AlreadyOwned,
        _ if list.amount_minor == 0 => PriceReason::Free,
        Standing { is_member: true, .. } => PriceReason::Subscribed,
        _ => PriceReason::List,
    };
    let amount_minor = if reason == PriceReason::List { list.amount_minor } else { 0 };
    let discount = Price { amount_minor: list.amount_minor - amount_minor, ..list };
    PriceQuote { amount: Price { amount_minor, ..list }, discount, reason }
}
