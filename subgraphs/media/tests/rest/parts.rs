//! Sending a large file in parts.

use std::time::Duration;

use kit_testing::{Reply, TestDatabase};
use serde_json::{Value, json};

use super::code;
use crate::house::{House, Sending, TEXT, learner, sha256, text};

const PART: usize = 32 * 1024 * 1024;

/// A text that comes in so many parts, the last of them ten bytes.
fn large(parts: usize) -> Vec<u8> {
    let mut bytes = b"0123456789abcdef".repeat((parts - 1) * PART / 16);
    bytes.extend(b"the end...");
    bytes
}

fn part_of(bytes: &[u8], number: usize) -> &[u8] {
    &bytes[(number - 1) * PART..bytes.len().min(number * PART)]
}

async fn send(house: &House, upload: &Value, number: usize, bytes: &[u8]) -> Reply {
    let url = text(&upload["parts"][number - 1]["url"]);
    house.put(url, "application/octet-stream", bytes).await
}

async fn complete_with(house: &House, upload: &Value, parts: Value) -> Reply {
    house
        .change(&learner(), "completeUpload", "file { id status }", json!({ "uploadId": upload["id"], "parts": parts }))
        .await
}

kit_testing::on_each_database! {
    /// domain.md 4.3, PS-19: parts come in any order, one that is sent again takes the place of the earlier one, and what
    /// was not announced is no part.
    async fn ps_19_parts_come_in_any_order_and_again(place: TestDatabase) {
        let house = House::open(place).await;
        let bytes = large(2);
        let sending = Sending { bytes: &bytes, ..TEXT };
        let upload = house.announce(&learner(), sending).await;
        assert_eq!(upload["expiresAt"], "2026-06-01T06:00:00.000Z");
        assert_eq!((&upload["maxBytes"], &upload["headers"], &upload["url"]), (&json!(PART), &json!([]), &upload["parts"][0]["url"]));
        let told: Vec<(i64, i64)> = upload["parts"].as_array().unwrap().iter().map(|part| (part["number"].as_i64().unwrap(), part["byteSize"].as_i64().unwrap())).collect();
        assert_eq!(told, [(1, 33_554_432), (2, 10)]);

        let (first, second) = (part_of(&bytes, 1), part_of(&bytes, 2));
        for (body, status, expected) in [(&b"too long for it"[..], 413, "too-large"), (b"short", 400, "other-size")] {
            assert_eq!(code(&send(&house, &upload, 2, body).await), (status, expected));
        }
        let url = text(&upload["parts"][1]["url"]);
        for other in ["/parts/3?", "/parts/1?", "/parts/0?", "/parts/-1?", "/parts/02?", "/parts/2.0?", "?", "/parts/?"] {
            let changed = url.replace("/parts/2?", other);
            let reply = house.put(&changed, "text/plain", second).await;
            assert!(matches!(reply.status.as_u16(), 403 | 404), "{other}: {}", reply.body);
        }
        let early = house.complete(&learner(), &upload).await;
        assert_eq!(early.user_error("completeUpload"), "DIGEST_MISMATCH", "nothing has come");

        assert_eq!(send(&house, &upload, 2, b"not right.").await.status, 201);
        assert_eq!(house.complete(&learner(), &upload).await.user_error("completeUpload"), "DIGEST_MISMATCH", "a part is missing");
        assert_eq!(send(&house, &upload, 1, first).await.status, 201);
        let again = send(&house, &upload, 2, second).await;
        assert_eq!((again.status.as_u16(), again.header("etag")), (201, format!("\"{}\"", sha256(second)).as_str()));
        assert_eq!(house.stored().len(), 2, "the earlier part is gone");

        let right = json!([{ "number": 1, "etag": sha256(first) }, { "number": 2, "etag": again.header("etag") }]);
        for wrong in [
            json!([]), json!([right[0]]), json!([right[1], right[0]]), json!([right[0], right[0]]),
            json!([right[0], { "number": 2, "etag": sha256(b"not right.") }]),
        ] {
            assert_eq!(complete_with(&house, &upload, wrong).await.user_error("completeUpload"), "DIGEST_MISMATCH");
        }
        let done = complete_with(&house, &upload, right).await;
        let file = done.text_at("/completeUpload/file/id");
        assert_eq!(done.data("/completeUpload/file/status"), "READY");
        assert_eq!(code(&send(&house, &upload, 2, second).await), (409, "already-received"));
        let stored = house.stored();
        assert!(stored.len() == 1 && std::fs::read(&stored[0]).unwrap() == bytes, "the parts are gone, the file is whole");
        let url = house.address(&learner(), &file).await;
        let end = house.get(&url, &[("range", "bytes=33554430-")]).await;
        assert_eq!(&end.bytes[..], b"efthe end...");
        house.stop().await;
    }

    /// domain.md 3.4: parts that are not together what was announced are no file; the place is given back.
    async fn parts_of_something_else_are_no_file(place: TestDatabase) {
        let house = House::open(place).await;
        let bytes = large(2);
        let upload = house.announce(&learner(), Sending { bytes: &bytes, ..TEXT }).await;
        send(&house, &upload, 1, part_of(&bytes, 1)).await;
        send(&house, &upload, 2, b"not right.").await;
        let reply = house.complete(&learner(), &upload).await;
        assert_eq!(reply.user_error("completeUpload"), "DIGEST_MISMATCH", "{}", reply.body);
        assert_eq!((house.stored(), house.usage(&learner()).await), (Vec::new(), (0, 0)));
        assert_eq!(house.published().await, ["media.file.failed.v1"]);
        assert_eq!(house.complete(&learner(), &upload).await.user_error("completeUpload"), "ALREADY_COMPLETED");
        assert_eq!(code(&send(&house, &upload, 2, b"the end...").await), (403, "upload-ended"));
        house.stop().await;
    }
}

/// domain.md 4.3: an address takes the form that was announced.
#[tokio::test]
async fn a_part_is_no_file_and_a_file_no_part() {
    let house = House::open(TestDatabase::sqlite()).await;
    let bytes = large(2);
    let upload = house.announce(&learner(), Sending { bytes: &bytes, ..TEXT }).await;
    let small = house.announce(&learner(), TEXT).await;
    assert_eq!((text(&small["url"]).contains("/parts/"), &small["parts"]), (false, &json!([])));
    let whole = text(&upload["url"]).replace("/parts/1?", "?");
    assert_eq!(code(&house.put(&whole, "text/plain", &bytes).await), (403, "ticket-invalid"));
    house.stop().await;
}

/// Parts of one number that are sent at once never mix: one of them counts, whole, and the others are gone.
#[tokio::test]
async fn parts_that_are_sent_at_once_never_mix() {
    let house = House::open(TestDatabase::sqlite()).await;
    let bytes = large(2);
    let upload = house.announce(&learner(), Sending { bytes: &bytes, ..TEXT }).await;
    let second = part_of(&bytes, 2);
    let sending = (0..10).map(|_| send(&house, &upload, 2, second));
    let first = send(&house, &upload, 1, part_of(&bytes, 1));
    let (replies, first) = futures_util::join!(futures_util::future::join_all(sending), first);
    assert!(first.status == 201 && replies.iter().all(|reply| reply.status == 201));
    assert_eq!(house.stored().len(), 2);
    assert_eq!(house.complete(&learner(), &upload).await.data("/completeUpload/file/status"), "READY");
    house.stop().await;
}

/// domain.md 4.3: what takes long to put together is answered before; what a process left that died is done by another
/// one, and then nobody does it again.
#[tokio::test]
async fn a_very_large_file_is_put_together_after_the_answer() {
    let house = House::open(TestDatabase::sqlite()).await;
    let bytes = large(3);
    let upload = house.announce(&learner(), Sending { bytes: &bytes, ..TEXT }).await;
    for number in 1..=3 {
        assert_eq!(send(&house, &upload, number, part_of(&bytes, number)).await.status, 201);
    }
    // Another process has claimed it, and died.
    let claim = "UPDATE uploads SET claimed_until = ?";
    let until = kit_testing::TEST_START_US + 60_000_000;
    house.database().query(claim).bind(until).execute().await.unwrap();
    let reply = house.complete(&learner(), &upload).await;
    assert_eq!(reply.data("/completeUpload/file/status"), "PENDING", "{}", reply.body);
    house.work().await;
    assert_eq!(house.published().await, Vec::<String>::new());
    house.clock().advance(Duration::from_secs(60));
    house.work().await;
    house.work().await;
    assert_eq!(house.published().await, ["media.file.ready.v1"]);
    assert_eq!(house.stored().len(), 1);
    let file = text(&upload["file"]["id"]);
    let url = house.address(&learner(), file).await;
    assert!(house.get(&url, &[]).await.bytes == bytes);
    house.stop().await;
}
