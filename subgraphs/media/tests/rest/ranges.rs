//! Ranges (RFC 9110 section 14).

use axum::body::{Body, to_bytes};
use futures_util::StreamExt;
use http::Method;
use kit_testing::Reply;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use tower::ServiceExt;

use super::{Shelf, code};
use crate::house::{DIGITS, Sending, TEXT, learner, request};

/// The parts of `multipart/byteranges`: `Content-Type`, `Content-Range` and bytes of each.
fn parts(reply: &Reply) -> Vec<(String, String, String)> {
    let content_type = reply.header("content-type");
    let boundary =
        content_type.strip_prefix("multipart/byteranges; boundary=").unwrap_or_else(|| panic!("{content_type}"));
    let body = String::from_utf8(reply.bytes.to_vec()).unwrap();
    let body = body.strip_suffix(&format!("\r\n--{boundary}--\r\n")).unwrap_or_else(|| panic!("{body:?}"));
    let between = format!("\r\n--{boundary}\r\n");
    let parts = body.split(&between).skip(1).map(|part| {
        let (head, bytes) = part.split_once("\r\n\r\n").unwrap();
        let value = |name: &str| {
            head.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim_start_matches(": ").to_owned()
        };
        (value("content-type"), value("content-range"), bytes.to_owned())
    });
    parts.collect()
}

/// RG-01
#[tokio::test]
async fn rg_01_without_a_range_the_file_is_described_whole() {
    let shelf = Shelf::digits().await;
    let reply = shelf.get(&[]).await;
    assert_eq!((reply.status.as_u16(), &reply.bytes[..]), (200, DIGITS));
    assert_eq!((reply.header("accept-ranges"), reply.header("content-length")), ("bytes", "10"));
    let tag = reply.header("etag");
    assert!(tag.len() == 66 && tag.starts_with('"') && tag.ends_with('"'), "strong: {tag}");
    assert_eq!(reply.header("last-modified"), "Mon, 01 Jun 2026 00:00:00 GMT");
    shelf.house.stop().await;
}

/// RG-02, RG-03, RG-04, RG-06, RG-12, RG-13
#[tokio::test]
async fn rg_02_to_rg_06_a_range_is_its_very_bytes() {
    let shelf = Shelf::digits().await;
    for (range, bytes, told) in [
        ("bytes=0-0", "0", "bytes 0-0/10"),
        ("bytes=0-9", "0123456789", "bytes 0-9/10"),
        ("bytes=5-9", "56789", "bytes 5-9/10"),
        ("bytes=9-9", "9", "bytes 9-9/10"),
        ("bytes=5-", "56789", "bytes 5-9/10"),
        ("bytes=-1", "9", "bytes 9-9/10"),
        ("bytes=-5", "56789", "bytes 5-9/10"),
        ("bytes=-10", "0123456789", "bytes 0-9/10"),
        ("bytes=-11", "0123456789", "bytes 0-9/10"),
        ("bytes=-9223372036854775808", "0123456789", "bytes 0-9/10"),
        ("bytes=0-999999999999", "0123456789", "bytes 0-9/10"),
        ("Bytes=0-1", "01", "bytes 0-1/10"),
        ("bytes=,0-1,,", "01", "bytes 0-1/10"),
    ] {
        assert_eq!(shelf.range(range).await, (206, bytes.to_owned(), told.to_owned()), "{range}");
        let reply = shelf.get(&[("range", range)]).await;
        assert_eq!(reply.header("content-length"), bytes.len().to_string(), "{range}");
    }
    shelf.house.stop().await;
}

/// RG-05, RG-07, RG-14
#[tokio::test]
async fn rg_05_and_rg_07_what_the_file_has_not_is_not_satisfiable() {
    let shelf = Shelf::digits().await;
    let numbers = ["2147483648", "4294967296", "9223372036854775808", "18446744073709551616", &"9".repeat(40)];
    let beyond = numbers.map(|number| format!("bytes={number}-"));
    let others = ["bytes=-0", "bytes=10-", "bytes=10-15", "bytes=20-,30-"];
    for range in beyond.iter().map(String::as_str).chain(others) {
        let reply = shelf.get(&[("range", range)]).await;
        assert_eq!(code(&reply), (416, "range-not-satisfiable"), "{range}");
        assert_eq!(reply.header("content-range"), "bytes */10", "{range}");
    }
    for number in numbers {
        for range in [format!("bytes=0-{number}"), format!("bytes=-{number}")] {
            assert_eq!(shelf.range(&range).await.0, 206, "{range}");
        }
    }
    shelf.house.stop().await;
}

/// RG-08, RG-10, RG-11
#[tokio::test]
async fn rg_08_rg_10_and_rg_11_what_is_no_range_is_ignored() {
    let shelf = Shelf::digits().await;
    for range in [
        "bytes=9-5",
        "bytes",
        "bytes=",
        "bytes=a-b",
        "bytes=1-2-3",
        "bytes 0-1",
        "bytes=0x1-2",
        "bytes=+1-2",
        "bytes=--1",
        "bytes=-",
        "bytes=0-1,9-5",
        "items=0-1",
        "",
    ] {
        shelf.is_whole(range).await;
    }
    let reply = shelf.house.send(request(Method::GET, &shelf.url, &[("range", "bytes=\u{663}-")], Body::empty())).await;
    assert_eq!(reply.status, 200);
    shelf.house.stop().await;
}

/// RG-09
#[tokio::test]
async fn rg_09_there_is_no_empty_file() {
    let shelf = Shelf::digits().await;
    let empty = Sending { bytes: b"", ..TEXT };
    let reply = shelf.house.change(&learner(), "createUpload", "upload { id }", empty.input()).await;
    assert_eq!(reply.codes(), ["BAD_USER_INPUT"], "{}", reply.body);
    shelf.house.stop().await;
}

/// RG-15, RG-18, RG-19, RG-20
#[tokio::test]
async fn rg_15_to_rg_20_several_ranges_come_in_parts() {
    let shelf = Shelf::digits().await;
    let part = |range: &str, bytes: &str| {
        ("text/plain; charset=utf-8".to_owned(), format!("bytes {range}/10"), bytes.to_owned())
    };
    for (range, expected) in [
        ("bytes=0-0,5-6", vec![part("0-0", "0"), part("5-6", "56")]),
        ("bytes= 0-1 ,\t3-4", vec![part("0-1", "01"), part("3-4", "34")]),
        ("bytes=8-9,0-1", vec![part("8-9", "89"), part("0-1", "01")]),
        ("bytes=0-1,20-30,-1", vec![part("0-1", "01"), part("9-9", "9")]),
        (
            "bytes=0-0,2-2,4-4,6-6,8-8,1-1,3-3,5-5",
            ["0", "2", "4", "6", "8", "1", "3", "5"].map(|at| part(&format!("{at}-{at}"), at)).to_vec(),
        ),
    ] {
        let reply = shelf.get(&[("range", range)]).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-range")), (206, ""), "{range}");
        assert_eq!(parts(&reply), expected, "{range}");
        assert_eq!(reply.header("content-length"), reply.bytes.len().to_string(), "{range}");
    }
    assert_eq!(shelf.range("bytes=0-1,20-30").await, (206, "01".to_owned(), "bytes 0-1/10".to_owned()));
    shelf.house.stop().await;
}

/// RG-16, RG-17: CVE-2011-3192.
#[tokio::test]
async fn rg_16_and_rg_17_many_ranges_cost_no_more_than_the_file() {
    let shelf = Shelf::digits().await;
    assert_eq!(shelf.range("bytes=0-4,3-7").await, (206, "01234567".to_owned(), "bytes 0-7/10".to_owned()));
    assert_eq!(shelf.range("bytes=5-9,5-9").await, (206, "56789".to_owned(), "bytes 5-9/10".to_owned()));
    let list = |count: usize, one: &dyn Fn(usize) -> String| {
        format!("bytes={}", (0..count).map(one).collect::<Vec<_>>().join(","))
    };
    shelf.is_whole(&list(1_000, &|at| format!("{0}-{0}", at % 10))).await;
    shelf.is_whole(&list(100, &|_| "0-".to_owned())).await;
    shelf.is_whole(&list(3, &|_| "0-9".to_owned())).await;
    shelf.is_whole(&list(9, &|at| format!("{at}-{at}"))).await;
    shelf.house.stop().await;
}

/// RG-21, RG-22
#[tokio::test]
async fn rg_21_and_rg_22_ranges_are_for_get() {
    let shelf = Shelf::digits().await;
    let reply = shelf.head(&[("range", "bytes=0-1")]).await;
    assert_eq!((reply.status.as_u16(), reply.bytes.len()), (200, 0));
    assert_eq!((reply.header("content-length"), reply.header("content-range")), ("10", ""));
    let upload = shelf.house.announce(&learner(), TEXT).await;
    let headers = [("range", "bytes=0-1"), ("content-type", "text/plain"), ("content-length", "10")];
    let reply = shelf.house.http(Method::PUT, upload["url"].as_str().unwrap(), &headers, DIGITS.to_vec()).await;
    assert_eq!(reply.status, 201);
    shelf.house.stop().await;
}

/// RG-29: a file is never changed; what replaces it is another one, at another address.
#[tokio::test]
async fn rg_29_bytes_of_two_files_are_never_mixed() {
    let shelf = Shelf::digits().await;
    let other = shelf.house.keep(&learner(), Sending { bytes: b"abcdefghij", ..TEXT }).await;
    let other = shelf.house.address(&learner(), &other).await;
    let tag = shelf.get(&[]).await.header("etag").to_owned();
    let mixed = shelf.house.get(&other, &[("range", "bytes=5-"), ("if-range", &tag)]).await;
    assert_eq!((mixed.status.as_u16(), &mixed.bytes[..]), (200, &b"abcdefghij"[..]));
    assert_eq!(shelf.range("bytes=5-").await.1, "56789");
    shelf.house.stop().await;
}

/// RG-30: a file that becomes shorter while it is sent breaks the reply off; the reply never ends early in silence.
#[tokio::test]
async fn rg_30_a_file_that_is_cut_breaks_the_reply_off() {
    let letters = "a".repeat(1024 * 1024);
    let shelf = Shelf::with(Sending { bytes: letters.as_bytes(), ..TEXT }).await;
    let stored = shelf.house.stored();
    let get = request(Method::GET, &shelf.url, &[], Body::empty());
    let response = shelf.house.running().router().oneshot(get).await.unwrap();
    let mut body = response.into_body().into_data_stream();
    assert!(body.next().await.unwrap().is_ok());
    std::fs::File::options().write(true).open(&stored[0]).unwrap().set_len(300_000).unwrap();
    let mut broke_off = false;
    while let Some(next) = body.next().await {
        broke_off |= next.is_err();
    }
    assert!(broke_off);
    std::fs::remove_file(&stored[0]).unwrap();
    assert_eq!(code(&shelf.get(&[]).await), (500, "internal"));
    shelf.house.stop().await;
}

/// RG-31: files are sent as they are, whatever a client could decode.
#[tokio::test]
async fn rg_31_files_are_never_encoded() {
    let shelf = Shelf::digits().await;
    for range in [None, Some(("range", "bytes=0-1"))] {
        let headers: Vec<(&str, &str)> = range.into_iter().chain([("accept-encoding", "gzip, br, zstd")]).collect();
        let reply = shelf.get(&headers).await;
        assert_eq!((reply.header("content-encoding"), reply.header("vary")), ("", ""));
    }
    shelf.house.stop().await;
}

/// RG-32
#[tokio::test]
async fn rg_32_two_headers_are_refused() {
    let shelf = Shelf::digits().await;
    let reply = shelf.get(&[("range", "bytes=0-1"), ("range", "bytes=3-4")]).await;
    assert_eq!(code(&reply), (400, "range-ambiguous"));
    shelf.house.stop().await;
}

/// RG-33: what one person may have is nobody else's to keep.
#[tokio::test]
async fn rg_33_a_range_of_a_private_file_is_private() {
    let shelf = Shelf::digits().await;
    shelf.house.clock().advance(std::time::Duration::from_secs(100));
    let private = "private, max-age=500";
    for (headers, status, cached) in [
        (vec![], 200, private),
        (vec![("range", "bytes=0-1")], 206, private),
        (vec![("range", "bytes=10-")], 416, "no-store"),
    ] {
        let reply = shelf.get(&headers).await;
        assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (status, cached));
    }
    shelf.house.stop().await;
}

/// RG-38: whatever the file is cut into, the pieces are the file.
#[tokio::test]
async fn rg_38_the_pieces_are_the_file() {
    let bytes: Vec<u8> = (0..2_000_u32).map(|at| b'a' + u8::try_from(at * 7 % 26).unwrap()).collect();
    let shelf = Shelf::with(Sending { bytes: &bytes, ..TEXT }).await;
    let mut runner = TestRunner::deterministic();
    let cuts = proptest::collection::btree_set(1..bytes.len(), 0..12);
    for _ in 0..100 {
        let mut places: Vec<usize> = cuts.new_tree(&mut runner).unwrap().current().into_iter().collect();
        places.push(bytes.len());
        let (mut begin, mut whole) = (0, Vec::<u8>::new());
        for end in places {
            let reply = shelf.get(&[("range", &format!("bytes={begin}-{}", end - 1))]).await;
            assert_eq!(reply.status, 206);
            whole.extend(&reply.bytes);
            begin = end;
        }
        assert_eq!(whole, bytes);
    }
    shelf.house.stop().await;
}

/// RG-40: there is one way of reading; a range of everything is the whole, header by header.
#[tokio::test]
async fn rg_40_the_whole_and_a_range_of_everything_are_alike() {
    let shelf = Shelf::digits().await;
    let (whole, range) = (shelf.get(&[]).await, shelf.get(&[("range", "bytes=0-")]).await);
    let mut headers = range.headers.clone();
    assert_eq!(headers.remove("content-range").unwrap(), "bytes 0-9/10");
    let ignored = ["x-correlation-id"];
    let kept = |headers: &http::HeaderMap| {
        let headers = headers.iter().filter(|(name, _)| !ignored.contains(&name.as_str()));
        headers.map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
    };
    assert_eq!((kept(&whole.headers), &whole.bytes), (kept(&headers), &range.bytes));
    let get = request(Method::GET, &shelf.url, &[], Body::empty());
    let response = shelf.house.running().router().oneshot(get).await.unwrap();
    assert_eq!(&to_bytes(response.into_body(), 10).await.unwrap()[..], DIGITS, "no byte more than its length");
    shelf.house.stop().await;
}
