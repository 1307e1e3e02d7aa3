//! HTTP/2 frames on a socket (HS-06, HS-07).

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::listeners::{exchange, serve};
use crate::testkit::Graph;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags, 0, 0, 0, stream], payload].concat()
}

/// Literals that are not indexed, in plain bytes (RFC 7541 section 6.2.2).
fn headers(fields: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    fields.iter().flat_map(|(name, value)| [vec![0], text(name), text(value)].concat()).collect()
}

/// What came back for the first stream.
#[derive(Debug, PartialEq)]
enum Answer {
    /// The head, as bytes, and the body.
    Reply(Vec<u8>, String),
    Reset,
    Gone,
}

async fn ask(address: &str, fields: &[(&str, &str)]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = frame(HEADERS, END_HEADERS | END_STREAM, 1, &headers(fields));
    let bytes = [PREFACE, &frame(SETTINGS, 0, 0, &[]), &request].concat();
    stream.write_all(&bytes).await.unwrap();
    tokio::time::timeout(Duration::from_secs(60), answer(&mut stream)).await.expect("it is answered in time")
}

async fn answer(stream: &mut TcpStream) -> Answer {
    let (mut head, mut body) = (Vec::new(), Vec::new());
    loop {
        let mut start = [0; 9];
        if stream.read_exact(&mut start).await.is_err() {
            return Answer::Gone;
        }
        let [a, b, c, kind, flags, .., stream_id] = start;
        let mut payload = vec![0; usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap()];
        if stream.read_exact(&mut payload).await.is_err() {
            return Answer::Gone;
        }
        match (kind, stream_id) {
            (HEADERS, 1) => head.extend(payload),
            (DATA, 1) => body.extend(payload),
            (RST_STREAM, 1) => return Answer::Reset,
            (GOAWAY, _) => return Answer::Gone,
            _ => continue,
        }
        if flags & END_STREAM != 0 {
            return Answer::Reply(head, String::from_utf8(body).unwrap());
        }
    }
}

const QUERY: (&str, &str) = (":path", "/graphql?query=%7Bme%7Bname%7D%7D");
const METHOD: (&str, &str) = (":method", "GET");
const SCHEME: (&str, &str) = (":scheme", "http");
const AUTHORITY: (&str, &str) = (":authority", "test");

/// HS-07: HTTP/2 without TLS is spoken to whoever begins with it; an upgrade from HTTP/1.1 is passed over.
#[tokio::test]
async fn hs_07_prior_knowledge_is_answered_and_an_upgrade_is_not() {
    let graph = Graph::new();
    let (address, _, serving) = serve(&graph, std::future::pending()).await;
    let Answer::Reply(_, body) = ask(&address, &[METHOD, SCHEME, AUTHORITY, QUERY]).await else {
        panic!("it is answered")
    };
    assert_eq!(body, r#"{"data":{"me":{"name":"Lee"}}}"#);
    let upgrade = "GET /graphql?query=%7Bme%7Bname%7D%7D HTTP/1.1\r\nhost: test\r\nconnection: close, upgrade, http2-settings\r\n\
                   upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n";
    let text = exchange(&address, upgrade).await;
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("Lee") && !text.contains("upgrade"), "{text}");
    serving.abort();
}

/// HS-06: what HTTP/2 forbids in a head is refused, for it would mean something else in HTTP/1.1.
#[tokio::test]
async fn hs_06_odd_heads_are_refused() {
    let graph = Graph::new();
    let (address, _, serving) = serve(&graph, std::future::pending()).await;
    let with = |more: &[(&'static str, &'static str)]| [&[METHOD, SCHEME, AUTHORITY, QUERY], more].concat();
    let heads = [
        vec![METHOD, METHOD, SCHEME, AUTHORITY, QUERY],
        vec![METHOD, SCHEME, AUTHORITY, QUERY, (":path", "/other")],
        vec![METHOD, SCHEME, ("x-a", "1"), AUTHORITY, QUERY],
        vec![METHOD, SCHEME, AUTHORITY, QUERY, (":unknown", "x")],
        vec![METHOD, SCHEME, AUTHORITY],
        vec![METHOD, AUTHORITY, QUERY],
        vec![SCHEME, AUTHORITY, QUERY],
        vec![METHOD, SCHEME, AUTHORITY, (":path", "/gra phql?query=%7Bme%7Bname%7D%7D")],
        vec![METHOD, SCHEME, AUTHORITY, (":path", "")],
        vec![METHOD, SCHEME, AUTHORITY, (":path", "/graphql\r\nx-a: 1")],
        vec![("\u{3a}method", "GET /x HTTP/1.1\r\nhost: evil"), SCHEME, AUTHORITY, QUERY],
        with(&[("X-Upper", "1")]),
        with(&[("x-a", "1\r\nx-viewer: forged")]),
        with(&[("x-a", "1\n2")]),
        with(&[("x-a", "1\u{0}2")]),
        with(&[("x-a\r\n", "1")]),
        with(&[("x a", "1")]),
        with(&[("connection", "x-a")]),
        with(&[("transfer-encoding", "chunked")]),
        with(&[("upgrade", "h2c")]),
        with(&[("keep-alive", "1")]),
        with(&[("proxy-connection", "x")]),
        with(&[("te", "gzip")]),
        with(&[("content-length", "7")]),
    ];
    for fields in heads {
        let answer = ask(&address, &fields).await;
        let is_refused = match &answer {
            Answer::Reset | Answer::Gone => true,
            Answer::Reply(_, body) => !body.contains("Lee"),
        };
        assert!(is_refused, "{fields:?}: {answer:?}");
    }
    assert_eq!(graph.executed(), 0);
    // Two names for one host.
    for fields in [
        with(&[("host", "evil.example")]),
        with(&[("host", "test"), ("host", "test")]),
        with(&[("host", "a b")]),
        vec![METHOD, SCHEME, QUERY],
    ] {
        let Answer::Reply(_, body) = ask(&address, &fields).await else { panic!("{fields:?}: it says why") };
        assert!(body.contains("one host"), "{fields:?}: {body}");
    }
    assert_eq!(graph.executed(), 0);
    let Answer::Reply(_, body) = ask(&address, &with(&[("host", "test"), ("te", "trailers")])).await else {
        panic!("it is answered")
    };
    assert!(body.contains("Lee"), "{body}");
    serving.abort();
}
