use http::HeaderValue;
use proptest::prelude::*;

use super::*;

const SIZE: u64 = 10;

fn of(value: &str) -> Wanted {
    let mut headers = HeaderMap::new();
    headers.insert(RANGE, HeaderValue::from_str(value).unwrap());
    wanted(&headers, SIZE)
}

fn one(range: Range<u64>) -> Wanted {
    Wanted::Parts(vec![range])
}

/// RG-01 to RG-08
#[test]
fn a_range_is_first_and_last() {
    assert_eq!(wanted(&HeaderMap::new(), SIZE), Wanted::Whole);
    for (text, range) in [
        ("bytes=0-0", 0..1),
        ("bytes=0-9", 0..10),
        ("bytes=5-9", 5..10),
        ("bytes=9-9", 9..10),
        ("bytes=5-", 5..10),
        ("bytes=-1", 9..10),
        ("bytes=-5", 5..10),
        ("bytes=-10", 0..10),
        ("bytes=-11", 0..10),
        ("bytes=-9223372036854775808", 0..10),
        ("bytes=0-999999999999", 0..10),
        ("Bytes=0-1", 0..2),
    ] {
        assert_eq!(of(text), one(range), "{text}");
    }
    for text in ["bytes=-0", "bytes=10-", "bytes=10-15", "bytes=99999999999999999999999999999999999999999-"] {
        assert_eq!(of(text), Wanted::Nothing, "{text}");
    }
    assert_eq!(of("bytes=9-5"), Wanted::Whole);
}

/// RG-10, RG-11
#[test]
fn what_cannot_be_understood_is_ignored() {
    for text in [
        "bytes",
        "bytes=",
        "bytes=a-b",
        "bytes=1-2-3",
        "bytes 0-1",
        "bytes=0x1-2",
        "bytes=+1-2",
        "bytes=--1",
        "bytes=-",
        "items=0-1",
        "bytes=,",
        "bytes=0-1,9-5",
        "bytes =0-1",
        "bytes=1_0-",
        "=0-1",
        "bytes=٣-",
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_bytes(text.as_bytes()).unwrap());
        assert_eq!(wanted(&headers, SIZE), Wanted::Whole, "{text}");
    }
}

/// RG-13, RG-15, RG-19
#[test]
fn several_ranges_come_in_their_order() {
    assert_eq!(of("bytes=0-0,5-6"), Wanted::Parts(vec![0..1, 5..7]));
    assert_eq!(of("bytes= 0-1 ,\t3-4"), Wanted::Parts(vec![0..2, 3..5]));
    assert_eq!(of("bytes=,0-1,,"), one(0..2));
    assert_eq!(of("bytes=8-9,0-1"), Wanted::Parts(vec![8..10, 0..2]));
    assert_eq!(of("bytes=0-1,20-30"), one(0..2));
}

/// RG-16, RG-17
#[test]
fn many_or_overlapping_ranges_cost_no_more_than_the_file() {
    assert_eq!(of("bytes=0-4,3-7"), one(0..8));
    assert_eq!(of("bytes=3-7,0-4,9-9"), Wanted::Parts(vec![0..8, 9..10]));
    assert_eq!(of("bytes=0-9,0-9,0-9"), Wanted::Whole);
    let tiny: Vec<String> = (0..1_000).map(|place| format!("{0}-{0}", place % 10)).collect();
    assert_eq!(of(&format!("bytes={}", tiny.join(","))), Wanted::Whole);
    assert_eq!(of("bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8"), Wanted::Whole);
}

/// RG-32
#[test]
fn two_headers_are_ambiguous() {
    let mut headers = HeaderMap::new();
    headers.append(RANGE, HeaderValue::from_static("bytes=0-1"));
    headers.append(RANGE, HeaderValue::from_static("bytes=3-4"));
    assert_eq!(wanted(&headers, SIZE), Wanted::Ambiguous);
}

proptest! {
    /// RG-14, RG-16: whatever is asked, the parts lie within the file, do not overlap, and are no more than it.
    #[test]
    fn parts_lie_within_the_file(
        text in "bytes=([0-9]{0,21}-[0-9]{0,21},?){1,10}",
        size in prop_oneof![1u64..100, any::<u64>().prop_map(|size| size.max(1))],
    ) {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_str(&text).unwrap());
        if let Wanted::Parts(parts) = wanted(&headers, size) {
            prop_assert!((1..=RANGES_MAX).contains(&parts.len()));
            prop_assert!(parts.iter().all(|part| part.start < part.end && part.end <= size));
            for (place, part) in parts.iter().enumerate() {
                prop_assert!(parts[place + 1..].iter().all(|other| !overlap(part, other)));
            }
        }
    }
}
