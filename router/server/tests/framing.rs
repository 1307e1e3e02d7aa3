//! Bytes on a socket that two readers could understand differently (security.md's group HS): what is refused, and that
//! nothing is ever taken for a second request that is not one.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::listeners::serve;
use crate::testkit::Graph;

const BODY: &str = r#"{"query":"{ me { name } }"}"#;
/// What somebody would like to be taken for a request of its own.
const SMUGGLED: &str = "GET /graphql?query=%7Bcourses(first:1)%7D HTTP/1.1\r\nhost: test\r\n\r\n";

/// Sends bytes over a connection of their own, and gives all that comes back until it is closed. A connection that stays open
/// is given up after `patience`.
async fn spoken(address: &str, bytes: &[u8], patience: Duration) -> (String, bool) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The router may close before all of it is written.
    let _ = stream.write_all(bytes).await;
    let mut heard = Vec::new();
    let closed = tokio::time::timeout(patience, stream.read_to_end(&mut heard)).await.is_ok();
    (String::from_utf8_lossy(&heard).into_owned(), closed)
}

async fn heard(address: &str, bytes: &str) -> String {
    let (text, closed) = spoken(address, bytes.as_bytes(), Duration::from_secs(60)).await;
    assert!(closed, "the connection is still open after {bytes:?}: {text}");
    text
}

fn status(text: &str) -> &str {
    text.split(' ').nth(1).unwrap_or(text)
}

/// How many replies there are in what came back.
fn replies(text: &str) -> usize {
    text.matches("HTTP/1.1 ").count()
}

fn post(headers: &str, body: &str) -> String {
    format!("POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n{headers}\r\n\r\n{body}")
}

fn chunked(body: &str) -> String {
    format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
}

/// HS-01: a body with an encoding that is not simply `chunked` is refused, and the connection with it; behind one in chunks
/// nothing more is read, whatever length it claims beside them.
#[tokio::test]
async fn hs_01_bodies_of_ambiguous_length_are_refused() {
    let graph = Graph::new();
    let (address, _, serving) = serve(&graph, std::future::pending()).await;
    let length = format!("content-length: {}", BODY.len());
    for headers in [
        "transfer-encoding: chunked, identity",
        "transfer-encoding: identity",
        "transfer-encoding: xchunked",
        "transfer-encoding : chunked",
        "transfer-encoding: \u{b}chunked",
        "transfer-encoding: chunked\u{b}",
        "transfer-encoding:\r\n chunked",
        "transfer-encoding: \"chunked\"",
        "transfer-encoding: chunked;x=1",
    ] {
        let text = heard(&address, &format!("{}{SMUGGLED}", post(headers, &chunked(BODY)))).await;
        assert_eq!((status(&text), replies(&text)), ("400", 1), "{headers}: {text}");
    }
    assert_eq!(graph.executed(), 0);
    // The HTTP library drops a length beside the encoding, as RFC 9112 section 6.3 allows; whoever has believed it
    // finds that the connection ends with the reply, as the section demands.
    for headers in [
        &format!("transfer-encoding: chunked\r\n{length}"),
        &format!("{length}\r\ntransfer-encoding: chunked"),
        "content-length: 3\r\ntransfer-encoding: chunked",
        "Transfer-Encoding: chunked",
        "transfer-encoding:\tchunked ",
        "transfer-encoding: CHUNKED",
    ] {
        let text = heard(&address, &format!("{}{SMUGGLED}", post(headers, &chunked(BODY)))).await;
        assert_eq!((status(&text), replies(&text)), ("200", 1), "{headers}: {text}");
        assert!(text.contains("connection: close") && text.contains("Lee") && !text.contains("Rust"), "{text}");
    }
    serving.abort();
}

/// HS-02: a length is digits, and one number. Equal lengths are one (RFC 9110 section 8.6).
#[tokio::test]
async fn hs_02_odd_lengths_are_refused() {
    let graph = Graph::new();
    let (address, _, serving) = serve(&graph, std::future::pending()).await;
    let right = BODY.len();
    for lengths in [
        vec![format!("{right}"), format!("{}", right + 1)],
        vec![format!("{right}, {right}")],
        vec![format!("+{right}")],
        vec![format!("-{right}")],
        vec![format!("0x{right:x}")],
        vec![format!("{right}.0")],
        vec!["18446744073709551616".to_owned()],
        vec!["99999999999999999999999".to_owned()],
        vec![String::new()],
        vec![format!("1 {right}")],
    ] {
        let headers: Vec<String> = lengths.iter().map(|length| format!("content-length: {length}")).collect();
        let text = heard(&address, &format!("{}{SMUGGLED}", post(&headers.join("\r\n"), BODY))).await;
        assert_eq!((status(&text), replies(&text)), ("400", 1), "{lengths:?}: {text}");
    }
    assert_eq!(graph.executed(), 0);
    let headers = format!("connection: close\r\ncontent-length: {right}\r\ncontent-length: {right}");
    let text = heard(&address, &post(&headers, BODY)).await;
    assert_eq!((status(&text), replies(&text)), ("200", 1), "{text}");
    serving.abort();
}

/// HS-03: chunks that are not what they say end the connection. What follows the last one is no header of the request.
#[tokio::test]
async fn hs_03_odd_chunks_are_refused() {
    let graph = Graph::new();
    let (address, _, serving) = serve(&graph, std::future::pending()).await;
    let size = format!("{:x}", BODY.len());
    for chunks in [
        format!("fffffffffffffffff\r\n{BODY}\r\n0\r\n\r\n"),
        format!("-1\r\n{BODY}\r\n0\r\n\r\n"),
        format!("+{size}\r\n{BODY}\r\n0\r\n\r\n"),
        format!("0x{size}\r\n{BODY}\r\n0\r\n\r\n"),
        format!("{size}\r\n{BODY}0\r\n\r\n"),
        format!("{size}\r\n{BODY}XX0\r\n\r\n"),
        format!("{size}\n{BODY}\r\n0\r\n\r\n"),
        format!("{size};x=\n1\r\n{BODY}\r\n0\r\n\r\n"),
        format!("\r\n{BODY}\r\n0\r\n\r\n"),
    ] {
        let text = heard(&address, &format!("{}{SMUGGLED}", post("transfer-encoding: chunked", &chunks))).await;
        assert_eq!((status(&text), replies(&text)), ("400", 1), "{chunks:?}: {text}");
    }
    assert_eq!(graph.executed(), 0);
    let trailers = "authorization: Bearer x\r\ncontent-length: 7\r\nhost: evil\r\nx-viewer: forged\r\n";
    let chunks = format!("{size}\r\n{BODY}\r\n0\r\n{trailers}\r\n");
    let text = heard(&address, &post("transfer-encoding: chunked\r\ntrailer: authorization", &chunks)).await;
    assert_eq!(status(&text), "200", "{text}");
    assert!(text.contains("Lee"), "{text}");
    serving.abort();
}

/// HS-04: a head is lines of `name: value`, each ended as lines are.
#[tokio::test]
async fn hs_04_odd_heads_are_refused() {
    let graph = Graph::new();
    let (address, _, serving) = serve(&graph, std::future::pending()).await;
    for head in [
        "x-a: 1\r2",
        "x-a: 1\r\n 2",
        "x-a: 1\r\n\t2",
        "x-a: 1\x002",
        "x-a\0: 1",
        "x-a : 1",
        "x a: 1",
        ": 1",
        "x-a",
        "x-(a): 1",
        "x-a: \u{7f}",
    ] {
        let length = format!("content-length: {}\r\n{head}", BODY.len());
        let text = heard(&address, &format!("{}{SMUGGLED}", post(&length, BODY))).await;
        assert_eq!((status(&text), replies(&text)), ("400", 1), "{head:?}: {text}");
    }
    for line in [
        "POST  /graphql HTTP/1.1",
        "POST /graphql HTTP/1.2",
        "POST /graphql HTTP/9.9",
        "POST /gra phql HTTP/1.1",
        "P\0ST /graphql HTTP/1.1",
        " POST /graphql HTTP/1.1",
        "POST /graphql",
    ] {
        let text = heard(&address, &format!("{line}\r\nhost: test\r\nconnection: close\r\n\r\n")).await;
        assert!(["400", "505"].contains(&status(&text)), "{line:?}: {text}");
    }
    assert_eq!(graph.executed(), 0);
    // A line feed alone ends a line (RFC 9112 section 2.2): one meaning, and one request.
    let text =
        heard(&address, "GET /graphql?query=%7Bme%7Bname%7D%7D HTTP/1.1\nhost: test\nconnection: close\n\n").await;
    assert_eq!((status(&text), replies(&text)), ("200", 1), "{text}");
    serving.abort();
}

/// HS-05: a body where none is expected is one all the same, and the next request begins behind it.
#[tokio::test]
async fn hs_05_the_next_request_begins_behind_the_body() {
    let graph = Graph::new();
    let (address, _, serving) = serve(&graph, std::future::pending()).await;
    let next = "GET /graphql?query=%7Bme%7Bname%7D%7D HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    for method in ["GET", "HEAD", "DELETE", "OPTIONS"] {
        let request = format!(
            "{method} /nowhere HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n\r\n{SMUGGLED}{next}",
            SMUGGLED.len()
        );
        let text = heard(&address, &request).await;
        assert!(!text.contains("Rust"), "{method}: {text}");
        // The second is answered, or the connection is closed; it is never the body that is answered.
        assert!(replies(&text) <= 2 && graph.learning.requests("/graphql").is_empty(), "{method}: {text}");
    }
    serving.abort();
}

/// HS-08: who announces a body and sends none is not waited for without end, and nothing but `100-continue` can be expected.
#[tokio::test]
async fn hs_08_an_expectation_binds_nothing() {
    let graph = Graph::builder().settings(|settings| settings.admission.body_timeout_ms = 200).build();
    let (address, _, serving) = serve(&graph, std::future::pending()).await;
    let expecting = |headers: &str| post(&format!("expect: 100-continue\r\nconnection: close\r\n{headers}"), "");
    let text = heard(&address, &expecting("content-length: 27")).await;
    assert!(text.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 408"), "{text}");
    // What is refused for its head is not asked for first.
    let text = heard(&address, &expecting("content-length: 99999999")).await;
    assert!(text.starts_with("HTTP/1.1 413"), "{text}");
    let text = heard(&address, &expecting("content-length: 27\r\ncontent-encoding: x")).await;
    assert!(text.starts_with("HTTP/1.1 415"), "{text}");
    for expected in ["200-ok", "100-continue, x", "x"] {
        let text = heard(&address, &post(&format!("expect: {expected}\r\ncontent-length: 27"), BODY)).await;
        assert_eq!((status(&text), replies(&text)), ("417", 1), "{expected}: {text}");
    }
    assert_eq!(graph.executed(), 0);
    serving.abort();
}

/// HS-10: exactly one host, which is nothing but a host. What it is makes no difference, and no reply repeats it.
#[tokio::test]
async fn hs_10_the_host_is_one_and_is_not_repeated() {
    let graph = Graph::builder().settings(|settings| settings.playground = Some(Default::default())).build();
    let (address, _, serving) = serve(&graph, std::future::pending()).await;
    let get = |hosts: &str, path: &str| {
        format!("GET {path} HTTP/1.1\r\naccept: text/html\r\n{hosts}connection: close\r\n\r\n")
    };
    for hosts in [
        "",
        "host: test\r\nhost: test\r\n",
        "host: test\r\nhost: evil.example\r\n",
        "host: evil.example/path\r\n",
        "host: user@evil.example\r\n",
        "host: a b\r\n",
        "host: \r\n",
        "host: evil.example#@test\r\n",
    ] {
        let text = heard(&address, &get(hosts, "/graphql")).await;
        assert_eq!((status(&text), replies(&text)), ("400", 1), "{hosts:?}: {text}");
    }
    for path in ["/graphql", "/graphql?query=%7B__typename%7D", "/playground", "/nowhere", "/playground/..%2f"] {
        let text = heard(&address, &get("host: evil.example\r\n", path)).await;
        assert!(!text.contains("evil.example"), "{path}: {text}");
    }
    let text = heard(&address, &get("host: test\r\n", "http://evil.example/graphql?query=%7B__typename%7D")).await;
    assert!(!text.contains("evil.example"), "{text}");
    serving.abort();
}

/// HS-14: what a request is is said by its method, and by nothing beside it.
#[tokio::test]
async fn hs_14_methods_cannot_be_overridden() {
    let graph = Graph::new();
    let (address, _, serving) = serve(&graph, std::future::pending()).await;
    let mutation = "/graphql?query=mutation%7Brename(name:%22x%22)%7Bid%7D%7D";
    for header in ["x-http-method-override", "x-http-method", "x-method-override", "_method"] {
        let request = format!(
            "GET {mutation} HTTP/1.1\r\nhost: test\r\naccept: application/graphql-response+json\r\n{header}: POST\r\nconnection: close\r\n\r\n"
        );
        assert_eq!(status(&heard(&address, &request).await), "405", "{header}");
        let request = post(&format!("{header}: GET\r\nconnection: close\r\ncontent-length: {}", BODY.len()), BODY);
        assert_eq!(status(&heard(&address, &request).await), "200", "{header}");
    }
    assert_eq!(graph.executed(), 4);
    serving.abort();
}
