//! Sending a file in one piece.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream;
use http::Method;
use kit_testing::TestDatabase;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::code;
use crate::house::{DIGITS, House, PICTURE, POSTER, Sending, TEXT, learner, other, request, text};

const TYPE: (&str, &str) = ("content-type", "text/plain");
const LENGTH: (&str, &str) = ("content-length", "10");

/// Sends a body whatever its headers say of it; the status and the code.
async fn sent(house: &House, upload: &Value, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    let reply = house.http(Method::PUT, text(&upload["url"]), headers, body.to_vec()).await;
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default().to_owned())
}

fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(bytes)))
}

kit_testing::on_each_database! {
    /// domain.md 4.3, PS-11, AS-046: the length is said, is what was announced, and is kept to while the bytes come.
    async fn ps_11_the_length_is_what_was_announced(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&learner(), TEXT).await;
        let long = [DIGITS, DIGITS].concat();
        for (headers, body, status, code) in [
            (vec![TYPE], DIGITS, 411, "length-required"),
            (vec![TYPE, ("content-length", "ten")], DIGITS, 411, "length-required"),
            (vec![TYPE, ("content-length", "11")], &long[..11], 413, "too-large"),
            (vec![TYPE, ("content-length", "9223372036854775807")], DIGITS, 413, "too-large"),
            (vec![TYPE, ("content-length", "9")], &DIGITS[..9], 400, "other-size"),
            (vec![TYPE, ("content-length", "0")], b"", 400, "other-size"),
            (vec![TYPE, LENGTH], &long, 413, "too-large"),
            (vec![TYPE, LENGTH], &DIGITS[..5], 400, "broken-off"),
            (vec![TYPE, LENGTH], b"", 400, "broken-off"),
        ] {
            assert_eq!(sent(&house, &upload, &headers, body).await, (status, code.to_owned()), "{headers:?}");
        }
        assert_eq!(house.stored(), Vec::<std::path::PathBuf>::new(), "nothing of a body that is refused is kept");
        assert_eq!(sent(&house, &upload, &[TYPE, LENGTH], DIGITS).await, (201, String::new()), "and it may be sent again");
        house.stop().await;
    }

    /// domain.md 4.3, PS-12: the hash of the announcement, and the one that the sender says; RFC 9530.
    async fn ps_12_the_hash_is_what_was_announced(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&learner(), TEXT).await;
        let (right, wrong) = (digest(DIGITS), digest(b"other"));
        let list = format!("sha-512=:AAAA:, {right}");
        for (value, body, status, code) in [
            (None, &b"0123456780"[..], 400, "other-digest"),
            (Some(wrong.as_str()), DIGITS, 400, "other-digest"),
            (Some("sha-256"), DIGITS, 400, "digest-malformed"),
            (Some("sha-256=abc"), DIGITS, 400, "digest-malformed"),
            (Some("sha-256=:AAAA:"), DIGITS, 400, "digest-malformed"),
            (Some("sha-256=:%%%:"), DIGITS, 400, "digest-malformed"),
        ] {
            let digest = value.map(|value| ("content-digest", value));
            let headers: Vec<(&str, &str)> = [TYPE, LENGTH].into_iter().chain(digest).collect();
            assert_eq!(sent(&house, &upload, &headers, body).await, (status, code.to_owned()), "{value:?}");
        }
        assert_eq!(house.complete(&learner(), &upload).await.user_error("completeUpload"), "DIGEST_MISMATCH");
        assert_eq!(house.stored(), Vec::<std::path::PathBuf>::new());
        assert_eq!(sent(&house, &upload, &[TYPE, LENGTH, ("content-digest", &list)], DIGITS).await.0, 201);
        let other_hash = house.announce(&learner(), TEXT).await;
        assert_eq!(sent(&house, &other_hash, &[TYPE, LENGTH, ("content-digest", "sha-512=:AAAA:")], DIGITS).await.0, 201);
        house.stop().await;
    }

    /// domain.md 4.3, PS-10, AS-047: the type is what was announced, by the header and by the bytes.
    async fn ps_10_and_as_047_the_type_is_what_was_announced(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&learner(), TEXT).await;
        for (headers, code) in [
            (vec![LENGTH], "other-type"),
            (vec![LENGTH, ("content-type", "text/html")], "other-type"),
            (vec![LENGTH, ("content-type", "")], "other-type"),
            (vec![LENGTH, TYPE, ("content-encoding", "gzip")], "encoded"),
        ] {
            assert_eq!(sent(&house, &upload, &headers, DIGITS).await, (415, code.to_owned()), "{headers:?}");
        }
        assert_eq!(sent(&house, &upload, &[LENGTH, ("content-type", "Text/Plain; charset=utf-8")], DIGITS).await.0, 201);
        for (kind, content_type, bytes) in [
            ("POSTER", "image/png", &b"<svg onload=alert(1)>"[..]), ("ATTACHMENT", "text/plain", b"<html><script>alert(1)</script>"),
            ("ATTACHMENT", "application/pdf", PICTURE), ("VIDEO", "video/mp4", b"#!/bin/sh\nrm"), ("ATTACHMENT", "text/plain", b"a\0b"),
        ] {
            let sending = Sending { kind, name: "a", content_type, bytes };
            let upload = house.announce(&learner(), sending).await;
            let reply = house.put(text(&upload["url"]), content_type, bytes).await;
            assert_eq!(code(&reply), (415, "other-type"), "{content_type}");
        }
        assert_eq!(house.stored().len(), 1);
        house.stop().await;
    }

    /// domain.md 4.3, PS-13: what has come is not replaced, before it is completed and after.
    async fn ps_13_an_upload_is_received_once(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&learner(), TEXT).await;
        let first = house.put(text(&upload["url"]), "text/plain", DIGITS).await;
        assert_eq!(first.header("etag"), format!("\"{}\"", crate::house::sha256(DIGITS)));
        assert_eq!(sent(&house, &upload, &[TYPE, LENGTH], DIGITS).await, (409, "already-received".to_owned()));
        let file = house.complete(&learner(), &upload).await.text_at("/completeUpload/file/id");
        assert_eq!(sent(&house, &upload, &[TYPE, LENGTH], DIGITS).await, (409, "already-received".to_owned()));
        assert_eq!(house.stored().len(), 1);
        let url = house.address(&learner(), &file).await;
        assert_eq!(&house.get(&url, &[]).await.bytes[..], DIGITS);
        house.stop().await;
    }

    /// PS-14, AS-010: of many who send at once one is taken, and one whole file lies there.
    async fn ps_14_parallel_senders_never_mix(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&learner(), TEXT).await;
        let sending = (0..20).map(|_| sent(&house, &upload, &[TYPE, LENGTH], DIGITS));
        let statuses: Vec<u16> = futures_util::future::join_all(sending).await.into_iter().map(|(status, _)| status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
        let viewer = learner();
        let completing = (0..10).map(|_| house.complete(&viewer, &upload));
        let answers = futures_util::future::join_all(completing).await;
        let done = answers.iter().filter(|reply| reply.user_error("completeUpload").is_empty()).count();
        assert_eq!((done, house.told("media.file.ready.v1").await.len()), (1, 1));
        let stored = house.stored();
        assert_eq!((stored.len(), std::fs::read(&stored[0]).unwrap()), (1, DIGITS.to_vec()));
        house.stop().await;
    }

    /// PS-15, AS-009: what breaks off leaves nothing, and what never comes gives its place back.
    async fn ps_15_an_interrupted_upload_leaves_nothing(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&learner(), TEXT).await;
        let pieces = [Ok(Bytes::from_static(b"01234")), Err(std::io::Error::other("the line is cut"))];
        let body = Body::from_stream(stream::iter(pieces));
        let reply = house.send(request(Method::PUT, text(&upload["url"]), &[TYPE, LENGTH], body)).await;
        assert_eq!(code(&reply), (400, "broken-off"));
        assert_eq!(house.stored(), Vec::<std::path::PathBuf>::new());
        assert_eq!(house.complete(&learner(), &upload).await.user_error("completeUpload"), "DIGEST_MISMATCH");

        let received = house.announce(&learner(), POSTER).await;
        house.put(text(&received["url"]), "image/png", PICTURE).await;
        assert_eq!(house.stored().len(), 1);
        house.clock().advance(std::time::Duration::from_secs(15 * 60));
        house.work().await;
        assert_eq!((house.stored(), house.usage(&learner()).await), (Vec::new(), (0, 0)));
        let failed = house.told("media.file.failed.v1").await;
        assert_eq!(failed.len(), 2);
        house.stop().await;
    }

    /// PS-18: an address is of one upload, and an upload of one person.
    async fn ps_18_an_upload_is_not_another_one(place: TestDatabase) {
        let house = House::open(place).await;
        let (mine, theirs) = (house.announce(&learner(), TEXT).await, house.announce(&other(), TEXT).await);
        let swapped = text(&mine["url"]).replace(text(&mine["id"]), text(&theirs["id"]));
        assert_eq!(code(&house.put(&swapped, "text/plain", DIGITS).await), (403, "ticket-invalid"));
        let missing = text(&mine["url"]).replace(text(&mine["id"]), "upl_00000000000000000000000000");
        assert_eq!(code(&house.put(&missing, "text/plain", DIGITS).await), (403, "ticket-invalid"), "PS-28");
        house.stop().await;
    }

    /// AS-045: what may be sent is what is documented, to the byte.
    async fn as_045_the_limits_of_each_kind_are_kept(place: TestDatabase) {
        let house = House::open(place).await;
        for (kind, content_type, mebibytes) in [
            ("VIDEO", "video/webm", 4_096_i64), ("AUDIO", "audio/mpeg", 512), ("SUBTITLE", "text/vtt", 2), ("THUMBNAIL", "image/webp", 2),
            ("POSTER", "image/jpeg", 10), ("ATTACHMENT", "application/zip", 100),
        ] {
            let most = mebibytes * 1024 * 1024;
            for (byte_size, expected) in [(most, ""), (most + 1, "TOO_LARGE")] {
                let mut input = Sending { kind, name: "a", content_type, bytes: b"" }.input();
                input["byteSize"] = json!(byte_size);
                let reply = house.change(&learner(), "createUpload", "upload { id }", input).await;
                assert_eq!(reply.user_error("createUpload"), expected, "{kind}: {}", reply.body);
            }
        }
        house.stop().await;
    }
}
