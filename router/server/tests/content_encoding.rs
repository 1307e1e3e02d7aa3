//! Compressed bodies: read within the limit of bodies, and never further (AMP-19, HX-21).

use std::io::Write;

use axum::body::Body;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use http::Request;
use router_server::configuration::ContentEncoding;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::testkit::{Graph, TestReply};

const OPERATION: &[u8] = br#"{"query":"{ me { name } }"}"#;
/// The operation in brotli.
const OPERATION_BR: &str = "0b0d807b227175657279223a227b206d65207b206e616d65207d207d227d03";
/// 25 MiB of spaces in brotli.
const BOMB_BR: &str =
    "cbffff3ff82540e2b14020f7fe8fffff7ff04b00c4611180eefd1fffffffe0970088c30200ddfbbffaff7ffc1200715800a07bff00";

fn bytes_of(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len()).step_by(2).map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

async fn post(graph: &Graph, encodings: &[&str], body: Vec<u8>) -> TestReply {
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    for encoding in encodings {
        request = request.header("content-encoding", *encoding);
    }
    graph.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn each_coding_is_read() {
    let graph = Graph::new();
    for (encoding, body) in [
        ("gzip", gzip(OPERATION)),
        ("x-gzip", gzip(OPERATION)),
        ("GZIP", gzip(OPERATION)),
        // RFC 1952 section 2.2: members one after the other.
        ("gzip", [gzip(&OPERATION[..9]), gzip(&OPERATION[9..])].concat()),
        ("br", bytes_of(OPERATION_BR)),
        ("zstd", zstd(OPERATION)),
        ("deflate", deflate(OPERATION)),
        ("identity", OPERATION.to_vec()),
    ] {
        let reply = post(&graph, &[encoding], body).await;
        assert_eq!(reply.json()["data"]["me"]["name"], "Lee", "{encoding}: {reply:?}");
    }
}

/// AMP-19, ADV-03, ADV-05, ADV-66, HX-21 (CVE-2024-28101, CVE-2024-43783): what was small and becomes large is left where it
/// is too large. The bodies here would be a hundred times the limit.
#[tokio::test]
async fn bombs_do_not_go_off() {
    let graph = Graph::new();
    let spaces = vec![b' '; 25 * 1024 * 1024];
    for (encoding, bomb) in
        [("gzip", gzip(&spaces)), ("br", bytes_of(BOMB_BR)), ("zstd", zstd(&spaces)), ("deflate", deflate(&spaces))]
    {
        assert!(bomb.len() < 256 * 1024, "{encoding}: {} bytes are no bomb", bomb.len());
        let refused = post(&graph, &[encoding], bomb).await;
        assert_eq!(refused.status.as_u16(), 413, "{encoding}: {refused:?}");
    }
    // The limit is one of what is read, to the byte.
    let padded = |bytes: usize| [OPERATION, &vec![b' '; bytes - OPERATION.len()]].concat();
    assert_eq!(post(&graph, &["gzip"], gzip(&padded(256 * 1024))).await.status, 200);
    assert_eq!(post(&graph, &["gzip"], gzip(&padded(256 * 1024 + 1))).await.status.as_u16(), 413);
    assert_eq!(graph.executed(), 1);
}

/// AMP-19: one coding, once. In two steps a body could grow a million times.
#[tokio::test]
async fn codings_do_not_nest() {
    let graph = Graph::new();
    let twice = gzip(&gzip(OPERATION));
    for encodings in [
        &["gzip, gzip"][..],
        &["gzip", "gzip"],
        &["gzip,br"],
        &["identity, gzip"],
        &["gzip", "identity"],
        &["compress"],
        &["x-unknown"],
        &[""],
        &["gzip;q=1"],
    ] {
        let refused = post(&graph, encodings, twice.clone()).await;
        assert_eq!(refused.status.as_u16(), 415, "{encodings:?}: {refused:?}");
        assert_eq!(refused.header("accept-encoding"), "gzip, br, zstd, deflate");
    }
    // Unpacked once it is no JSON, and nobody tries again.
    assert_eq!(post(&graph, &["gzip"], twice).await.status.as_u16(), 400);
    assert_eq!(graph.executed(), 0);
}

/// ADV-67: a body that is not what it says, or only its beginning, is refused and nothing of it is read.
#[tokio::test]
async fn broken_bodies_are_refused() {
    let graph = Graph::new();
    let whole = [
        ("gzip", gzip(OPERATION)),
        ("br", bytes_of(OPERATION_BR)),
        ("zstd", zstd(OPERATION)),
        ("deflate", deflate(OPERATION)),
    ];
    for (encoding, whole) in whole {
        let half = whole[..whole.len() / 2].to_vec();
        let mut garbage = whole.clone();
        garbage[0] ^= 0xff;
        for body in [OPERATION.to_vec(), half, garbage, Vec::new()] {
            let refused = post(&graph, &[encoding], body.clone()).await;
            assert_eq!(refused.status.as_u16(), 415, "{encoding} {body:?}: {refused:?}");
        }
    }
    let raw = {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(OPERATION).unwrap();
        encoder.finish().unwrap()
    };
    assert_eq!(post(&graph, &["deflate"], raw).await.status.as_u16(), 415);
    // A window that one would have to hold 64 MiB for (RFC 8878 section 3.1.1.1.2).
    let wide = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x80, 0x01, 0x00, 0x00];
    assert_eq!(post(&graph, &["zstd"], wide.to_vec()).await.status.as_u16(), 415);
    assert_eq!(graph.executed(), 0);
}

#[tokio::test]
async fn only_configured_codings_are_read() {
    let graph = |encodings: &[ContentEncoding]| {
        let encodings = encodings.to_vec();
        Graph::builder().settings(|settings| settings.admission.encodings = encodings).build()
    };
    let br = graph(&[ContentEncoding::Br]);
    assert_eq!(post(&br, &["br"], bytes_of(OPERATION_BR)).await.status, 200);
    let refused = post(&br, &["gzip"], gzip(OPERATION)).await;
    assert_eq!((refused.status.as_u16(), refused.header("accept-encoding")), (415, "br"));
    let none = graph(&[]);
    let refused = post(&none, &["gzip"], gzip(OPERATION)).await;
    assert_eq!((refused.status.as_u16(), refused.header("accept-encoding")), (415, "identity"));
}
