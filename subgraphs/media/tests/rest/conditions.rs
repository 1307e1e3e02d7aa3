//! Conditions (RFC 9110 section 13), also together with ranges.

use super::Shelf;
use crate::house::{DIGITS, sha256};

const EQUAL: &str = "Mon, 01 Jun 2026 00:00:00 GMT";
const OLDER: &str = "Sun, 31 May 2026 23:59:59 GMT";
const NEWER: &str = "Mon, 01 Jun 2026 00:00:01 GMT";
const RANGE: (&str, &str) = ("range", "bytes=0-1");

fn tag() -> String {
    format!("\"{}\"", sha256(DIGITS))
}

/// RG-23, RG-24, RG-25: a range is only of the very file that the client has; else the whole comes.
#[tokio::test]
async fn rg_23_to_rg_25_a_range_is_of_the_very_file() {
    let shelf = Shelf::digits().await;
    let (tag, weak) = (tag(), format!("W/{}", tag()));
    for (value, status) in [
        (tag.as_str(), 206),
        ("\"other\"", 200),
        (weak.as_str(), 200),
        (EQUAL, 206),
        (OLDER, 200),
        (NEWER, 200),
        ("yesterday", 200),
        ("*", 200),
    ] {
        let reply = shelf.get(&[RANGE, ("if-range", value)]).await;
        assert_eq!(reply.status, status, "{value}");
        assert_eq!(&reply.bytes[..], if status == 206 { &DIGITS[..2] } else { DIGITS }, "{value}");
    }
    let reply = shelf.get(&[("if-range", "\"other\""), ("range", "bytes=50-")]).await;
    assert_eq!(reply.status, 200, "of another file nothing is out of range");
    shelf.house.stop().await;
}

/// RG-26, RG-27: conditions count before ranges, in the order of section 13.2.2.
#[tokio::test]
async fn rg_26_and_rg_27_conditions_count_before_ranges() {
    let shelf = Shelf::digits().await;
    let (tag, weak, list) = (tag(), format!("W/{}", tag()), format!("\"x\", {}", tag()));
    let (tag, weak, list) = (tag.as_str(), weak.as_str(), list.as_str());
    let cases: [(&[(&str, &str)], u16); 22] = [
        (&[("if-match", "*")], 206),
        (&[("if-match", tag)], 206),
        (&[("if-match", list)], 206),
        (&[("if-match", weak)], 412),
        (&[("if-match", "\"x\"")], 412),
        (&[("if-none-match", "*")], 304),
        (&[("if-none-match", tag)], 304),
        (&[("if-none-match", list)], 304),
        (&[("if-none-match", weak)], 304),
        (&[("if-none-match", "\"x\"")], 206),
        (&[("if-modified-since", OLDER)], 206),
        (&[("if-modified-since", EQUAL)], 304),
        (&[("if-modified-since", NEWER)], 304),
        (&[("if-modified-since", "yesterday")], 206),
        (&[("if-unmodified-since", OLDER)], 412),
        (&[("if-unmodified-since", EQUAL)], 206),
        (&[("if-unmodified-since", NEWER)], 206),
        (&[("if-match", tag), ("if-unmodified-since", OLDER)], 206),
        (&[("if-match", "\"x\""), ("if-none-match", tag)], 412),
        (&[("if-match", tag), ("if-none-match", tag)], 304),
        (&[("if-none-match", "\"x\""), ("if-modified-since", NEWER)], 206),
        (&[("if-unmodified-since", EQUAL), ("if-modified-since", EQUAL)], 304),
    ];
    for (conditions, status) in cases {
        let with_range = [conditions, &[RANGE]].concat();
        assert_eq!(shelf.get(&with_range).await.status, status, "{conditions:?}");
        let without = if status == 206 { 200 } else { status };
        assert_eq!(shelf.get(conditions).await.status, without, "{conditions:?}");
        let head = shelf.head(&with_range).await;
        assert_eq!((head.status.as_u16(), head.bytes.len()), (without, 0), "{conditions:?}");
    }
    shelf.house.stop().await;
}

/// RG-28: what has not changed is named again, and nothing of it comes.
#[tokio::test]
async fn rg_28_not_modified_names_what_it_is() {
    let shelf = Shelf::digits().await;
    let reply = shelf.get(&[("if-none-match", &tag())]).await;
    assert_eq!((reply.status.as_u16(), reply.bytes.len()), (304, 0));
    assert_eq!((reply.header("etag"), reply.header("cache-control")), (tag().as_str(), "private, max-age=600"));
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    shelf.house.stop().await;
}
