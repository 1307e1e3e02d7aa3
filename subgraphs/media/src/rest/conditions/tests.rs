use super::*;

const ETAG: &str = "\"abc\"";
const AT: u64 = 1_780_272_000;
const EQUAL: &str = "Mon, 01 Jun 2026 00:00:00 GMT";
const OLDER: &str = "Sun, 31 May 2026 23:59:59 GMT";
const NEWER: &str = "Mon, 01 Jun 2026 00:00:01 GMT";

fn file() -> Validators {
    Validators { etag: ETAG.to_owned(), last_modified: AT }
}

fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

/// RG-26, RG-27: each condition, and which of two counts.
#[test]
fn conditions_are_weighed_in_their_order() {
    use Verdict::{Failed, NotChanged, Proceed};
    for (pairs, expected) in [
        (vec![], Proceed),
        (vec![(IF_MATCH, "*")], Proceed),
        (vec![(IF_MATCH, ETAG)], Proceed),
        (vec![(IF_MATCH, "\"x\", \"abc\"")], Proceed),
        (vec![(IF_MATCH, "\"x\""), (IF_MATCH, ETAG)], Proceed),
        (vec![(IF_MATCH, "W/\"abc\"")], Failed),
        (vec![(IF_MATCH, "\"x\"")], Failed),
        (vec![(IF_MATCH, "")], Failed),
        (vec![(IF_NONE_MATCH, "*")], NotChanged),
        (vec![(IF_NONE_MATCH, ETAG)], NotChanged),
        (vec![(IF_NONE_MATCH, "W/\"abc\"")], NotChanged),
        (vec![(IF_NONE_MATCH, "\"x\", W/\"abc\"")], NotChanged),
        (vec![(IF_NONE_MATCH, "\"x\"")], Proceed),
        (vec![(IF_UNMODIFIED_SINCE, EQUAL)], Proceed),
        (vec![(IF_UNMODIFIED_SINCE, NEWER)], Proceed),
        (vec![(IF_UNMODIFIED_SINCE, OLDER)], Failed),
        (vec![(IF_UNMODIFIED_SINCE, "yesterday")], Proceed),
        (vec![(IF_MODIFIED_SINCE, EQUAL)], NotChanged),
        (vec![(IF_MODIFIED_SINCE, NEWER)], NotChanged),
        (vec![(IF_MODIFIED_SINCE, OLDER)], Proceed),
        (vec![(IF_MODIFIED_SINCE, "0")], Proceed),
        // A tag counts more than a date, and what must hold more than what must not.
        (vec![(IF_MATCH, ETAG), (IF_UNMODIFIED_SINCE, OLDER)], Proceed),
        (vec![(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, NEWER)], Proceed),
        (vec![(IF_MATCH, "\"x\""), (IF_NONE_MATCH, ETAG)], Failed),
        (vec![(IF_MATCH, ETAG), (IF_NONE_MATCH, ETAG)], NotChanged),
        (vec![(IF_UNMODIFIED_SINCE, OLDER), (IF_NONE_MATCH, ETAG)], Failed),
        (vec![(IF_UNMODIFIED_SINCE, EQUAL), (IF_MODIFIED_SINCE, EQUAL)], NotChanged),
    ] {
        assert_eq!(verdict(&headers(&pairs), &file()), expected, "{pairs:?}");
    }
}

/// RG-23, RG-24, RG-25
#[test]
fn ranges_apply_to_the_very_file_only() {
    assert_eq!(written_date(AT), EQUAL);
    for (value, apply) in [
        (ETAG, true),
        (EQUAL, true),
        ("W/\"abc\"", false),
        ("\"x\"", false),
        (OLDER, false),
        (NEWER, false),
        ("abc", false),
        ("*", false),
        ("", false),
    ] {
        assert_eq!(ranges_apply(&headers(&[(IF_RANGE, value)]), &file()), apply, "{value}");
    }
    assert!(ranges_apply(&HeaderMap::new(), &file()));
    assert!(!ranges_apply(&headers(&[(IF_RANGE, ETAG), (IF_RANGE, ETAG)]), &file()));
}
