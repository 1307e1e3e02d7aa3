use http::{HeaderMap, HeaderValue, header};

use super::{ReplyMediaType, is_utf8_json, negotiate, wants_page};

fn accept(value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(value))])
}

/// HX-16, HX-17, GOH-22EB, GOH-47DE
#[test]
fn the_highest_quality_wins_and_wildcards_mean_application_json() {
    use ReplyMediaType::{GraphqlResponse, Json};
    for (value, expected) in [
        ("application/json;q=0.5, application/graphql-response+json;q=0.9", Some(GraphqlResponse)),
        ("application/json;q=0.9, application/graphql-response+json;q=0.5", Some(Json)),
        ("application/graphql-response+json, application/json", Some(GraphqlResponse)),
        ("application/json, application/graphql-response+json", Some(Json)),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", Some(GraphqlResponse)),
        ("*/*", Some(Json)),
        ("application/*", Some(Json)),
        ("text/html, */*;q=0.1", Some(Json)),
        ("application/graphql-response+json;q=0, */*", Some(Json)),
        ("application/json;q=0, */*", Some(GraphqlResponse)),
        ("application/json; charset=utf-16", None),
        ("text/html", None),
        ("", None),
    ] {
        assert_eq!(negotiate(&accept(value)), expected, "{value}");
    }
    assert_eq!(negotiate(&HeaderMap::new()), Some(Json));
}

/// HX-12, HX-14
#[test]
fn only_json_in_utf8_is_read() {
    for (value, expected) in [
        ("application/json", true),
        ("Application/JSON; charset=UTF-8", true),
        ("application/json; charset=\"utf-8\"", true),
        ("application/json; profile=a", true),
        ("application/json; charset=utf-16", false),
        ("application/json; charset=iso-8859-1", false),
        ("application/json; charset=utf-7", false),
        ("application/json; charset =utf-16", false),
        ("application/json; charset= utf-16", false),
        ("application/json; charset=utf-8; charset=utf-16", false),
        ("application/json; a=\";charset=utf-16\"", false),
        ("application/json, text/plain", false),
        ("application/json charset", false),
        ("text/plain", false),
        ("application/x-www-form-urlencoded", false),
        ("", false),
    ] {
        assert_eq!(is_utf8_json(&HeaderValue::from_static(value)), expected, "{value}");
    }
}

#[test]
fn a_browser_asks_for_a_page_and_a_program_does_not() {
    assert!(wants_page(&accept("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")));
    assert!(!wants_page(&accept("*/*")));
    assert!(!wants_page(&accept("application/json, text/html;q=0.1")));
    assert!(!wants_page(&HeaderMap::new()));
}
