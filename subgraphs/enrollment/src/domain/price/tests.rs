use proptest::prelude::*;

use super::{Currency, Price, PriceReason, Standing, quote};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// domain 3.3: what is paid and what is taken off make up the list price, in its currency.
    #[test]
    fn amount_and_discount_add_up_to_the_list_price(
        amount_minor in 0..=9_007_199_254_740_991_i64, is_enrolled: bool, is_member: bool,
    ) {
        let list = Price { amount_minor, currency: Currency::Krw };
        let quote = quote(list, Standing { is_enrolled, is_member });
        prop_assert_eq!(quote.amount.amount_minor + quote.discount.amount_minor, amount_minor);
        prop_assert!(quote.amount.amount_minor >= 0 && quote.discount.amount_minor >= 0);
        prop_assert_eq!((quote.amount.currency, quote.discount.currency), (Currency::Krw, Currency::Krw));
    }

    /// domain 3.3: there is something to pay exactly when nothing else opens the course.
    #[test]
    fn only_the_list_price_is_charged(amount_minor in 0..3_i64, is_enrolled: bool, is_member: bool) {
        let quote = quote(Price { amount_minor, currency: Currency::Usd }, Standing { is_enrolled, is_member });
        let pays = amount_minor > 0 && !is_enrolled && !is_member;
        prop_assert_eq!(quote.amount.amount_minor > 0, pays);
        prop_assert_eq!(quote.reason == PriceReason::List, pays);
        prop_assert_eq!(quote.reason == PriceReason::AlreadyOwned, is_enrolled);
    }
}
