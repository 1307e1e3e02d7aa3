use async_graphql::{ScalarType, Value};
use proptest::prelude::*;

use super::{Date, DateTime, LONG_MAX, Long, Url};

fn reads<T: ScalarType + async_graphql::InputType>(value: impl Into<Value>) -> bool {
    <T as ScalarType>::parse(value.into()).is_ok()
}

/// P17: RFC 3339 UTC with milliseconds, whatever the offset it came with.
#[test]
fn a_moment_is_written_in_utc_with_milliseconds() {
    let moment = <DateTime as ScalarType>::parse("2026-01-31T18:30:00.1239+09:00".into());
    let moment = moment.unwrap_or_else(|error| panic!("{}", error.into_server_error(Default::default()).message));
    assert_eq!(moment.micros(), 1_769_851_800_123_900);
    assert_eq!(ScalarType::to_value(&moment), Value::from("2026-01-31T09:30:00.123Z"));
    for text in ["2026-01-31", "2026-01-31T09:30:00", "2026-02-30T09:30:00Z", ""] {
        assert!(!reads::<DateTime>(text), "{text}");
    }
    assert!(!reads::<DateTime>(1_769_851_800));
}

/// P17
#[test]
fn a_day_has_one_spelling() {
    assert!(reads::<Date>("2028-02-29"));
    for text in ["2026-02-29", "2026-2-3", "26-02-03", "2026-02-03T00:00:00Z"] {
        assert!(!reads::<Date>(text), "{text}");
    }
}

/// P17: 53-bit-safe.
#[test]
fn a_long_stays_within_what_clients_hold_exactly() {
    assert!(reads::<Long>(LONG_MAX) && reads::<Long>(-LONG_MAX));
    assert!(!reads::<Long>(LONG_MAX + 1) && !reads::<Long>(1.5) && !reads::<Long>("7"));
    assert_eq!(Long::from(i64::MAX).get(), LONG_MAX);
    assert_eq!(Long::from(i64::MIN).get(), -LONG_MAX);
}

/// P17: nothing that would run in a page or deceive its reader.
#[test]
fn a_url_is_absolute_and_harmless() {
    assert!(reads::<Url>("https://cdn.example/a%20b.png?x=1#y") && reads::<Url>("http://localhost:4000"));
    let bad = [
        "javascript:alert(1)",
        "data:text/html,x",
        "//cdn.example/x",
        "https://",
        "https:///x",
        "https://:80/",
        "https://a@b.example/",
        "https://a.example/ x",
        "https://a.example/\"onload=",
        "https://é.example/",
    ];
    for text in bad {
        assert!(!reads::<Url>(text), "{text}");
    }
    assert!(!reads::<Url>(format!("https://a.example/{}", "x".repeat(super::URL_LENGTH_MAX))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// P15, P17: a moment loses its microseconds on the way out, and nothing else.
    #[test]
    fn a_moment_survives_to_the_millisecond(micros in -60_000_000_000_000_000_i64..200_000_000_000_000_000) {
        let again = <DateTime as ScalarType>::parse(ScalarType::to_value(&DateTime::from_micros(micros)));
        prop_assert_eq!(again.map(DateTime::micros).ok(), Some(micros.div_euclid(1_000) * 1_000));
    }
}
